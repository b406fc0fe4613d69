package import GraphArrays

/// The items of a list behind each other along their first axis, and their lengths along it.
/// TF: `TensorListConcat`, `TensorListConcatV2`.
///
/// Operands: the list, and for the second form what is known of an item's shape, and an int64 vector
/// with the lengths of items that are not written. Those count as zeros.
package struct TensorListConcat: OpDefinition {
  package var dtype: DType
  /// What is known of an item's shape; nil where an operand tells it.
  package var elementShape: Shape?

  package init(dtype: DType, elementShape: Shape?) {
    self.dtype = dtype
    self.elementShape = elementShape
  }

  package var name: String { elementShape == nil ? "TensorListConcatV2" : "TensorListConcat" }
  package static let attributes = [
    Attribute("element_dtype", \TensorListConcat.dtype), Attribute("element_shape", \.shape),
  ]
  /// An attribute of the first form; the second form has none of this name.
  private var shape: Shape {
    get { elementShape ?? .unknown }
    set { if elementShape != nil { elementShape = newValue } }
  }
  package var outputCount: Int { 2 }
  package var effects: Effects { .canFail }

  package func infer(_ context: InferenceContext) throws(GraphError) -> [TensorType] {
    try context.expect(count: elementShape == nil ? 3 : 1)
    if elementShape == nil { try context.expect(2, isOneOf: [.int64]) }
    let told = if let elementShape { elementShape } else { try context.elementShape(1) }
    let wanted = Self.anyLength(told)
    try context.expectList(0, of: dtype)
    let item = Self.anyLength(context[0].element?.shape ?? .unknown)
    guard let shape = item.merged(with: wanted) else {
      throw GraphError(
        .invalidArgument, "the list has elements of shape \(item), wants \(wanted)")
    }
    return [TensorType(dtype, shape), TensorType(.int64, [nil])]
  }

  /// `shape` with an unknown first extent.
  private static func anyLength(_ shape: Shape) -> Shape {
    guard let dimensions = shape.dimensions, !dimensions.isEmpty else { return .unknown }
    return Shape(dimensions: [nil] + dimensions.dropFirst())
  }

  package func kernel(_ request: KernelRequest) throws(GraphError) -> Kernel {
    guard dtype.byteSize > 0 else { throw request.unsupported(name) }
    let type = request.outputs[0]
    let shape = elementShape == nil ? ShapeOperand(request, 1) : nil
    let fixed = elementShape ?? .unknown
    let lengthCount = elementShape == nil ? request.inputCount(2) : 0
    let byteSize = dtype.byteSize
    return Kernel(bindsOutputs: true) { arguments, _ throws(RunFailure) in
      let list = try arguments.list(0)
      let wanted = shape?.shape(arguments) ?? fixed
      let extents = try list.rowShape(Self.anyLength(wanted))
      let rowBytes = (Shape.elementCount(extents) ?? 0) * byteSize
      let lengths = try (0..<list.count).map { i throws(RunFailure) in
        if case .array(_, let shape) = list.items[i] { return shape.first ?? 0 }
        if let length = list.elementShape.dimensions?.first ?? nil { return length }
        guard i < lengthCount else {
          throw RunFailure(
            .invalidArgument,
            "List contains uninitialized tensor at index \(i) but leading_dims has only "
              + "\(lengthCount) elements.")
        }
        return max(0, Int(arguments.input(2, as: Int64.self)[i]))
      }
      let total = lengths.reduce(0, +)
      guard type.shape.accepts([total] + extents) else {
        throw RunFailure(
          .invalidArgument,
          "a concatenated list has shape \(Shape([total] + extents)), and \(type.shape) is "
            + "asked for")
      }
      var target = arguments.makeOutput(
        byteCount: total * rowBytes, shape: [total] + extents)
      for (item, length) in zip(list.items, lengths) {
        TensorList.copy([item], to: target, itemByteCount: length * rowBytes)
        target += length * rowBytes
      }
      let told = arguments.makeOutput(
        1, byteCount: lengths.count * DType.int64.byteSize, shape: [lengths.count])
      for (i, length) in lengths.enumerated() {
        told.storeBytes(
          of: Int64(length), toByteOffset: i * DType.int64.byteSize, as: Int64.self)
      }
    }
  }

  package func gradient(_ context: GradientContext) throws(GraphError) -> [Tensor?] {
    let none = [Tensor?](repeating: nil, count: elementShape == nil ? 3 : 1)
    guard let dy = context.outputGradients[0] else { return none }
    let graph = dy.graph
    let item = context.inputType(0).element?.shape ?? .unknown
    var answers = none
    answers[0] = graph.tensor(
      TensorListSplit(dtype: dtype),
      [dy, graph.elementShape(TensorType(dtype, item)), context.output(1)],
      name: "TensorListSplit")
    return answers
  }
}
