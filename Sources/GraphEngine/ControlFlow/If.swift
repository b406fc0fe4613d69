internal import GraphArrays

/// Computes one of two bodies. TF: `If`.
///
/// Operand 0 is the predicate, a bool scalar; the others are what the bodies take from outside. Of
/// the outputs the last is the history, as that of `While`.
package struct If: ControlFlowDefinition {
  /// What is computed where the predicate is true.
  package let then: Body
  /// What is computed where it is false.
  package let otherwise: Body

  package init(then: Body, otherwise: Body) {
    self.then = then
    self.otherwise = otherwise
  }

  package var name: String { "If" }
  package static let attributes = [
    Attribute("then_branch", \If.then), Attribute("else_branch", \.otherwise),
  ]
  package var outputCount: Int { then.results.count + 1 }
  package var bodies: [Body] { [then, otherwise] }
  package var firstBodyOperand: Int { 1 }
  package var isLoop: Bool { false }

  package func infer(_ context: InferenceContext) throws(GraphError) -> [TensorType] {
    do throws(GraphError) {
      try context.expect(count: then.parameters.count + 1)
      try context.expect(0, isOneOf: [.bool])
      try context.expect(0, rank: 0)
      return try resultTypes(context) + [.history]
    } catch {
      // What the branches take from outside is not what the user passed.
      var error = error
      error.inputTypes = Array(context.types.prefix(1))
      throw error
    }
  }

  private func resultTypes(_ context: InferenceContext) throws(GraphError) -> [TensorType] {
    for (index, parameter) in then.parameters.enumerated() {
      guard parameter.type.accepts(context[index + 1]) else {
        throw GraphError(
          .invalidArgument,
          "operand \(index + 1) is \(context[index + 1]), wants \(parameter.type)")
      }
    }
    guard then.results.count == otherwise.results.count else {
      throw GraphError(
        .invalidArgument,
        "one branch has \(then.results.count) results, the other \(otherwise.results.count)")
    }
    var types: [TensorType] = []
    for (index, (a, b)) in zip(then.results, otherwise.results).enumerated() {
      guard let type = a.type.widened(with: b.type) else {
        throw GraphError(
          .invalidArgument, "result \(index) is \(a.type) in one branch, \(b.type) in the other")
      }
      types.append(type)
    }
    return types
  }

  /// Branches are nested programs of a plan.
  package func kernel(_ request: KernelRequest) throws(GraphError) -> Kernel {
    throw GraphError(.unimplemented, "a branch has no kernel of its own")
  }
}
