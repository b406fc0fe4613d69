/// A node of a graph: its definition, its inputs and the place where the user declared it.
///
/// Fetching an operation executes it and returns nothing. With `import Foundation` in the same
/// file the type is spelled `StaticGraph.Operation`.
public struct Operation: Sendable, Hashable, CustomStringConvertible {
  /// The graph, or the body of a loop or branch, that the operation belongs to.
  public let graph: Graph
  package let node: Int32

  package init(graph: Graph, node: Int32) {
    self.graph = graph
    self.node = node
  }

  package var isValid: Bool { node >= 0 }

  /// Whether both are the same node of the same graph.
  public static func == (a: Operation, b: Operation) -> Bool {
    a.node == b.node && a.graph === b.graph
  }

  /// Hashes the place in the graph.
  public func hash(into hasher: inout Hasher) { hasher.combine(node) }

  /// The name, unique in its graph: `rnn/lstm/MatMul`.
  public var name: String { isValid ? graph.node(node).name : "invalid" }
  /// The type of the operation, TensorFlow's name of it: `MatMul`.
  public var type: String { isValid ? graph.node(node).definition.name : "invalid" }
  /// The operands, in order.
  public var inputs: [Tensor] {
    isValid
      ? graph.node(node).inputs.map { Tensor(graph: graph, node: $0.node, index: $0.index) } : []
  }
  /// Operations that must run before this one without giving it a value.
  public var controlInputs: [Operation] {
    isValid ? graph.node(node).controls.map { Operation(graph: graph, node: $0) } : []
  }
  /// The results, in order.
  public var outputs: [Tensor] {
    guard isValid else { return [] }
    let count = graph.node(node).outputs.count
    return (0..<Int32(count)).map { Tensor(graph: graph, node: node, index: $0) }
  }
  /// The bodies of a loop (`[condition, body]`) or a branch (`[then, else]`); none of any other
  /// operation.
  public var bodies: [Body] {
    isValid ? (definition as? any ControlFlowDefinition)?.bodies ?? [] : []
  }
  /// Where the user declared it; nil in a program without line information.
  ///
  /// Reading it takes a millisecond or more: addresses are looked up when asked for.
  public var location: SourceLocation? { trace?.location() }
  /// The return addresses that `location` is found from.
  package var trace: CallTrace? { isValid ? graph.trace(of: node) : nil }

  package var definition: any OpDefinition { graph.node(node).definition }

  /// Type and name: `MatMul "rnn/MatMul"`.
  public var description: String { "\(type) \"\(name)\"" }
}
