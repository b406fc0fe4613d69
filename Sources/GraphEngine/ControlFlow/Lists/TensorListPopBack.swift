internal import GraphArrays

/// A list without its last item, and that item. TF: `TensorListPopBack`.
///
/// Operands: the list, and what is known of the item's shape (-1 where nothing is).
package struct TensorListPopBack: OpDefinition {
  /// The type of items, as far as it is known.
  package var element: TensorType

  package init(element: TensorType) { self.element = element }

  package var name: String { "TensorListPopBack" }
  package static let attributes = [Attribute("element_dtype", \TensorListPopBack.dtype)]
  private var dtype: DType {
    get { element.dtype }
    set { element.dtype = newValue }
  }
  package var outputCount: Int { 2 }
  package var effects: Effects { .canFail }

  package func infer(_ context: InferenceContext) throws(GraphError) -> [TensorType] {
    try context.expect(count: 2)
    let item = try context.item(of: 0, element, try context.elementShape(1))
    return [context[0], item]
  }

  package func kernel(_ request: KernelRequest) throws(GraphError) -> Kernel {
    let shape = ShapeOperand(request, 1)
    let type = request.outputs[1]
    return Kernel(bindsOutputs: true) { arguments, _ throws(RunFailure) in
      let list = try TensorList.changing(arguments.takeObject(0))
      let item = try list.pop(shape: type.shape.merged(with: shape.shape(arguments)) ?? .unknown)
      arguments.setObject(list, output: 0)
      try arguments.give(item, output: 1, as: type)
    }
  }

  package func gradient(_ context: GradientContext) throws(GraphError) -> [Tensor?] {
    [tensorListPushBack(context.dy(0), context.dy(1)), nil]
  }
}
