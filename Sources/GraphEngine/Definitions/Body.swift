/// The body of a loop or branch: a graph, what it is given and what it gives back.
public struct Body: Sendable, Hashable {
  /// The operations of the body.
  public let graph: Graph
  /// Parameters, one for each operand of the loop or branch that it passes on.
  public let parameters: [Tensor]
  /// What the body gives back, tensors of `graph`.
  public let results: [Tensor]

  package init(graph: Graph, parameters: [Tensor], results: [Tensor]) {
    self.graph = graph
    self.parameters = parameters
    self.results = results
  }

  /// Whether both are the same graph with the same parameters and results.
  public static func == (a: Body, b: Body) -> Bool {
    a.graph === b.graph && a.parameters == b.parameters && a.results == b.results
  }

  /// Hashes the graph and the results.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(ObjectIdentifier(graph))
    hasher.combine(results)
  }
}

/// A loop or branch: an operation with bodies, which the compiler turns into nested programs.
package protocol ControlFlowDefinition: OpDefinition {
  /// `[condition, body]` of a loop, `[then, else]` of an If, one for each number of a Case.
  var bodies: [Body] { get }
  /// Which of the bodies' parameters stands for an operand: operand `i` of a loop is parameter `i`
  /// of both bodies; operand 0 of a branch chooses the body, operand `i + 1` is parameter `i`.
  var firstBodyOperand: Int { get }
  /// Whether results of the last body are operands of its next turn.
  var isLoop: Bool { get }
}
