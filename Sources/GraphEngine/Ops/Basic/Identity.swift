internal import GraphArrays

/// The value of `x`, under a name of its own. TF: `tf.identity`.
public func identity(_ x: Tensor, name: String? = nil) -> Tensor {
  x.graph.tensor(Identity(), [x], name: name)
}

/// The value of `x`, through which no gradient passes. TF: `tf.stop_gradient`.
public func stopGradient(_ x: Tensor, name: String? = nil) -> Tensor {
  x.graph.tensor(StopGradient(), [x], name: name)
}

/// Its operand, unchanged. TF: `Identity`.
package struct Identity: OpDefinition {
  package init() {}
  package var name: String { "Identity" }

  package func infer(_ context: InferenceContext) throws(GraphError) -> [TensorType] {
    try context.expect(count: 1)
    return [context[0]]
  }

  package func knownElements(_ context: InferenceContext) -> [Int?]? { context.integers(0) }

  package func forwardedInput(_ context: () -> InferenceContext, _ output: TensorType) -> Int? { 0 }

  package func rowAxes(_ context: RowContext) throws(RowRefusal) -> [Int?] {
    [try context.aligned()]
  }

  package func kernel(_ request: KernelRequest) throws(GraphError) -> Kernel {
    .copy(byteCount: request.outputs[0].byteCount ?? 0)
  }

  package func gradient(_ context: GradientContext) throws(GraphError) -> [Tensor?] {
    [context.outputGradients[0]]
  }
}

/// Its operand, unchanged, with no gradient. TF: `StopGradient`.
package struct StopGradient: OpDefinition {
  package init() {}
  package var name: String { "StopGradient" }

  package func infer(_ context: InferenceContext) throws(GraphError) -> [TensorType] {
    try context.expect(count: 1)
    return [context[0]]
  }

  package func knownElements(_ context: InferenceContext) -> [Int?]? { context.integers(0) }

  package func forwardedInput(_ context: () -> InferenceContext, _ output: TensorType) -> Int? { 0 }

  package func rowAxes(_ context: RowContext) throws(RowRefusal) -> [Int?] {
    [try context.aligned()]
  }

  package func kernel(_ request: KernelRequest) throws(GraphError) -> Kernel {
    .copy(byteCount: request.outputs[0].byteCount ?? 0)
  }

  package func gradient(_ context: GradientContext) throws(GraphError) -> [Tensor?] { [nil] }
}
