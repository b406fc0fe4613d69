package import GraphArrays

/// The items at `indices` of a list, behind each other along a new first axis.
///
/// - Parameters:
///   - shape: The shape of an item in the run, an int32 vector.
package func tensorListGather(
  _ list: Tensor, _ indices: Tensor, dtype: DType, shape: Tensor
) -> Tensor {
  list.graph.tensor(
    TensorListGather(dtype: dtype), [list, indices, shape], name: "TensorListGather")
}

/// Some items of a list as one array. TF: `TensorListGather`.
///
/// Operands: the list, an int32 vector of indices, and what is known of an item's shape. Items that
/// were not written are zeros.
package struct TensorListGather: OpDefinition {
  package var dtype: DType

  package init(dtype: DType) { self.dtype = dtype }

  package var name: String { "TensorListGather" }
  package static let attributes = [Attribute("element_dtype", \TensorListGather.dtype)]
  package var effects: Effects { .canFail }

  package func infer(_ context: InferenceContext) throws(GraphError) -> [TensorType] {
    try context.expect(count: 3)
    try context.expect(1, isOneOf: [.int32])
    try context.expect(1, rank: 1)
    let item = try context.item(
      of: 0, TensorType(dtype, .unknown), try context.elementShape(2))
    let first = Shape(dimensions: [context.shape(1).dimensions?.first ?? nil])
    return [TensorType(dtype, first.appending(contentsOf: item.shape))]
  }

  package func kernel(_ request: KernelRequest) throws(GraphError) -> Kernel {
    guard dtype.byteSize > 0 else { throw request.unsupported(name) }
    let shape = ShapeOperand(request, 2)
    let type = request.outputs[0]
    let count = request.inputCount(1)
    let byteSize = dtype.byteSize
    return Kernel(bindsOutputs: true) { arguments, _ throws(RunFailure) in
      let list = try arguments.list(0)
      let indices = arguments.input(1, as: Int32.self)
      var items: [TensorList.Item] = []
      for i in 0..<count { items.append(try list.rawItem(at: Int(indices[i]))) }
      let extents = try list.stackedShape(shape.shape(arguments), of: items)
      let whole = [count] + extents
      guard type.shape.accepts(whole), let elements = Shape.elementCount(whole) else {
        throw RunFailure(
          .invalidArgument,
          "gathered items of a list have shape \(Shape(whole)), and \(type.shape) is asked for")
      }
      let target = arguments.makeOutput(byteCount: elements * byteSize, shape: whole)
      TensorList.copy(items, to: target, itemByteCount: elements / max(1, count) * byteSize)
    }
  }

  /// A list in which only the items at the indices are written; those of an index that is named
  /// more than once are added up. (TensorFlow's own rule keeps the last of them.)
  package func gradient(_ context: GradientContext) throws(GraphError) -> [Tensor?] {
    guard let dy = context.outputGradients[0] else { return [nil, nil, nil] }
    let (places, segments) = unique(context.input(1))
    let sums = unsortedSegmentSum(dy, segments, segments: places.dynamicShape[0])
    return [
      tensorListScatter(
        sums, places, count: context.values.length(of: context.operation.inputs[0])),
      nil, nil,
    ]
  }
}
