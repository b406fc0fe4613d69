internal import GraphArrays

/// Repeats a body while a condition holds. TF: `While`.
///
/// Operand `i` is the start of loop variable `i`, the body gives its next value, output `i` its
/// last one. What the condition and the body take from outside are variables too, which the body
/// hands on unchanged. One more output, the history, is no value: tapes refer to it (`Tape`).
package struct While: ControlFlowDefinition {
  /// Whether there is another turn: a bool scalar of the loop variables.
  package let condition: Body
  /// One turn.
  package let body: Body

  /// How many turns TensorFlow may have under way at a time; written to files and read from them.
  package var parallelIterations = 10

  package init(condition: Body, body: Body) {
    self.condition = condition
    self.body = body
  }

  package var name: String { "While" }
  package static let attributes = [
    Attribute(derived: "cond", \While.condition), Attribute(derived: "body", \.body),
    Attribute("parallel_iterations", \.parallelIterations),
  ]
  package var outputCount: Int { body.parameters.count + 1 }
  package var bodies: [Body] { [condition, body] }
  package var firstBodyOperand: Int { 0 }
  package var isLoop: Bool { true }

  /// The type of a loop variable in every turn.
  package func variableType(_ index: Int) -> TensorType { body.parameters[index].type }

  /// Whether a variable is the same in every turn.
  package func isInvariant(_ index: Int) -> Bool { body.results[index] == body.parameters[index] }

  package func infer(_ context: InferenceContext) throws(GraphError) -> [TensorType] {
    try context.expect(count: body.parameters.count)
    var types: [TensorType] = []
    for index in context.types.indices {
      let type = variableType(index)
      guard type.accepts(context[index]) else {
        throw GraphError(
          .invalidArgument, "loop variable \(index) is \(type) and starts as \(context[index])")
      }
      types.append(isInvariant(index) ? type.merged(with: context[index]) ?? type : type)
    }
    return types + [.history]
  }

  /// Loops are nested programs of a plan.
  package func kernel(_ request: KernelRequest) throws(GraphError) -> Kernel {
    throw GraphError(.unimplemented, "a loop has no kernel of its own")
  }
}

extension TensorType {
  /// The type of a history: what a loop or branch computed inside, for tapes to read.
  package static let history = TensorType(.variant, [])
}

extension Body: AttributeConvertible {
  /// Nil: a body is more than the graph that an attribute names.
  package init?(_ value: AttributeValue) { nil }
  package var attributeValue: AttributeValue { .body(graph) }
}
