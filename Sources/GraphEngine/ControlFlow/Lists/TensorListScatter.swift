package import GraphArrays

/// A list of `count` items that has the slices of `x` along its first axis at `indices`.
package func tensorListScatter(_ x: Tensor, _ indices: Tensor, count: Tensor) -> Tensor {
  var slice = x.type
  slice.shape = Shape(dimensions: x.shape.dimensions.map { Array($0.dropFirst()) })
  return x.graph.tensor(
    TensorListScatter(dtype: x.dtype, takesCount: true),
    [x, indices, x.graph.elementShape(slice), count], name: "TensorListScatterV2")
}

/// A list with the slices of an array at given places. TF: `TensorListScatter`,
/// `TensorListScatterV2`.
///
/// Operands: the array, an int32 vector with the place of each slice, what is known of a slice's
/// shape, and for the second form the number of items. Otherwise the list is as long as the greatest
/// place asks for. Of slices with the same place the last one stays.
package struct TensorListScatter: OpDefinition {
  package var dtype: DType
  /// Whether the number of items is an operand; -1 stands for as many as needed.
  package let takesCount: Bool

  package init(dtype: DType, takesCount: Bool) {
    self.dtype = dtype
    self.takesCount = takesCount
  }

  package var name: String { takesCount ? "TensorListScatterV2" : "TensorListScatter" }
  package static let attributes = [Attribute("element_dtype", \TensorListScatter.dtype)]
  package var effects: Effects { .canFail }

  package func infer(_ context: InferenceContext) throws(GraphError) -> [TensorType] {
    try context.expect(count: takesCount ? 4 : 3)
    if takesCount { try context.expectIndex(3) }
    let slice = try context.scatteredSlice(0, indices: 1)
    let wanted = try context.elementShape(2)
    guard let shape = slice.shape.merged(with: wanted) else {
      throw GraphError(
        .invalidArgument,
        "Specified a list with shape \(wanted) from a tensor with shape \(slice.shape)")
    }
    return [.list(of: TensorType(dtype, shape))]
  }

  package func kernel(_ request: KernelRequest) throws(GraphError) -> Kernel {
    let slices = try ScatteredSlices(request, 0, indices: 1)
    let shape = ShapeOperand(request, 2)
    let (dtype, takesCount) = (dtype, takesCount)
    return Kernel(bindsOutputs: true) { arguments, _ throws(RunFailure) in
      let given = takesCount ? arguments.integer(3) : -1
      guard given >= -1 else {
        throw RunFailure(
          .invalidArgument,
          "TensorListScatter expects num_elements >= -1, found: \(given)")
      }
      let list = TensorList(
        dtype: dtype, elementShape: shape.shape(arguments), count: max(0, given))
      try slices.write(to: list, arguments, isResizable: given < 0)
      arguments.setObject(list)
    }
  }

  package func gradient(_ context: GradientContext) throws(GraphError) -> [Tensor?] {
    let none = [Tensor?](repeating: nil, count: takesCount ? 4 : 3)
    guard let d = context.outputGradients[0] else { return none }
    var answers = none
    answers[0] = tensorListGather(
      d, context.input(1), dtype: dtype, shape: context.sliceShape(0))
    return answers
  }
}

/// A list with the slices of an array at given places. TF: `TensorListScatterIntoExistingList`.
///
/// Operands: the list, the array, and an int32 vector with the place of each slice. Places behind
/// the end make the list longer.
package struct TensorListScatterIntoExistingList: OpDefinition {
  package var dtype: DType

  package init(dtype: DType) { self.dtype = dtype }

  package var name: String { "TensorListScatterIntoExistingList" }
  package static let attributes = [
    Attribute("element_dtype", \TensorListScatterIntoExistingList.dtype)
  ]
  package var effects: Effects { .canFail }

  package func infer(_ context: InferenceContext) throws(GraphError) -> [TensorType] {
    try context.expect(count: 3)
    try context.expectList(0, of: dtype)
    let slice = try context.scatteredSlice(1, indices: 2)
    guard let element = context[0].element else { return [.list(of: slice)] }
    return [.list(of: element.widened(with: slice) ?? element)]
  }

  package func kernel(_ request: KernelRequest) throws(GraphError) -> Kernel {
    let slices = try ScatteredSlices(request, 1, indices: 2)
    return Kernel(bindsOutputs: true) { arguments, _ throws(RunFailure) in
      let list = try TensorList.changing(arguments.takeObject(0))
      try slices.write(to: list, arguments, isResizable: true)
      arguments.setObject(list)
    }
  }

  /// What was replaced, and what the list grew by, receives nothing.
  package func gradient(_ context: GradientContext) throws(GraphError) -> [Tensor?] {
    guard let d = context.outputGradients[0] else { return [nil, nil, nil] }
    let indices = context.input(2)
    let (list, array) = (context.operation.inputs[0], context.operation.inputs[1])
    var answers: [Tensor?] = [nil, nil, nil]
    if context.isNeeded[0] {
      let rest = d.graph.tensor(
        self, [d, context.values.zeros(of: array), indices],
        name: "TensorListScatterIntoExistingList")
      answers[0] = tensorListResize(rest, context.values.length(of: list))
    }
    if context.isNeeded[1] {
      answers[1] = tensorListGather(d, indices, dtype: dtype, shape: context.sliceShape(1))
    }
    return answers
  }
}

extension InferenceContext {
  /// The type of the slices of an array that are put at the places in a vector.
  fileprivate func scatteredSlice(
    _ array: Int, indices: Int
  ) throws(GraphError) -> TensorType {
    try expect(indices, isOneOf: [.int32])
    try expect(indices, rank: 1)
    guard let dimensions = shape(array).dimensions else {
      return TensorType(dtype(array), .unknown)
    }
    guard let first = dimensions.first,
      shape(indices).isCompatible(with: Shape(dimensions: [first]))
    else {
      throw GraphError(
        .invalidArgument,
        "Invalid number of rows in input tensor. Expected: \(shape(indices)) Actual: "
          + "\(shape(array))")
    }
    return TensorType(dtype(array), Shape(dimensions: Array(dimensions.dropFirst())))
  }
}

/// Slices of an operand that are written into a list.
private struct ScatteredSlices: Sendable {
  private let array: Int
  private let indices: Int
  private let count: Int
  private let extents: [Int]
  private let byteCount: Int

  init(_ request: KernelRequest, _ array: Int, indices: Int) throws(GraphError) {
    guard request.inputs[array].dtype.byteSize > 0 else {
      throw request.unsupported("a list of slices")
    }
    self.array = array
    self.indices = indices
    count = request.inputCount(indices)
    extents = Array(request.inputShape(array).dropFirst())
    byteCount = (Shape.elementCount(extents) ?? 0) * request.inputs[array].dtype.byteSize
  }

  func write(
    to list: TensorList, _ arguments: Arguments, isResizable: Bool
  ) throws(RunFailure) {
    let places = arguments.input(indices, as: Int32.self)
    for i in 0..<count {
      let storage = ArrayStorage(byteCount: byteCount)
      storage.pointer.copyMemory(
        from: arguments.input(array) + i * byteCount, byteCount: byteCount)
      try list.set(
        .array(storage, shape: extents), at: Int(places[i]), isResizable: isResizable)
    }
  }
}
