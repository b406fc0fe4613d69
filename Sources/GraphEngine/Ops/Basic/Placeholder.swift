public import GraphArrays

extension Graph {
  /// A tensor whose value each run is given: `session.run(y, feeding: [x: batch])`.
  ///
  /// - Parameters:
  ///   - shape: What feeds must fit: `[nil, 784]`; `.unknown` takes any rank.
  public func placeholder(
    _ dtype: DType, shape: Shape = .unknown, name: String? = nil
  ) -> Tensor {
    tensor(Placeholder(dtype: dtype, shape: shape), [], name: name)
  }

  /// A placeholder that has a value of its own where a run feeds none.
  ///
  /// - Parameters:
  ///   - value: The value in runs that do not feed this tensor.
  ///   - shape: What feeds must fit; the shape of `value` if nil. TF:
  ///     `tf.placeholder_with_default`.
  public func placeholder(
    withDefault value: some NDArrayConvertible, dtype: DType? = nil, shape: Shape? = nil,
    name: String? = nil
  ) -> Tensor {
    let value = constant(value, dtype: dtype)
    return tensor(
      PlaceholderWithDefault(shape: shape ?? value.shape), [value], name: name)
  }
}

/// A value that must be fed. TF: `Placeholder`.
package struct Placeholder: OpDefinition {
  package var dtype: DType
  package var shape: Shape

  package init(dtype: DType, shape: Shape) {
    self.dtype = dtype
    self.shape = shape
  }

  package var name: String { "Placeholder" }
  package static let attributes = [
    Attribute("dtype", \Placeholder.dtype), Attribute("shape", \.shape),
  ]

  package func infer(_ context: InferenceContext) throws(GraphError) -> [TensorType] {
    [TensorType(dtype, shape)]
  }

  /// A placeholder that is fed is no operation of a plan; one that is not is told before the run.
  package func kernel(_ request: KernelRequest) throws(GraphError) -> Kernel {
    throw GraphError(.invalidArgument, "a placeholder must be fed")
  }

  package func gradient(_ context: GradientContext) throws(GraphError) -> [Tensor?] { [] }
}

/// A value that may be fed. TF: `PlaceholderWithDefault`.
package struct PlaceholderWithDefault: OpDefinition {
  package var shape: Shape

  package init(shape: Shape) { self.shape = shape }

  package var name: String { "PlaceholderWithDefault" }
  package static let attributes = [Attribute("shape", \PlaceholderWithDefault.shape)]

  package func infer(_ context: InferenceContext) throws(GraphError) -> [TensorType] {
    try context.expect(count: 1)
    guard shape.isCompatible(with: context.shape(0)) else {
      throw GraphError(
        .invalidArgument, "the default has shape \(context.shape(0)), wants \(shape)")
    }
    return [TensorType(context.dtype(), shape)]
  }

  package func kernel(_ request: KernelRequest) throws(GraphError) -> Kernel {
    .copy(byteCount: request.outputs[0].byteCount ?? 0)
  }

  package func forwardedInput(_ context: () -> InferenceContext, _ output: TensorType) -> Int? { 0 }

  package func gradient(_ context: GradientContext) throws(GraphError) -> [Tensor?] {
    [context.outputGradients[0]]
  }
}
