internal import GraphArrays

/// Slices of its first operand along the first axis, by the indices in the second. TF: `Gather`, of
/// which `GatherV2` is the general form.
package struct Gather: OpDefinition {
  package init() {}
  package var name: String { "Gather" }
  package var effects: Effects { .canFail }
  private var general: GatherV2 { GatherV2(batchDims: 0) }
  private static let axis = NDArray(scalar: Int32(0))
  private static let axisType = TensorType(.int32, [])

  package func infer(_ context: InferenceContext) throws(GraphError) -> [TensorType] {
    try context.expect(count: 2)
    return try general.infer(Self.withAxis(context))
  }

  private static func withAxis(_ context: InferenceContext) -> InferenceContext {
    InferenceContext(
      types: context.types + [axisType], known: context.known + [.array(axis)])
  }

  package func knownElements(_ context: InferenceContext) -> [Int?]? {
    general.knownElements(Self.withAxis(context))
  }

  package func kernel(_ request: KernelRequest) throws(GraphError) -> Kernel {
    try general.kernel(
      KernelRequest(
        inputs: request.inputs + [Self.axisType], outputs: request.outputs,
        values: request.values + [Self.axis]))
  }

  package func gradient(_ context: GradientContext) throws(GraphError) -> [Tensor?] {
    [context.gatheredRows(of: context.inputShape(0)), nil]
  }
}

extension GradientContext {
  /// The gradient of a tensor of which the rows that operand 1 names are the result.
  ///
  /// - Parameters:
  ///   - shape: The shape of the tensor, an int32 vector.
  func gatheredRows(of shape: Tensor) -> Tensor {
    let dy = dy()
    let indices = input(1)
    guard inputType(1).shape.rank != 1 else {
      return indexedSlices(values: dy, indices: indices, denseShape: shape)
    }
    let rowShape = concat([graph.int32([-1]), shape[1...]], axis: 0)
    return indexedSlices(
      values: reshape(dy, rowShape), indices: reshape(indices, [-1]), denseShape: shape)
  }
}
