internal import GraphArrays

/// A list of a given length in which no item is written. TF: `TensorListReserve`.
///
/// Operands: the shape of items, as far as it is known (-1 where not), and the number of items.
package struct TensorListReserve: EmptyListDefinition {
  /// The type of items, as far as it is known.
  package var element: TensorType

  package init(element: TensorType) { self.element = element }

  package var name: String { "TensorListReserve" }
  package static let attributes = [Attribute("element_dtype", \TensorListReserve.dtype)]
  private var dtype: DType {
    get { element.dtype }
    set { element.dtype = newValue }
  }

  package func infer(_ context: InferenceContext) throws(GraphError) -> [TensorType] {
    try context.expect(count: 2)
    try context.expectIndex(1)
    if let count = context.integer(1), count < 0 { throw Self.negative(count) }
    var element = element
    if dtype != .variant { element.shape = try context.elementShape(0) }
    return [.list(of: element)]
  }

  package func kernel(_ request: KernelRequest) throws(GraphError) -> Kernel {
    let dtype = dtype
    let shape = ShapeOperand(request, 0)
    return Kernel(bindsOutputs: true) { arguments, _ throws(RunFailure) in
      let count = arguments.integer(1)
      guard count >= 0 else { throw RunFailure(.invalidArgument, Self.negative(count).message) }
      let elementShape = dtype == .variant ? Shape.unknown : shape.shape(arguments)
      arguments.setObject(TensorList(dtype: dtype, elementShape: elementShape, count: count))
    }
  }

  private static func negative(_ count: Int) -> GraphError {
    GraphError(
      .invalidArgument,
      "The num_elements to reserve must be a non negative number, but got \(count)")
  }

  package func gradient(_ context: GradientContext) throws(GraphError) -> [Tensor?] { [nil, nil] }
}
