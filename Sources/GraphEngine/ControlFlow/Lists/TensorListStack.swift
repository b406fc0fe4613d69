package import GraphArrays

/// The items of a list behind each other along a new first axis.
///
/// - Parameters:
///   - count: The number of items, where it is known.
///   - shape: The shape of items in the run, an int32 vector, where the list's own type does not
///     tell it.
package func tensorListStack(_ list: Tensor, count: Int? = nil, shape: Tensor? = nil) -> Tensor {
  let graph = list.graph
  let element = list.type.element ?? TensorType(.float32, .unknown)
  return graph.tensor(
    TensorListStack(dtype: element.dtype, count: count ?? -1),
    [list, shape ?? graph.elementShape(element)], name: "TensorListStack")
}

/// The items of a list as one array. TF: `TensorListStack`.
///
/// Operands: the list, and what is known of an item's shape (-1 where nothing is). Items that were
/// not written are zeros.
package struct TensorListStack: OpDefinition {
  package var dtype: DType
  /// The number of items; -1 where it is not known.
  package var count: Int

  package init(dtype: DType, count: Int = -1) {
    self.dtype = dtype
    self.count = count
  }

  package var name: String { "TensorListStack" }
  package static let attributes = [
    Attribute("element_dtype", \TensorListStack.dtype), Attribute("num_elements", \.count),
  ]
  package var effects: Effects { .canFail }

  package func infer(_ context: InferenceContext) throws(GraphError) -> [TensorType] {
    try context.expect(count: 2)
    let item = try context.item(
      of: 0, TensorType(dtype, .unknown), try context.elementShape(1))
    let first = Shape(dimensions: [count < 0 ? nil : count])
    return [TensorType(dtype, first.appending(contentsOf: item.shape))]
  }

  package func kernel(_ request: KernelRequest) throws(GraphError) -> Kernel {
    guard dtype.byteSize > 0 else { throw request.unsupported(name) }
    let shape = ShapeOperand(request, 1)
    let type = request.outputs[0]
    let count = count
    let byteSize = dtype.byteSize
    return Kernel(bindsOutputs: true) { arguments, _ throws(RunFailure) in
      let list = try arguments.list(0)
      guard count < 0 || count == list.count else {
        throw RunFailure(
          .invalidArgument,
          "Operation expected a list with \(count) elements but got a list with \(list.count) "
            + "elements.")
      }
      let extents = try list.stackedShape(shape.shape(arguments))
      let whole = [list.count] + extents
      guard type.shape.accepts(whole), let elements = Shape.elementCount(whole) else {
        throw RunFailure(
          .invalidArgument,
          "a stacked list has shape \(Shape(whole)), and \(type.shape) is asked for")
      }
      let size = list.count == 0 ? 0 : elements / list.count * byteSize
      let target = arguments.makeOutput(byteCount: elements * byteSize, shape: whole)
      TensorList.copy(list.items, to: target, itemByteCount: size)
    }
  }

  package func gradient(_ context: GradientContext) throws(GraphError) -> [Tensor?] {
    [context.outputGradients[0].map { tensorListFromTensor($0) }, nil]
  }
}
