package import GraphArrays

/// A list with another item at `index`.
package func tensorListSetItem(
  _ list: Tensor, _ index: Tensor, _ item: Tensor, isResizable: Bool = false
) -> Tensor {
  list.graph.tensor(
    TensorListSetItem(dtype: item.dtype, isResizable: isResizable), [list, index, item],
    name: "TensorListSetItem")
}

/// A list with another item at an index. TF: `TensorListSetItem`.
package struct TensorListSetItem: OpDefinition {
  package var dtype: DType
  /// Whether a list that is too short grows.
  package var isResizable: Bool

  package init(dtype: DType, isResizable: Bool = false) {
    self.dtype = dtype
    self.isResizable = isResizable
  }

  package var name: String { "TensorListSetItem" }
  package static let attributes = [
    Attribute("element_dtype", \TensorListSetItem.dtype),
    Attribute("resize_if_index_out_of_bounds", \.isResizable),
  ]
  package var effects: Effects { .canFail }

  package func infer(_ context: InferenceContext) throws(GraphError) -> [TensorType] {
    try context.expect(count: 3)
    try context.expectIndex(1)
    return [try context.list(0, putting: 2)]
  }

  package func kernel(_ request: KernelRequest) throws(GraphError) -> Kernel {
    let type = request.inputs[2]
    let isResizable = isResizable
    return Kernel(retains: [2], bindsOutputs: true) { arguments, _ throws(RunFailure) in
      let item = try arguments.item(2, type)
      let list = try TensorList.changing(arguments.takeObject(0))
      try list.set(item, at: arguments.integer(1), isResizable: isResizable)
      arguments.setObject(list)
    }
  }

  /// What was replaced receives nothing.
  package func gradient(_ context: GradientContext) throws(GraphError) -> [Tensor?] {
    guard let d = context.outputGradients[0] else { return [nil, nil, nil] }
    let item = context.operation.inputs[2]
    let index = context.input(1)
    return [
      context.isNeeded[0]
        ? tensorListSetItem(d, index, context.values.zeros(of: item), isResizable: true) : nil,
      nil,
      context.isNeeded[2] ? context.itemGradient(d, index, of: item) : nil,
    ]
  }
}

extension GradientContext {
  /// The gradient of `item`, a forward tensor, at `index` of the gradient of a list.
  func itemGradient(_ list: Tensor, _ index: Tensor, of item: Tensor) -> Tensor {
    tensorListGetItem(list, index, of: item, values)
  }
}

/// The gradient of `item`, a forward tensor, from the gradients of a list's items.
///
/// An item that was never written has zeros of the shape of `item`.
func tensorListGetItem(
  _ list: Tensor, _ index: Tensor, of item: Tensor, _ values: any ForwardValues
) -> Tensor {
  let type = item.type.cotangent
  let isKnown = type.dtype == .variant || type.shape.isFullyKnown
  let graph = list.graph
  return graph.tensor(
    TensorListGetItem(element: type),
    [list, index, isKnown ? graph.elementShape(type) : values.shape(of: item)],
    name: "TensorListGetItem")
}
