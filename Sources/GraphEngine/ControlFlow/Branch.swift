package import GraphArrays

/// An operation that computes one of several bodies: `If`, `Case`.
///
/// Operand 0, a scalar, chooses; the others are what the bodies take from outside. Of the outputs the
/// last is the history, as that of `While`.
package protocol BranchDefinition: ControlFlowDefinition {
  /// The dtype of operand 0: `.bool` chooses the first body where it is true and else the second,
  /// `.int32` is the number of the body, which beyond the last one stands for that.
  var choiceType: DType { get }
}

extension BranchDefinition {
  package var outputCount: Int { bodies[0].results.count + 1 }
  package var firstBodyOperand: Int { 1 }
  package var isLoop: Bool { false }

  package func infer(_ context: InferenceContext) throws(GraphError) -> [TensorType] {
    do throws(GraphError) {
      try context.expect(count: bodies[0].parameters.count + 1)
      try context.expect(0, isOneOf: [choiceType])
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
    for (index, parameter) in bodies[0].parameters.enumerated() {
      guard parameter.type.accepts(context[index + 1]) else {
        throw GraphError(
          .invalidArgument,
          "operand \(index + 1) is \(context[index + 1]), wants \(parameter.type)")
      }
    }
    var types = bodies[0].results.map(\.type)
    for body in bodies.dropFirst() {
      guard body.results.count == types.count else {
        throw GraphError(
          .invalidArgument,
          "one branch has \(types.count) results, the other \(body.results.count)")
      }
      for (index, result) in body.results.enumerated() {
        guard let type = types[index].widened(with: result.type) else {
          throw GraphError(
            .invalidArgument,
            "result \(index) is \(types[index]) in one branch, \(result.type) in the other")
        }
        types[index] = type
      }
    }
    return types
  }

  /// Branches are nested programs of a plan.
  package func kernel(_ request: KernelRequest) throws(GraphError) -> Kernel {
    throw GraphError(.unimplemented, "a branch has no kernel of its own")
  }
}
