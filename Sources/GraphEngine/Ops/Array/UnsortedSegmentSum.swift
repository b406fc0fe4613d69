internal import GraphArrays

/// Sums of the slices of `x` that have the same segment. TF: `tf.unsorted_segment_sum`.
///
/// - Parameters:
///   - x: The extents of `ids`, and those of a slice.
///   - ids: The segment of each slice; slices with a negative one are dropped.
///   - segments: The number of segments: the first extent of the result.
public func unsortedSegmentSum(
  _ x: Tensor, _ ids: Tensor, segments: Int, name: String? = nil
) -> Tensor {
  x.graph.declare(name ?? "UnsortedSegmentSum") { name in
    x.graph.tensor(
      UnsortedSegmentSum(), [x, ids, x.graph.int32(segments, name: "num_segments")], name: name)
  }
}

/// Sums of slices, with a number of segments that is known when the graph runs.
public func unsortedSegmentSum(
  _ x: Tensor, _ ids: Tensor, segments: Tensor, name: String? = nil
) -> Tensor {
  x.graph.tensor(UnsortedSegmentSum(), [x, ids, segments], name: name)
}

/// Sums of the slices of its first operand by the segments in the second. TF: `UnsortedSegmentSum`.
package struct UnsortedSegmentSum: OpDefinition {
  package init() {}
  package var name: String { "UnsortedSegmentSum" }
  package var effects: Effects { .canFail }
  package var specializedInputs: [Int] { [2] }

  package func infer(_ context: InferenceContext) throws(GraphError) -> [TensorType] {
    try context.expect(count: 3)
    try context.expectInteger(1)
    try context.expectInteger(2)
    try context.expect(2, rank: 0)
    let segments = context.integer(2)
    if let segments, segments < 0 {
      throw GraphError(
        .invalidArgument, "Input num_segments == \(segments) must not be negative.")
    }
    guard let data = context.shape(0).dimensions, let ids = context.shape(1).dimensions else {
      return [TensorType(context.dtype(0), .unknown)]
    }
    guard ids.count <= data.count,
      Shape(dimensions: ids).isCompatible(with: Shape(dimensions: Array(data[..<ids.count])))
    else {
      throw GraphError(
        .invalidArgument,
        "data.shape = \(context.shape(0)) does not start with segment_ids.shape = "
          + "\(context.shape(1))")
    }
    return [
      TensorType(context.dtype(0), Shape(dimensions: [segments] + data[ids.count...]))
    ]
  }

  package func kernel(_ request: KernelRequest) throws(GraphError) -> Kernel {
    guard let rows = request.outputShape().first else { throw request.unsupported(name) }
    let shape = request.inputShape(1)
    return try .segmentSum(request, rows: rows, ignoring: .negative) { position, value in
      "segment_ids\(positionText(position, in: shape)) = \(value) is out of range [0, \(rows))"
    }
  }

  /// Each slice has the gradient of its segment; dropped slices have zeros.
  package func gradient(_ context: GradientContext) throws(GraphError) -> [Tensor?] {
    let ids = context.input(1)
    let gathered = gather(context.dy(), maximum(ids, 0))
    guard let rank = context.inputType(1).shape.rank,
      let dataRank = context.inputType(0).shape.rank
    else {
      throw GraphError(
        .unimplemented, "UnsortedSegmentSum of operands of unknown rank has no gradient")
    }
    var isKept = ids .>= 0
    for axis in rank..<dataRank { isKept = expandDims(isKept, axis: axis) }
    return [select(isKept, gathered, zerosLike(gathered)), nil, nil]
  }
}
