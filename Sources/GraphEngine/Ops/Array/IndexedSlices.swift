internal import CKernels
internal import GraphArrays
internal import GraphKernels

/// A sparse gradient: zeros of shape `denseShape`, to whose rows `indices` the rows of `values` are
/// added. TF: `tf.IndexedSlices`.
///
/// What knows of sparse gradients (sums of gradients, updates of optimisers, clipping) looks through
/// it with `Tensor.indexedSlices`; for all others it is a dense tensor.
///
/// - Parameters:
///   - values: `[n]` and the shape of a row.
///   - indices: An int32 or int64 vector `[n]`; a row may appear more than once.
///   - denseShape: An integer vector.
package func indexedSlices(
  values: Tensor, indices: Tensor, denseShape: Tensor, name: String? = nil
) -> Tensor {
  values.graph.tensor(IndexedSlices(), [values, indices, denseShape], name: name)
}

extension Tensor {
  /// The parts of a sparse gradient; nil for other tensors.
  package var indexedSlices: (values: Tensor, indices: Tensor, denseShape: Tensor)? {
    guard isValid, operation.definition.is(IndexedSlices.self) else { return nil }
    let inputs = operation.inputs
    return (inputs[0], inputs[1], inputs[2])
  }
}

/// Rows that are added to zeros. TensorFlow has no operation for it: there the three operands are
/// passed about as an `IndexedSlices`, and made dense by an `UnsortedSegmentSum`.
package struct IndexedSlices: OpDefinition {
  package init() {}
  package var name: String { "IndexedSlices" }
  package var effects: Effects { .canFail }
  package var specializedInputs: [Int] { [2] }
  package var kernelInputs: [Int] { [] }

  package func infer(_ context: InferenceContext) throws(GraphError) -> [TensorType] {
    try context.expect(count: 3)
    try context.expectInteger(1)
    try context.expect(1, rank: 1)
    try context.expectInteger(2)
    var shape = try context.extents(from: 2)
    if let values = context.shape(0).dimensions {
      guard let first = values.first,
        Shape(dimensions: [first]).isCompatible(with: context.shape(1)),
        let merged = shape.merged(with: Shape(dimensions: [nil] + values.dropFirst()))
      else {
        throw GraphError(
          .invalidArgument, "values, indices and dense shape of a sparse gradient do not fit")
      }
      shape = merged
    }
    return [TensorType(context.dtype(0), shape)]
  }

  /// What TensorFlow makes of it, once the number of rows is known.
  package func simplify(_ instruction: Instruction, _ rewriter: inout Rewriter) -> Bool {
    guard let rows = rewriter.integers(instruction.inputs[2])?.first else { return false }
    let count = rewriter.add(
      NDArray.integers([rows], dtype: rewriter.type(instruction.inputs[2]).dtype, shape: []))
    return rewriter.finish(UnsortedSegmentSum(), Array(instruction.inputs.prefix(2)) + [count])
  }

  package func kernel(_ request: KernelRequest) throws(GraphError) -> Kernel {
    guard let rows = request.outputShape().first else { throw request.unsupported(name) }
    return try .segmentSum(
      request, rows: rows, ignoring: .negative
    ) { position, value in
      "indices[\(position)] = \(value) is not in [0, \(rows))"
    }
  }

  package func gradient(_ context: GradientContext) throws(GraphError) -> [Tensor?] {
    [gather(context.dy(), context.input(1)), nil, nil]
  }
}

/// Indices that a sum of rows passes over.
enum IgnoredIndices {
  case negative
  case outOfRange

  /// Whether an index names one of so many rows, or is passed over.
  func allows(_ index: some FixedWidthInteger, _ rows: Int) -> Bool {
    switch self {
    case .negative: index < rows
    case .outOfRange: true
    }
  }
}

extension Kernel {
  /// A kernel that adds the rows of its first operand to the rows of zeros which its second names.
  ///
  /// Blocks have rows of the result, so that each sum is taken in the order of the operands.
  ///
  /// - Parameters:
  ///   - rows: The number of rows of the result.
  ///   - ignored: Indices that stand for no row; others that are out of range are failures.
  ///   - message: What a failure says, of the position and the value of an index.
  static func segmentSum(
    _ request: KernelRequest, rows: Int, ignoring ignored: IgnoredIndices,
    message: @escaping @Sendable (Int, Int) -> String
  ) throws(GraphError) -> Kernel {
    guard let type = request.dtype.kernelType, let add = KernelTable.best.pointee.add[type]
    else { throw request.unsupported("a sum of rows") }
    let size = request.dtype.byteSize
    let rowLength = request.outputShape().dropFirst().reduce(1, *)
    let count = request.inputCount(1)
    let isInt64 = request.inputs[1].dtype == .int64
    // Each block reads all indices, so blocks are few.
    let work = (rows + request.inputShape(1).reduce(1, *)) * max(1, rowLength)
    let blocks = max(1, min(rows, 64, work / Kernel.blockSize))
    @Sendable func run<Index: FixedWidthInteger & Sendable>(
      _ arguments: Arguments, _ block: Int, _ indices: UnsafePointer<Index>
    ) throws(RunFailure) {
      for i in 0..<count where !ignored.allows(indices[i], rows) {
        throw RunFailure(.invalidArgument, message(i, Int(truncatingIfNeeded: indices[i])))
      }
      let range = rows * block / blocks..<rows * (block + 1) / blocks
      let target = arguments.output()
      (target + range.lowerBound * rowLength * size).initializeMemory(
        as: UInt8.self, repeating: 0, count: range.count * rowLength * size)
      IndexedRows.scatterAdd(
        add, out: target, updates: arguments.input(0), indices: indices, count: count, rows: range,
        rowLength: rowLength, elementSize: size)
    }
    return Kernel(blocks: blocks, flops: Double(count * rowLength)) {
      arguments, block throws(RunFailure) in
      if isInt64 {
        try run(arguments, block, arguments.input(1, as: Int64.self))
      } else {
        try run(arguments, block, arguments.input(1, as: Int32.self))
      }
    }
  }
}
