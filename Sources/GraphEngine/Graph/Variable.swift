internal import Synchronization
public import GraphArrays

/// The graph's side of a variable; its value lives in each session.
public struct Variable: Sendable, Hashable {
  /// The name, with its variable scopes: `rnn/basic_lstm_cell/kernel`.
  public let name: String
  /// The tensor that reads the variable, as `getVariable` returned it.
  public let value: Tensor
  /// The operation that gives the variable its first value.
  public let initializer: Operation
  /// What the initializer assigns.
  public let initialValue: Tensor
  /// Whether optimisers change it.
  public let isTrainable: Bool
  /// What reads and assignments refer to.
  package let handle: Tensor

  package init(
    name: String, value: Tensor, initializer: Operation, initialValue: Tensor, isTrainable: Bool,
    handle: Tensor
  ) {
    self.name = name
    self.value = value
    self.initializer = initializer
    self.initialValue = initialValue
    self.isTrainable = isTrainable
    self.handle = handle
  }

  /// The dtype.
  public var dtype: DType { value.dtype }
  /// The shape.
  public var shape: Shape { value.shape }

  /// The value at this point: after all operations that `controlDependencies` names.
  /// TF: `read_value`.
  public func read(name: String? = nil) -> Tensor {
    handle.graph.tensor(
      ReadVariable(type: value.type), [handle], name: name, defaultName: "ReadVariableOp")
  }

  /// Whether the variable has a value in the session, as a bool scalar.
  public func isInitialized(name: String? = nil) -> Tensor {
    handle.graph.tensor(VariableIsInitialized(), [handle], name: name)
  }
}

extension Tensor {
  /// The variable that this tensor reads; nil for other tensors.
  public var variable: Variable? {
    guard isValid else { return nil }
    var source = self
    // Inside of a body the read is captured: its parameter stands for the tensor outside.
    while let outer = source.graph.outside(of: source) { source = outer }
    guard source.definitionIsRead, let handle = source.operation.inputs.first else { return nil }
    return handle.graph.variable(ofHandle: handle.node)
  }

  private var definitionIsRead: Bool { operation.definition.is(ReadVariable.self) }

  /// The handle of the variable that this tensor reads; a mistake is recorded where it reads none.
  package func handle(for operationType: String) -> Tensor? {
    guard isValid else { return nil }
    if let variable { return variable.handle }
    graph.record(
      GraphError(.invalidArgument, "\"\(name)\" is not a variable"), operationType, operationType)
    return nil
  }
}

extension Graph {
  /// The variable whose handle a node of this graph is; nil for other nodes.
  func variable(ofHandle node: Int32) -> Variable? {
    state.withLock { $0.variables.byHandle[node] }?.variable(in: self)
  }
}

/// A variable as its graph stores it: tensors would keep the graph alive.
struct VariableRecord: Sendable {
  let name: String
  let value: NodeOutput
  let initializer: Int32
  let initialValue: NodeOutput
  let isTrainable: Bool
  let handle: NodeOutput

  init(_ variable: Variable) {
    name = variable.name
    value = variable.value.output
    initializer = variable.initializer.node
    // A tensor of another graph was refused, which is the graph's mistake.
    initialValue =
      variable.initialValue.graph === variable.handle.graph
      ? variable.initialValue.output : NodeOutput(node: -1, index: 0)
    isTrainable = variable.isTrainable
    handle = variable.handle.output
  }

  /// The variable, in the graph that stores it.
  func variable(in graph: Graph) -> Variable {
    Variable(
      name: name, value: value.tensor(in: graph),
      initializer: Operation(graph: graph, node: initializer),
      initialValue: initialValue.tensor(in: graph), isTrainable: isTrainable,
      handle: handle.tensor(in: graph))
  }
}

/// The variables of a graph and the scopes that name them.
struct VariableStore: Sendable {
  var byName: [String: VariableRecord] = [:]
  var byHandle: [Int32: VariableRecord] = [:]
  var scopes: [VariableScope] = []
  /// Variables as they were handed out to declarations, again for declarations that were repeated.
  var handedOut: [VariableRecord] = []
  /// Variables that a repeated declaration of a loop's body is to get again.
  var repeated: [VariableRecord] = []
  /// How often each scope was opened since the scope around it was.
  var openings: [String: Int] = [:]

  /// The name of a scope or variable as the open scopes have it; an empty one is the scope's own.
  func fullName(_ name: String) -> String {
    let outer = scopes.last?.name ?? ""
    return outer.isEmpty || name.isEmpty ? outer + name : "\(outer)/\(name)"
  }

  /// `name`, or `name` with the first number that makes it a scope which was not opened yet.
  func unusedScope(_ name: String) -> String {
    var candidate = name
    var number = 0
    while openings[fullName(candidate), default: 0] > 0 {
      number += 1
      candidate = "\(name)_\(number)"
    }
    return candidate
  }

  /// Lets scopes inside of `scope` be numbered from the start when it is opened again.
  mutating func forgetOpenings(within scope: String) {
    openings = openings.filter { !$0.key.hasPrefix("\(scope)/") }
  }
}

/// An open variable scope.
struct VariableScope: Sendable {
  var name: String
  var reuse: Reuse
  var initializer: Initializer?
}

/// What `getVariable` does with a name that it has seen before. TF: `reuse`.
public enum Reuse: Sendable {
  /// The name must be new.
  case never
  /// The name must exist.
  case always
  /// The variable is made at the first call and shared by later ones. TF: `tf.AUTO_REUSE`.
  case auto
}
