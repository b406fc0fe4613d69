internal import GraphArrays

/// The number of items of a list, an int32 scalar.
package func tensorListLength(_ list: Tensor) -> Tensor {
  list.graph.tensor(TensorListLength(), [list], name: "TensorListLength")
}

/// The number of items of a list. TF: `TensorListLength`.
package struct TensorListLength: OpDefinition {
  package init() {}
  package var name: String { "TensorListLength" }

  package func infer(_ context: InferenceContext) throws(GraphError) -> [TensorType] {
    try context.expect(count: 1)
    try context.expectList(0)
    return [TensorType(.int32, [])]
  }

  package func kernel(_ request: KernelRequest) throws(GraphError) -> Kernel {
    Kernel { arguments, _ throws(RunFailure) in
      let count = try arguments.list(0).count
      arguments.output(0, as: Int32.self).pointee = Int32(truncatingIfNeeded: count)
    }
  }

  package func gradient(_ context: GradientContext) throws(GraphError) -> [Tensor?] { [nil] }
}
