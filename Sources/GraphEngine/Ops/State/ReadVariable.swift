internal import GraphArrays

/// The value of a variable: that at the start of the run, or, where an assignment comes before by
/// data or control dependencies, what that assigned. TF: `ReadVariableOp`.
package struct ReadVariable: OpDefinition {
  /// The type of the value.
  package var type: TensorType

  package init(type: TensorType) { self.type = type }

  package var name: String { "ReadVariableOp" }
  package static let attributes = [Attribute("dtype", \ReadVariable.dtype)]
  private var dtype: DType {
    get { type.dtype }
    set { type = TensorType(newValue, .unknown) }
  }
  package var effects: Effects { .state }

  package func infer(_ context: InferenceContext) throws(GraphError) -> [TensorType] {
    try context.expect(count: 1)
    return [context[0].element?.merged(with: type) ?? type]
  }

  package func kernel(_ request: KernelRequest) throws(GraphError) -> Kernel {
    throw GraphError(.unimplemented, "the read of a variable is not executed")
  }

  /// The gradient of the handle is that of its value.
  package func gradient(_ context: GradientContext) throws(GraphError) -> [Tensor?] {
    [context.outputGradients[0]]
  }
}

/// Whether a variable has a value. TF: `VarIsInitializedOp`.
package struct VariableIsInitialized: OpDefinition {
  package init() {}
  package var name: String { "VarIsInitializedOp" }
  package var effects: Effects { .state }

  package func infer(_ context: InferenceContext) throws(GraphError) -> [TensorType] {
    try context.expect(count: 1)
    return [TensorType(.bool, [])]
  }

  package func kernel(_ request: KernelRequest) throws(GraphError) -> Kernel {
    throw GraphError(.unimplemented, "the state of a variable is not executed")
  }

  package func gradient(_ context: GradientContext) throws(GraphError) -> [Tensor?] { [nil] }
}
