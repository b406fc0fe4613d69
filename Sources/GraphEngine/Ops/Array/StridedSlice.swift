internal import GraphArrays
internal import GraphKernels

/// A part of `x` with steps, in full: what subscripts of tensors stand for. TF: `tf.strided_slice`.
///
/// Ranges are held within the extents; indices are not, and fail when they are out of range.
///
/// - Parameters:
///   - begin: The first element along each axis, counted from the end where negative.
///   - end: Behind the last element, likewise.
///   - strides: The steps, which may be negative; 1 where nil.
///   - beginMask: Bit `i`: entry `i` begins at the first element, whatever `begin` says.
///   - endMask: Bit `i`: entry `i` ends with the last element.
///   - ellipsisMask: Bit `i`: entry `i` stands for all axes that no other entry speaks of.
///   - newAxisMask: Bit `i`: entry `i` is a new axis of extent 1.
///   - shrinkAxisMask: Bit `i`: entry `i` is the index `begin[i]`, whose axis is dropped.
public func stridedSlice(
  _ x: Tensor, begin: [Int], end: [Int], strides: [Int]? = nil, beginMask: Int = 0,
  endMask: Int = 0, ellipsisMask: Int = 0, newAxisMask: Int = 0, shrinkAxisMask: Int = 0,
  name: String? = nil
) -> Tensor {
  let graph = x.graph
  let masks = SliceMasks(
    begin: beginMask, end: endMask, ellipsis: ellipsisMask, newAxis: newAxisMask,
    shrinkAxis: shrinkAxisMask)
  return graph.declare(name ?? "strided_slice") { name in
    let strides = strides ?? begin.map { _ in 1 }
    return graph.tensor(
      StridedSlice(masks: masks),
      [
        x, graph.int32(begin, name: "stack"), graph.int32(end, name: "stack"),
        graph.int32(strides, name: "stack"),
      ], name: name)
  }
}

/// A part of `x` with steps, whose bounds integer vectors give when the graph runs.
public func stridedSlice(
  _ x: Tensor, begin: Tensor, end: Tensor, strides: Tensor, beginMask: Int = 0, endMask: Int = 0,
  ellipsisMask: Int = 0, newAxisMask: Int = 0, shrinkAxisMask: Int = 0, name: String? = nil
) -> Tensor {
  let masks = SliceMasks(
    begin: beginMask, end: endMask, ellipsis: ellipsisMask, newAxis: newAxisMask,
    shrinkAxis: shrinkAxisMask)
  return x.graph.tensor(
    StridedSlice(masks: masks), [x, begin, end, strides], name: name,
    defaultName: "strided_slice")
}

/// A part of its first operand: from the second to the third in steps of the fourth.
/// TF: `StridedSlice`.
package struct StridedSlice: OpDefinition {
  /// Which entries are more than ranges.
  package var masks: SliceMasks

  package init(masks: SliceMasks) { self.masks = masks }

  package var name: String { "StridedSlice" }
  package static let attributes = [
    Attribute("begin_mask", \StridedSlice.masks.begin), Attribute("end_mask", \.masks.end),
    Attribute("ellipsis_mask", \.masks.ellipsis), Attribute("new_axis_mask", \.masks.newAxis),
    Attribute("shrink_axis_mask", \.masks.shrinkAxis),
  ]
  package var specializedInputs: [Int] { [1, 2, 3] }
  /// Begin and end are read when the kernel runs, where the extents are known without them.
  package var kernelInputs: [Int] { [3] }

  package func infer(_ context: InferenceContext) throws(GraphError) -> [TensorType] {
    try context.expect(count: 4)
    for operand in 1...3 {
      try context.expectInteger(operand)
      try context.expect(operand, rank: 1)
    }
    try context.expectSameDType([1, 2, 3])
    let shape = try specification(context)?.shape ?? .unknown
    return [TensorType(context.dtype(0), shape)]
  }

  /// The slice spelled out; nil where the rank or the number of entries is not known.
  private func specification(
    _ context: InferenceContext
  ) throws(GraphError) -> SliceSpecification? {
    let lengths = (1...3).compactMap { context.shape($0)[0] }
    guard let length = lengths.first else { return nil }
    guard lengths.allSatisfy({ $0 == length }) else {
      throw GraphError(
        .invalidArgument, "Expected begin, end, and strides to be 1D equal size tensors")
    }
    guard let dimensions = context.shape(0).dimensions else { return nil }
    let unknown = [Int?](repeating: nil, count: length)
    return try SliceSpecification(
      dimensions: dimensions, begin: context.integers(1) ?? unknown,
      end: context.integers(2) ?? unknown, strides: context.integers(3) ?? unknown, masks: masks)
  }

  package func knownElements(_ context: InferenceContext) -> [Int?]? {
    guard let elements = context.integers(0), context.shape(0).rank == 1,
      let specification = try? specification(context), let axis = specification.axes.first,
      let first = axis.first, let count = axis.count, let stride = axis.stride
    else { return nil }
    return (0..<count).map { elements[first + $0 * stride] }
  }

  package func forwardedInput(_ context: () -> InferenceContext, _ output: TensorType) -> Int? {
    let context = context()
    guard output.isExact, context[0] == output,
      let specification = try? specification(context)
    else { return nil }
    return specification.axes.allSatisfy { $0.stride == 1 } ? 0 : nil
  }

  /// A slice without steps, which more is known of, once all bounds are known.
  package func simplify(_ instruction: Instruction, _ rewriter: inout Rewriter) -> Bool {
    let x = instruction.inputs[0]
    guard let result = rewriter.extents(instruction.outputs[0]),
      let specification = try? specification(rewriter.context(instruction)),
      let (begin, size) = specification.block
    else { return false }
    let part = rewriter.slice(x, begin: begin, size: size)
    return rewriter.finish(Reshape(), [part, rewriter.add(integers: result)])
  }

  package func kernel(_ request: KernelRequest) throws(GraphError) -> Kernel {
    try request.requirePlainBytes(name)
    let extents = request.inputShape()
    let known = request.values.map { $0.map(KnownValue.array) }
    let context = InferenceContext(types: request.inputs, known: known)
    guard let specification = try specification(context) else { throw request.unsupported(name) }
    let dense = StridedCopy.denseStrides(of: extents)
    let axes = specification.axes
    let strides = specification.results.map { result in
      if case .axis(let axis) = result { dense[axis] * (axes[axis].stride ?? 1) } else { 0 }
    }
    let firsts = axes.compactMap(\.first)
    if firsts.count == axes.count {
      let isWhole = request.inputCount() == request.outputCount()
      if isWhole, axes.allSatisfy({ $0.stride == 1 }) {
        return .copy(byteCount: request.outputs[0].byteCount ?? 0)
      }
      return .view(
        request, strides: strides, offset: zip(firsts, dense).reduce(0) { $0 + $1.0 * $1.1 })
    }
    let place = SlicePlace(axes: axes, extents: extents, begin: IntegerOperand(1, request))
    let shape = request.outputShape()
    let counts = place.counts(results: specification.results, shape: shape)
    let size = request.dtype.byteSize
    return .movingView(request, strides: strides) { arguments throws(RunFailure) in
      try place.offset(arguments, counts) * size
    }
  }

  package func overTime(_ all: inout AllTurns) throws(GraphError) -> [Value]? {
    guard all.isStacked(0), let begin = all.integers(1), let end = all.integers(2),
      let strides = all.integers(3)
    else { return nil }
    let entries = [all.vector([0] + begin), all.vector([0] + end), all.vector([1] + strides)]
    let stacked = StridedSlice(masks: masks.afterWholeAxis)
    return [try all.emit(stacked, [all.operands[0].value] + entries)]
  }

  package func gradient(_ context: GradientContext) throws(GraphError) -> [Tensor?] {
    [
      stridedSliceGradient(
        context.dy(), shape: cast(context.inputShape(0), to: context.inputType(1).dtype),
        begin: context.input(1), end: context.input(2), strides: context.input(3), masks: masks),
      nil, nil, nil,
    ]
  }
}

/// Where a slice begins whose begin is read when the kernel runs.
struct SlicePlace: Sendable {
  let axes: [SliceSpecification.Axis]
  let extents: [Int]
  let begin: IntegerOperand

  /// How many elements are taken along each axis of the operand.
  func counts(results: [SliceSpecification.Result], shape: [Int]) -> [Int] {
    var counts = axes.map { _ in 1 }
    for (result, extent) in zip(results, shape) {
      if case .axis(let axis) = result { counts[axis] = extent }
    }
    return counts
  }

  /// The position of the first element, in elements.
  ///
  /// - Throws: `RunFailure` where an index is out of range, or a range is shorter than planned.
  func offset(_ arguments: Arguments, _ counts: [Int]) throws(RunFailure) -> Int {
    var offset = 0
    var step = 1
    for axis in axes.indices.reversed() {
      let taken = axes[axis]
      let extent = extents[axis]
      let stride = taken.stride ?? 1
      let first: Int
      if let known = taken.first {
        first = known
      } else {
        let value = taken.entry.map { begin.value(arguments, at: $0) } ?? 0
        if taken.isIndex {
          first = value < 0 ? value + extent : value
          guard first >= 0, first < extent else {
            throw RunFailure(
              .invalidArgument, "slice index \(value) of dimension \(axis) out of bounds.")
          }
        } else {
          first = SliceSpecification.bound(value, 0, extent, stride)
        }
      }
      let last = first + (counts[axis] - 1) * stride
      guard counts[axis] == 0 || (first >= 0 && first < extent && last >= 0 && last < extent) else {
        throw RunFailure(
          .invalidArgument,
          "a slice of \(counts[axis]) elements from \(first) of dimension \(axis) out of bounds.")
      }
      offset += first * step
      step *= extent
    }
    return counts.contains(0) ? 0 : offset
  }
}
