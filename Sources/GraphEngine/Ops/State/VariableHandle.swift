package import GraphArrays

/// A variable of the session. TF: `VarHandleOp`.
///
/// The session keeps a value for each handle, by the node of the outermost graph. Handles are no
/// values at run time: the compiler turns reads and assignments into the values that flow between
/// them (`ResolveVariables`).
package struct VariableHandle: OpDefinition {
  package var sharedName: String
  package var dtype: DType
  package var shape: Shape

  package init(sharedName: String, dtype: DType, shape: Shape) {
    self.sharedName = sharedName
    self.dtype = dtype
    self.shape = shape
  }

  package var name: String { "VarHandleOp" }
  package static let attributes = [
    Attribute("dtype", \VariableHandle.dtype), Attribute("shape", \.shape),
    Attribute("shared_name", \.sharedName),
  ]
  package var effects: Effects { .state }

  package func infer(_ context: InferenceContext) throws(GraphError) -> [TensorType] {
    [.handle(of: TensorType(dtype, shape))]
  }

  package func kernel(_ request: KernelRequest) throws(GraphError) -> Kernel {
    throw GraphError(.unimplemented, "the handle of a variable is not executed")
  }

  package func gradient(_ context: GradientContext) throws(GraphError) -> [Tensor?] { [] }
}
