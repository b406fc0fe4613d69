internal import GraphArrays

/// Item `index` of a list, where nothing was written zeros.
///
/// - Parameters:
///   - shape: The item's shape in the run, an int32 vector, where the list's own type does not
///     tell it.
package func tensorListGetItem(_ list: Tensor, _ index: Tensor, shape: Tensor? = nil) -> Tensor {
  let graph = list.graph
  let element = list.type.element ?? TensorType(.float32, .unknown)
  return graph.tensor(
    TensorListGetItem(element: element), [list, index, shape ?? graph.elementShape(element)],
    name: "TensorListGetItem")
}

/// An item of a list. TF: `TensorListGetItem`.
///
/// Operands: the list, the index, and what is known of the item's shape (-1 where nothing is).
package struct TensorListGetItem: OpDefinition {
  /// The type of items, as far as it is known.
  package var element: TensorType

  package init(element: TensorType) { self.element = element }

  package var name: String { "TensorListGetItem" }
  package static let attributes = [Attribute("element_dtype", \TensorListGetItem.dtype)]
  private var dtype: DType {
    get { element.dtype }
    set { element.dtype = newValue }
  }
  package var effects: Effects { .canFail }

  package func infer(_ context: InferenceContext) throws(GraphError) -> [TensorType] {
    try context.expect(count: 3)
    try context.expectIndex(1)
    return [try context.item(of: 0, element, try context.elementShape(2))]
  }

  package func kernel(_ request: KernelRequest) throws(GraphError) -> Kernel {
    let shape = ShapeOperand(request, 2)
    let type = request.outputs[0]
    return Kernel(bindsOutputs: true) { arguments, _ throws(RunFailure) in
      let item = try arguments.list(0).item(
        at: arguments.integer(1), shape: type.shape.merged(with: shape.shape(arguments)) ?? .unknown
      )
      try arguments.give(item, as: type)
    }
  }

  /// A list in which only this item is written.
  package func gradient(_ context: GradientContext) throws(GraphError) -> [Tensor?] {
    guard let dy = context.outputGradients[0] else { return [nil, nil, nil] }
    let list = context.operation.inputs[0]
    let empty = context.values.zeros(of: list)
    return [
      tensorListSetItem(empty, context.input(1), dy, isResizable: true), nil, nil,
    ]
  }
}
