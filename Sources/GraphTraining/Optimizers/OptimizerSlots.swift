public import GraphEngine
internal import GraphArrays
internal import Synchronization

/// The variables that an optimiser keeps beside those it trains. TF: slots.
///
/// Copies of an optimiser share them: an optimiser that is applied twice has one set.
public final class OptimizerSlots: Sendable {
  private struct Key: Hashable {
    var graph: ObjectIdentifier
    var variable: String
    var slot: String
  }

  private struct State {
    var variables: [Key: Variable] = [:]
    var order: [Variable] = []
    var names: [String] = []
  }

  /// Declarations take it for the time of a lookup, never while they declare.
  private let state = Synchronization.Mutex(State())

  /// No slots.
  public init() {}

  /// The names of slots that variables have: `m` and `v` for Adam.
  public var names: [String] { state.withLock { $0.names.sorted() } }

  /// All slots and other variables, in the order of declaration.
  public var variables: [Variable] { state.withLock { $0.order } }

  /// The slot of a variable; nil where it has none of this name.
  public func slot(_ name: String, of variable: Variable) -> Variable? {
    let key = Key(
      graph: ObjectIdentifier(variable.value.graph), variable: variable.name, slot: name)
    return state.withLock { $0.variables[key] }
  }

  /// The variable of this name that belongs to the optimiser as a whole; nil where there is none.
  public func variable(_ name: String, in graph: Graph) -> Variable? {
    let key = Key(graph: ObjectIdentifier(graph.root), variable: "", slot: name)
    return state.withLock { $0.variables[key] }
  }

  /// Makes the slot `name` of a variable unless it exists: of the variable's type, zeros unless an
  /// initialiser is given, called `VARIABLE/OPTIMIZER`, `VARIABLE/OPTIMIZER_1` and so on.
  public func makeSlot(
    _ name: String, of variable: Variable, optimizer: String, initializer: Initializer = .zeros
  ) {
    guard slot(name, of: variable) == nil else { return }
    let graph = variable.value.graph
    let made = graph.variableScope(defaultName: "\(variable.name)/\(optimizer)") {
      graph.getVariable(
        "", shape: variable.shape, variable.dtype, initializer: initializer, trainable: false)
    }
    let key = Key(graph: ObjectIdentifier(graph), variable: variable.name, slot: name)
    remember(made, key)
  }

  /// Makes a scalar that belongs to the optimiser as a whole unless it exists.
  public func makeVariable(_ name: String, initial: Double, in graph: Graph) {
    guard variable(name, in: graph) == nil else { return }
    let made = graph.variable(name, initial: initial, dtype: .float32, trainable: false)
    remember(made, Key(graph: ObjectIdentifier(graph.root), variable: "", slot: name))
  }

  private func remember(_ made: Tensor, _ key: Key) {
    guard let variable = made.variable else { return }
    state.withLock { state in
      state.variables[key] = variable
      state.order.append(variable)
      if !key.variable.isEmpty, !state.names.contains(key.slot) { state.names.append(key.slot) }
    }
  }
}
