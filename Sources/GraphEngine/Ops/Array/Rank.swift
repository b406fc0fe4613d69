internal import GraphArrays

extension Tensor {
  /// The number of axes in a run, as an int32 scalar; a constant where it is known already.
  /// TF: `tf.rank`.
  public var dynamicRank: Tensor {
    guard isValid else { return self }
    if let rank = shape.rank { return graph.int32(rank, name: "Rank") }
    return graph.tensor(RankOf(), [self])
  }
}

/// The number of axes of its operand. TF: `Rank`.
package struct RankOf: OpDefinition {
  package init() {}
  package var name: String { "Rank" }

  package func infer(_ context: InferenceContext) throws(GraphError) -> [TensorType] {
    try context.expect(count: 1)
    return [TensorType(.int32, [])]
  }

  package func knownElements(_ context: InferenceContext) -> [Int?]? { [context.shape().rank] }

  package func kernel(_ request: KernelRequest) throws(GraphError) -> Kernel {
    .integers([[request.inputShape().count]], .int32)
  }

  package func gradient(_ context: GradientContext) throws(GraphError) -> [Tensor?] { [nil] }
}
