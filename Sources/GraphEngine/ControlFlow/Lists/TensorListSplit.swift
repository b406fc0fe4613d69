package import GraphArrays

/// The list of pieces of an array along its first axis. TF: `TensorListSplit`.
///
/// Operands: the array, what is known of a piece's shape (-1 where nothing is), and an int64 vector
/// with the length of each piece.
package struct TensorListSplit: OpDefinition {
  package var dtype: DType

  package init(dtype: DType) { self.dtype = dtype }

  package var name: String { "TensorListSplit" }
  package static let attributes = [Attribute("element_dtype", \TensorListSplit.dtype)]
  package var effects: Effects { .canFail }

  package func infer(_ context: InferenceContext) throws(GraphError) -> [TensorType] {
    try context.expect(count: 3)
    try context.expect(2, isOneOf: [.int64])
    try context.expect(2, rank: 1)
    let wanted = try context.elementShape(1)
    guard let dimensions = context.shape(0).dimensions else {
      return [.list(of: TensorType(dtype, wanted))]
    }
    guard !dimensions.isEmpty else {
      throw GraphError(.invalidArgument, "Tensor must be at least a vector, but saw shape: []")
    }
    var pieces = Shape(dimensions: [nil] + dimensions.dropFirst())
    if let lengths = context.allIntegers(2), let first = lengths.first,
      lengths.allSatisfy({ $0 == first })
    {
      pieces = Shape(dimensions: [first] + dimensions.dropFirst())
    }
    guard let shape = pieces.merged(with: wanted) else {
      throw GraphError(
        .invalidArgument,
        "tensor shape \(context.shape(0)) is not compatible with element_shape \(wanted)")
    }
    return [.list(of: TensorType(dtype, shape))]
  }

  package func kernel(_ request: KernelRequest) throws(GraphError) -> Kernel {
    let extents = request.inputShape()
    guard let total = extents.first, dtype.byteSize > 0 else { throw request.unsupported(name) }
    let rest = Array(extents.dropFirst())
    let rowBytes = (Shape.elementCount(rest) ?? 0) * dtype.byteSize
    let count = request.inputCount(2)
    let shape = ShapeOperand(request, 1)
    let dtype = dtype
    return Kernel(bindsOutputs: true) { arguments, _ throws(RunFailure) in
      let lengths = arguments.input(2, as: Int64.self)
      var items: [TensorList.Item] = []
      var row = 0
      for i in 0..<count {
        let length = Int(lengths[i])
        guard length >= 0 else {
          throw RunFailure(
            .invalidArgument,
            "Invalid value in lengths: \(length). Expected non-negative values.")
        }
        guard length <= total - row else {
          throw RunFailure(
            .invalidArgument,
            "Attempting to slice [\(row), \(row + length)] from tensor with length \(total)")
        }
        let storage = ArrayStorage(byteCount: length * rowBytes)
        storage.pointer.copyMemory(
          from: arguments.input(0) + row * rowBytes, byteCount: length * rowBytes)
        items.append(.array(storage, shape: [length] + rest))
        row += length
      }
      guard row == total else {
        throw RunFailure(
          .invalidArgument,
          "Unused values in tensor. Length of tensor: \(total) Values used: \(row)")
      }
      arguments.setObject(
        TensorList(dtype: dtype, elementShape: shape.shape(arguments), items: items))
    }
  }

  package func gradient(_ context: GradientContext) throws(GraphError) -> [Tensor?] {
    guard let d = context.outputGradients[0] else { return [nil, nil, nil] }
    let graph = d.graph
    let shape = concat([graph.int32([-1]), context.sliceShape(0)], axis: 0)
    let parts = graph.tensors(
      TensorListConcat(dtype: dtype, elementShape: nil), [d, shape, context.input(2)],
      name: "TensorListConcatV2")
    return [parts[0], nil, nil]
  }
}
