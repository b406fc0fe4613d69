package import GraphArrays
internal import Synchronization

/// The compiler's form of what a run computes: a value type that passes rewrite, never touching
/// the user's graph.
///
/// Instructions stand in an order in which each uses only parameters and results of earlier ones.
/// Loops and branches are instructions with nested programs, whose parameters and results stand
/// for the instruction's operands and results; a nested program uses no value from outside.
package struct Program: Sendable {
  /// Where values of parameters come from.
  package enum Source: Sendable, Hashable {
    /// A feed, by its position among the feeds of the run.
    case feed(Int)
    /// A variable's value at the start of the run.
    case variable(VariableKey)
    /// The same, of a variable that may have none: then something of its type, which nobody uses.
    case variableOrBlank(VariableKey)
    /// Whether a variable has a value at the start of the run.
    case isInitialized(VariableKey)
    /// An operand of the loop or branch whose body this is.
    case argument(Int)
  }

  package struct Parameter: Sendable {
    package var value: Value
    package var source: Source

    package init(value: Value, source: Source) {
      self.value = value
      self.source = source
    }
  }

  /// The new value of a variable, which takes effect when the run ends.
  package struct Update: Sendable {
    package var variable: VariableKey
    package var value: Value

    package init(variable: VariableKey, value: Value) {
      self.variable = variable
      self.value = value
    }
  }

  package var parameters: [Parameter] = []
  package var instructions: [Instruction] = []
  /// What the run fetches, or what the body gives back.
  package var results: [Value] = []
  /// New values of variables. In the outermost program only.
  package var updates: [Update] = []
  /// Instructions (by `id`) that run though nobody uses their results: what a run was asked to
  /// execute.
  package var targets: [Value] = []
  /// Where the tensors of the graph that this program was made from are found: tapes name values
  /// of bodies by them.
  package var names: [NodeOutput: Value] = [:]
  /// The type of every value of this program, nested programs excepted.
  package var types: [Value: TensorType] = [:]
  /// What was known of small values, of nested programs too, when types were last inferred. In the
  /// outermost program only.
  var known: [Value: KnownValue] = [:]
  /// Whether types were inferred before. In the outermost program only.
  var isInferred = false

  package init() {}

  /// The type of a value.
  package func type(_ value: Value) -> TensorType {
    types[value] ?? TensorType(.variant, .unknown)
  }

  /// A new value of this type.
  package mutating func newValue(_ type: TensorType) -> Value {
    let value = Value()
    types[value] = type
    return value
  }

  /// Replaces uses of values in operands, results and updates.
  package mutating func replaceUses(_ replacement: [Value: Value]) {
    guard !replacement.isEmpty else { return }
    for i in instructions.indices { instructions[i].replaceInputs(replacement) }
    results = results.map { $0.replaced(by: replacement) }
    for i in updates.indices { updates[i].value = updates[i].value.replaced(by: replacement) }
  }

  /// The constant that makes a value; nil where another operation does.
  ///
  /// Linear; passes that ask often use `constants`.
  package var constants: [Value: NDArray] {
    var result: [Value: NDArray] = [:]
    for instruction in instructions {
      if let constant = instruction.definition.as(Const.self) {
        result[instruction.outputs[0]] = constant.value
      }
    }
    return result
  }
}

/// A value of a program. Unique in the process, so instructions move in and out of bodies without
/// renaming.
package struct Value: Sendable, Hashable, Comparable {
  package let id: Int

  /// A new value.
  package init() { id = Self.next.wrappingAdd(1, ordering: .relaxed).newValue }

  package static func < (a: Value, b: Value) -> Bool { a.id < b.id }

  /// What finally stands for this value where values are replaced by others.
  func replaced(by replacement: [Value: Value]) -> Value {
    var value = self
    while let next = replacement[value] { value = next }
    return value
  }

  /// What dictionaries use of a key's hash. They are made by the hundred thousand, and their keys are
  /// numbers of our own that nobody can choose to collide: a product spreads them well enough, and
  /// costs far less than the hash that is made for keys from outside.
  package func _rawHashValue(seed: Int) -> Int {
    let product = UInt64(truncatingIfNeeded: id ^ seed) &* 0x9E37_79B9_7F4A_7C15
    return Int(truncatingIfNeeded: product ^ product >> 32)
  }

  private static let next = Atomic<Int>(0)
}

/// A variable of a session: the node of its handle in the outermost graph.
package struct VariableKey: Sendable, Hashable {
  package let node: Int32
  package init(node: Int32) { self.node = node }
}
