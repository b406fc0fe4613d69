internal import GraphArrays

/// `x` with zeros outside of a band around the diagonal of its last two axes.
/// TF: `tf.matrix_band_part`.
///
/// - Parameters:
///   - lower: How many diagonals below the main one are kept; all where negative.
///   - upper: How many diagonals above the main one are kept; all where negative.
public func matrixBandPart(_ x: Tensor, lower: Int, upper: Int, name: String? = nil) -> Tensor {
  let graph = x.graph
  return graph.declare(name ?? "MatrixBandPart") { name in
    graph.tensor(
      MatrixBandPart(),
      [
        x, graph.constant(lower, dtype: .int64, name: "num_lower"),
        graph.constant(upper, dtype: .int64, name: "num_upper"),
      ], name: name)
  }
}

/// A band of its first operand. TF: `MatrixBandPart`.
package struct MatrixBandPart: OpDefinition {
  package init() {}
  package var name: String { "MatrixBandPart" }

  package func infer(_ context: InferenceContext) throws(GraphError) -> [TensorType] {
    try context.expect(count: 3)
    try context.expectInteger(1)
    try context.expectSameDType([1, 2])
    if let rank = context.shape(0).rank, rank < 2 {
      throw GraphError(
        .invalidArgument, "input must be at least 2-dim, received shape: \(context.shape(0))")
    }
    return [context[0]]
  }

  package func kernel(_ request: KernelRequest) throws(GraphError) -> Kernel {
    try request.requirePlainBytes(name)
    let shape = request.inputShape()
    let (rows, columns) = (shape[shape.count - 2], shape[shape.count - 1])
    let bands = (IntegerOperand(1, request), IntegerOperand(2, request))
    let size = request.dtype.byteSize
    let rowsPerBlock = max(1, Kernel.copyBlockSize / max(1, columns * size))
    let count = columns == 0 ? 0 : request.inputCount() / columns
    return .elementwise(
      count: count, inPlace: [0], flopsPerElement: 0, blockSize: rowsPerBlock
    ) { arguments, range throws(RunFailure) in
      let (lower, upper) = (bands.0.value(arguments), bands.1.value(arguments))
      for index in range {
        let row = index % rows
        let first = lower < 0 ? 0 : min(columns, max(0, row - lower))
        // As a difference: the sum of a row and a band may be no Int.
        let isCut = upper >= 0 && upper < columns - row
        let last = isCut ? max(first, row + upper + 1) : columns
        let target = arguments.output() + index * columns * size
        let source = arguments.input(0) + index * columns * size
        target.initializeMemory(as: UInt8.self, repeating: 0, count: first * size)
        if source != UnsafeRawPointer(target) {
          (target + first * size).copyMemory(
            from: source + first * size, byteCount: (last - first) * size)
        }
        (target + last * size).initializeMemory(
          as: UInt8.self, repeating: 0, count: (columns - last) * size)
      }
    }
  }

  package func gradient(_ context: GradientContext) throws(GraphError) -> [Tensor?] {
    [
      context.graph.tensor(
        MatrixBandPart(), [context.dy(), context.input(1), context.input(2)]), nil, nil,
    ]
  }
}
