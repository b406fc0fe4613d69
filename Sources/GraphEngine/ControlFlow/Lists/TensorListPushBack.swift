package import GraphArrays

/// A list with one more item at the end.
package func tensorListPushBack(_ list: Tensor, _ item: Tensor) -> Tensor {
  list.graph.tensor(
    TensorListPushBack(dtype: item.dtype), [list, item], name: "TensorListPushBack")
}

/// A list with one more item at the end. TF: `TensorListPushBack`.
package struct TensorListPushBack: OpDefinition {
  package var dtype: DType

  package init(dtype: DType) { self.dtype = dtype }

  package var name: String { "TensorListPushBack" }
  package static let attributes = [Attribute("element_dtype", \TensorListPushBack.dtype)]
  package var effects: Effects { .canFail }

  package func infer(_ context: InferenceContext) throws(GraphError) -> [TensorType] {
    try context.expect(count: 2)
    return [try context.list(0, putting: 1)]
  }

  package func kernel(_ request: KernelRequest) throws(GraphError) -> Kernel {
    let type = request.inputs[1]
    return Kernel(retains: [1], bindsOutputs: true) { arguments, _ throws(RunFailure) in
      let item = try arguments.item(1, type)
      let list = try TensorList.changing(arguments.takeObject(0))
      try list.push(item)
      arguments.setObject(list)
    }
  }

  package func gradient(_ context: GradientContext) throws(GraphError) -> [Tensor?] {
    guard let d = context.outputGradients[0] else { return [nil, nil] }
    let item = context.operation.inputs[1]
    let type = item.type.cotangent
    let isKnown = type.dtype == .variant || type.shape.isFullyKnown
    let shape = isKnown ? d.graph.elementShape(type) : context.inputShape(1)
    let parts = d.graph.tensors(
      TensorListPopBack(element: type), [d, shape], name: "TensorListPopBack")
    return [parts[0], parts[1]]
  }
}
