internal import GraphArrays
internal import GraphKernels

/// The slices of `x` along an axis that `indices` names. TF: `tf.gather`.
///
/// Extents of the result: those of `x` before the axis, of `indices` (behind the batch axes), and of
/// `x` behind the axis. An index out of range fails the run: `indices[0] = 5 is not in [0, 3)`.
///
/// - Parameters:
///   - indices: An int32 or int64 tensor of any shape.
///   - axis: Counted from the end where negative.
///   - batchDims: How many first axes `x` and `indices` share.
public func gather(
  _ x: Tensor, _ indices: some TensorConvertible, axis: Int = 0, batchDims: Int = 0,
  name: String? = nil
) -> Tensor {
  let graph = x.graph
  return graph.declare(name ?? "GatherV2") { name in
    graph.tensor(
      GatherV2(batchDims: batchDims),
      [
        x, graph.operand(indices, dtype: nil, name: "indices"), graph.int32(axis, name: "axis"),
      ], name: name)
  }
}

/// Slices of its first operand, by the indices in the second, along the axis in the third.
/// TF: `GatherV2`.
package struct GatherV2: OpDefinition {
  /// How many first axes are shared; counted from the rank of the indices where negative.
  package let batchDims: Int

  package init(batchDims: Int) { self.batchDims = batchDims }

  package var name: String { "GatherV2" }
  package static let attributes = [Attribute("batch_dims", \GatherV2.batchDims)]
  package var effects: Effects { .canFail }
  package var specializedInputs: [Int] { [2] }

  package func infer(_ context: InferenceContext) throws(GraphError) -> [TensorType] {
    try context.expect(count: 3)
    try context.expectInteger(1)
    try context.expectInteger(2)
    let dtype = context.dtype(0)
    guard let x = context.shape(0).dimensions, let indices = context.shape(1).dimensions else {
      return [TensorType(dtype, .unknown)]
    }
    let batch = try batchAxes(indices.count)
    guard let axis = try context.axis(from: 2, rank: x.count) else {
      return [TensorType(dtype, Shape(rank: max(x.count + indices.count - 1 - batch, 0)))]
    }
    guard batch <= axis else {
      throw GraphError(
        .invalidArgument, "batch_dims (\(batch)) must be less than or equal to axis (\(axis))")
    }
    var result = Array(x[..<axis])
    for i in 0..<batch {
      if let p = x[i], let q = indices[i], p != q {
        throw GraphError(
          .invalidArgument,
          "params.shape[\(i)]: \(p) should be equal to indices.shape[\(i)]: \(q)")
      }
      result[i] = x[i] ?? indices[i]
    }
    result += indices[batch...]
    result += x[(axis + 1)...]
    return [TensorType(dtype, Shape(dimensions: result))]
  }

  private func batchAxes(_ rank: Int) throws(GraphError) -> Int {
    let batch = batchDims < 0 ? batchDims + rank : batchDims
    guard batch >= 0, batch <= rank else {
      throw GraphError(
        .invalidArgument,
        "Expected batch_dims in the range [-\(rank), \(rank)], but got \(batchDims)")
    }
    return batch
  }

  package func knownElements(_ context: InferenceContext) -> [Int?]? {
    guard let elements = context.integers(0), context.shape(0).rank == 1, batchDims == 0,
      let indices = context.integers(1)
    else { return nil }
    let picked = indices.map { index -> Int?? in
      guard let index else { return .some(nil) }
      return elements.indices.contains(index) ? .some(elements[index]) : nil
    }
    let result = picked.compactMap { $0 }
    return result.count == picked.count ? result : nil
  }

  package func kernel(_ request: KernelRequest) throws(GraphError) -> Kernel {
    try request.requirePlainBytes(name)
    let extents = request.inputShape(0)
    let axis = try InferenceContext.axis(
      try request.integers(2).first ?? 0, rank: extents.count)
    let batch = try batchAxes(request.inputShape(1).count)
    let rows = GatheredRows(
      outer: extents[batch..<axis].reduce(1, *),
      count: request.inputShape(1)[batch...].reduce(1, *), extent: extents[axis],
      rowBytes: extents[(axis + 1)...].reduce(1, *) * request.dtype.byteSize,
      indicesShape: request.inputShape(1))
    let total = extents[..<axis].reduce(1, *) * rows.count
    let isInt64 = request.inputs[1].dtype == .int64
    let rowsPerBlock = max(1, Kernel.copyBlockSize / max(1, rows.rowBytes))
    return .elementwise(count: total, flopsPerElement: 0, blockSize: rowsPerBlock) {
      arguments, range throws(RunFailure) in
      if isInt64 {
        try rows.copy(arguments, range, arguments.input(1, as: Int64.self), IndexedRows.gather)
      } else {
        try rows.copy(arguments, range, arguments.input(1, as: Int32.self), IndexedRows.gather)
      }
    }
  }

  package func overTime(_ all: inout AllTurns) throws(GraphError) -> [Value]? {
    guard !all.isStacked(0), all.isStacked(1), batchDims == 0,
      all.axis(2, rank: all.rank(0)) == 1
    else { return nil }
    return [try all.emit(self, all.operands.map(\.value))]
  }

  package func gradient(_ context: GradientContext) throws(GraphError) -> [Tensor?] {
    [try inputGradient(context), nil, nil]
  }

  private func inputGradient(_ context: GradientContext) throws(GraphError) -> Tensor {
    let dy = context.dy()
    let shape = context.inputShape(0)
    let indices = context.input(1)
    let flat = reshape(indices, [-1])
    guard let axis = context.knownIntegers(2)?.first, let rank = context.inputType(0).shape.rank,
      let indexRank = context.inputType(1).shape.rank
    else {
      throw GraphError(
        .unimplemented, "GatherV2 along an axis that is not constant has no gradient")
    }
    let at = try InferenceContext.axis(axis, rank: rank)
    let batch = try batchAxes(indexRank)
    if at == 0 {
      // Rows of the gradient, whatever the shape of the indices: [n] + x.shape[1...].
      let rowShape =
        context.inputType(0).extents.map { context.graph.int32([-1] + $0[1...]) }
        ?? concat([context.graph.int32([-1]), shape[1...]], axis: 0)
      let rows = indexRank == 1 ? dy : reshape(dy, rowShape)
      return indexedSlices(values: rows, indices: flat, denseShape: shape)
    }
    // [batch, outer, indices, inner] -> [batch, indices, outer, inner], one row for each index.
    let outer = at - batch
    let free = indexRank - batch
    let resultRank = rank - 1 + free
    let indexAxes = Array(at..<at + free)
    let order =
      Array(0..<batch) + indexAxes + Array(batch..<at) + Array(at + free..<resultRank)
    let moved = transpose(dy, permutation: order)
    let extent = shape[at]
    let outerShape = shape[batch..<at]
    let innerShape = shape[(at + 1)...]
    let rowShape = concat([context.graph.int32([-1]), outerShape, innerShape], axis: 0)
    let batchShape = shape[..<batch]
    let batchCount = batch == 0 ? context.graph.int32(1) : reduceProd(batchShape, axis: [0])
    var segments = flat
    if batch > 0 {
      // Rows of different batch elements go to different segments.
      let first = expandDims(context.graph.range(batchCount) * extent, axis: 1)
      let matrix = concat([reshape(batchCount, [1]), context.graph.int32([-1])], axis: 0)
      segments = reshape(cast(reshape(indices, matrix), to: .int32) + first, [-1])
    }
    let sums = unsortedSegmentSum(
      reshape(moved, rowShape), segments, segments: batchCount * extent)
    let split = reshape(
      sums, concat([batchShape, reshape(extent, [1]), outerShape, innerShape], axis: 0))
    // [batch, extent, outer, inner] -> [batch, outer, extent, inner].
    let back =
      Array(0..<batch) + Array(batch + 1..<batch + 1 + outer) + [batch] + Array(at + 1..<rank)
    return transpose(split, permutation: back)
  }
}

/// How the rows of a gathered tensor lie.
private struct GatheredRows: Sendable {
  let outer: Int
  let count: Int
  let extent: Int
  let rowBytes: Int
  let indicesShape: [Int]

  /// Copies the rows of the result in `range`; a piece of `count` rows has one part of the operand.
  func copy<Index: FixedWidthInteger>(
    _ arguments: Arguments, _ range: Swift.Range<Int>, _ indices: UnsafePointer<Index>,
    _ gather: (
      UnsafeMutableRawPointer, UnsafeRawPointer, UnsafePointer<Index>, Swift.Range<Int>, Int, Int
    ) -> Int?
  ) throws(RunFailure) {
    var row = range.lowerBound
    while row < range.upperBound {
      let (piece, first) = row.quotientAndRemainder(dividingBy: count)
      let last = min(count, first + range.upperBound - row)
      let batch = piece / outer
      let failed = gather(
        arguments.output() + piece * count * rowBytes,
        arguments.input(0) + piece * extent * rowBytes, indices + batch * count, first..<last,
        extent, rowBytes)
      if failed != nil { throw failure(indices) }
      row += last - first
    }
  }

  /// The first index of all that is out of range.
  private func failure<Index: FixedWidthInteger>(_ indices: UnsafePointer<Index>) -> RunFailure {
    for i in 0..<indicesShape.reduce(1, *) where indices[i] < 0 || indices[i] >= extent {
      return RunFailure(
        .invalidArgument,
        "indices\(positionText(i, in: indicesShape)) = \(indices[i]) is not in [0, \(extent))")
    }
    return RunFailure(.invalidArgument, "an index is not in [0, \(extent))")
  }
}
