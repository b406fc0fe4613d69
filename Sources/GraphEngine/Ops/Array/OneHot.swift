public import GraphArrays
internal import GraphKernels

/// Vectors that are `on` at one place and `off` elsewhere. TF: `tf.one_hot`.
///
/// An index out of range gives a vector that is `off` everywhere.
///
/// - Parameters:
///   - indices: An integer tensor of any shape.
///   - depth: The length of the vectors.
///   - axis: The place of the vectors' axis in the result; -1 is behind the last.
public func oneHot(
  _ indices: Tensor, depth: Int, on: some TensorConvertible = 1, off: some TensorConvertible = 0,
  axis: Int = -1, dtype: DType = .float32, name: String? = nil
) -> Tensor {
  let graph = indices.graph
  return graph.declare(name ?? "one_hot") { name in
    let on = graph.operand(on, dtype: dtype, name: "on_value")
    let off = graph.operand(off, dtype: dtype, name: "off_value")
    let depth = graph.int32(depth, name: "depth")
    return graph.tensor(OneHot(axis: axis), [indices, depth, on, off], name: name)
  }
}

/// Vectors that are `on` at one place, whose length an int32 scalar gives when the graph runs.
public func oneHot(
  _ indices: Tensor, depth: Tensor, on: some TensorConvertible = 1,
  off: some TensorConvertible = 0, axis: Int = -1, dtype: DType = .float32, name: String? = nil
) -> Tensor {
  let graph = indices.graph
  return graph.declare(name ?? "one_hot") { name in
    let on = graph.operand(on, dtype: dtype, name: "on_value")
    let off = graph.operand(off, dtype: dtype, name: "off_value")
    return graph.tensor(OneHot(axis: axis), [indices, depth, on, off], name: name)
  }
}

/// Vectors that show an index. Operands: indices, depth, on and off. TF: `OneHot`.
package struct OneHot: OpDefinition {
  /// The place of the new axis.
  package var axis: Int

  package init(axis: Int) { self.axis = axis }

  package var name: String { "OneHot" }
  package static let attributes = [Attribute("axis", \OneHot.axis)]
  package var specializedInputs: [Int] { [1] }

  package func infer(_ context: InferenceContext) throws(GraphError) -> [TensorType] {
    try context.expect(count: 4)
    try context.expect(0, isOneOf: [.int32, .int64, .uint8])
    try context.expect(1, isOneOf: [.int32])
    try context.expectSameDType([2, 3])
    for operand in 1...3 { try context.expect(operand, rank: 0) }
    if let depth = context.integer(1), depth < 0 {
      throw GraphError(.invalidArgument, "depth must be non-negative, got: \(depth)")
    }
    guard var dimensions = context.shape(0).dimensions else {
      return [TensorType(context.dtype(2), .unknown)]
    }
    let at = try InferenceContext.axis(axis, rank: dimensions.count + 1)
    dimensions.insert(context.integer(1), at: at)
    return [TensorType(context.dtype(2), Shape(dimensions: dimensions))]
  }

  package func rowAxes(_ context: RowContext) throws(RowRefusal) -> [Int?] {
    for operand in 1...3 { try context.expectWhole(operand) }
    guard let rows = context.axes[0] else { return [nil] }
    let rank = context.outputShape().count
    return [(axis < 0 ? axis + rank : axis) <= rows ? rows + 1 : rows]
  }

  package func kernel(_ request: KernelRequest) throws(GraphError) -> Kernel {
    try request.requirePlainBytes(name)
    let size = request.outputs[0].dtype.byteSize
    switch size {
    case 1: return try kernel(request, UInt8.self)
    case 4: return try kernel(request, UInt32.self)
    default: return try kernel(request, UInt64.self)
    }
  }

  private func kernel<Bits: BitwiseCopyable & Sendable>(
    _ request: KernelRequest, _ type: Bits.Type
  ) throws(GraphError) -> Kernel {
    switch request.dtype {
    case .int32: return try kernel(request, type, Int32.self)
    case .int64: return try kernel(request, type, Int64.self)
    case .uint8: return try kernel(request, type, UInt8.self)
    default: throw request.unsupported(name)
    }
  }

  private func kernel<Bits: BitwiseCopyable & Sendable, Index: FixedWidthInteger & Sendable>(
    _ request: KernelRequest, _ type: Bits.Type, _ index: Index.Type
  ) throws(GraphError) -> Kernel {
    let shape = request.outputShape()
    let at = try InferenceContext.axis(axis, rank: shape.count)
    let outer = shape[..<at].reduce(1, *)
    let depth = shape[at]
    let inner = shape[(at + 1)...].reduce(1, *)
    let planesPerBlock = max(1, Kernel.blockSize / max(1, depth * inner))
    return .elementwise(count: outer, flopsPerElement: 0, blockSize: planesPerBlock) {
      arguments, range throws(RunFailure) in
      IndexedRows.oneHot(
        out: arguments.output(0, as: type), indices: arguments.input(0, as: index), outer: range,
        depth: depth, inner: inner, on: arguments.input(2, as: type)[0],
        off: arguments.input(3, as: type)[0])
    }
  }

  /// As in TensorFlow, the two values get no gradient.
  package func overTime(_ all: inout AllTurns) throws(GraphError) -> [Value]? {
    guard all.isStacked(0), !all.operands.dropFirst().contains(where: \.isStacked) else {
      return nil
    }
    let stacked = axis < 0 ? self : OneHot(axis: axis + 1)
    return [try all.emit(stacked, all.operands.map(\.value))]
  }

  package func gradient(_ context: GradientContext) throws(GraphError) -> [Tensor?] {
    [nil, nil, nil, nil]
  }
}
