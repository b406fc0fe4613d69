internal import GraphArrays

/// A list with `size` items: its own first ones, and behind them items that are not written.
package func tensorListResize(_ list: Tensor, _ size: Tensor) -> Tensor {
  list.graph.tensor(TensorListResize(), [list, size], name: "TensorListResize")
}

/// A list with another number of items. TF: `TensorListResize`.
package struct TensorListResize: OpDefinition {
  package init() {}
  package var name: String { "TensorListResize" }
  package var effects: Effects { .canFail }

  package func infer(_ context: InferenceContext) throws(GraphError) -> [TensorType] {
    try context.expect(count: 2)
    try context.expectList(0)
    try context.expectIndex(1)
    return [context[0]]
  }

  package func kernel(_ request: KernelRequest) throws(GraphError) -> Kernel {
    Kernel(bindsOutputs: true) { arguments, _ throws(RunFailure) in
      let size = arguments.integer(1)
      guard size >= 0 else {
        throw RunFailure(
          .invalidArgument, "TensorListSlice expects size to be non-negative. Got: \(size)")
      }
      let list = try TensorList.changing(arguments.takeObject(0))
      list.resize(to: size)
      arguments.setObject(list)
    }
  }

  package func gradient(_ context: GradientContext) throws(GraphError) -> [Tensor?] {
    guard let d = context.outputGradients[0] else { return [nil, nil] }
    return [tensorListResize(d, context.values.length(of: context.operation.inputs[0])), nil]
  }
}
