package import GraphArrays

extension Tensor {
  /// The number of elements in a run, as an int32 scalar; a constant where it is known already.
  /// TF: `tf.size`.
  public var dynamicSize: Tensor {
    guard isValid else { return self }
    if let count = shape.elementCount, count <= Int(Int32.max) {
      return graph.int32(count, name: "Size")
    }
    return graph.tensor(SizeOf(outputType: .int32), [self])
  }
}

/// The number of elements of its operand. TF: `Size`.
package struct SizeOf: OpDefinition {
  /// `.int32` or `.int64`.
  package var outputType: DType

  package init(outputType: DType) { self.outputType = outputType }

  package var name: String { "Size" }
  package static let attributes = [Attribute("out_type", \SizeOf.outputType)]

  package func infer(_ context: InferenceContext) throws(GraphError) -> [TensorType] {
    try context.expect(count: 1)
    return [TensorType(outputType, [])]
  }

  package func knownElements(_ context: InferenceContext) -> [Int?]? {
    [context.shape().elementCount]
  }

  package func kernel(_ request: KernelRequest) throws(GraphError) -> Kernel {
    .integers([[request.inputCount()]], outputType)
  }

  package func gradient(_ context: GradientContext) throws(GraphError) -> [Tensor?] { [nil] }
}
