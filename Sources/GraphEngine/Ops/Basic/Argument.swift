internal import GraphArrays

/// A parameter of the body of a loop or branch.
package struct Argument: OpDefinition {
  /// The type of what is passed.
  package let type: TensorType

  package init(type: TensorType) { self.type = type }

  package var name: String { "_Arg" }

  package func infer(_ context: InferenceContext) throws(GraphError) -> [TensorType] { [type] }

  package func kernel(_ request: KernelRequest) throws(GraphError) -> Kernel {
    throw GraphError(.unimplemented, "a parameter of a body is not executed")
  }

  package func gradient(_ context: GradientContext) throws(GraphError) -> [Tensor?] { [] }
}
