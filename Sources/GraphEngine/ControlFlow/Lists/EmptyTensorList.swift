internal import GraphArrays

/// A list without items. TF: `EmptyTensorList`.
///
/// Operands: the shape of items, as far as it is known (-1 where not), and the greatest number of
/// items (-1 for any).
package struct EmptyTensorList: EmptyListDefinition {
  /// The type of items, as far as it is known.
  package var element: TensorType

  package init(element: TensorType) { self.element = element }

  package var name: String { "EmptyTensorList" }
  package static let attributes = [Attribute("element_dtype", \EmptyTensorList.dtype)]
  private var dtype: DType {
    get { element.dtype }
    set { element.dtype = newValue }
  }

  package func infer(_ context: InferenceContext) throws(GraphError) -> [TensorType] {
    try context.expect(count: 2)
    try context.expectIndex(1)
    var element = element
    if dtype != .variant { element.shape = try context.elementShape(0) }
    return [.list(of: element)]
  }

  package func kernel(_ request: KernelRequest) throws(GraphError) -> Kernel {
    let dtype = dtype
    let shape = ShapeOperand(request, 0)
    return Kernel(bindsOutputs: true) { arguments, _ throws(RunFailure) in
      let elementShape = dtype == .variant ? Shape.unknown : shape.shape(arguments)
      let capacity = arguments.integer(1)
      arguments.setObject(
        TensorList(
          dtype: dtype, elementShape: elementShape, items: [],
          capacity: capacity < 0 ? nil : capacity))
    }
  }

  package func gradient(_ context: GradientContext) throws(GraphError) -> [Tensor?] { [nil, nil] }
}
