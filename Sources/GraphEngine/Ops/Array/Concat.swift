internal import GraphArrays
internal import GraphKernels

/// Tensors one behind another along an axis. TF: `tf.concat`.
///
/// - Parameters:
///   - values: At least one tensor; all have the same extents but for `axis`.
///   - axis: Counted from the end where negative.
public func concat(_ values: [Tensor], axis: Int, name: String? = nil) -> Tensor {
  guard let first = values.first else {
    return Graph.refuse("wants at least one operand", "ConcatV2", name ?? "concat")
  }
  let graph = first.graph
  if values.count == 1 { return identity(first, name: name ?? "concat") }
  return graph.declare(name ?? "concat") { name in
    graph.tensor(
      ConcatV2(count: values.count), values + [graph.int32(axis, name: "axis")], name: name)
  }
}

/// Its operands one behind another, along the axis that the last operand names. TF: `ConcatV2`.
package struct ConcatV2: OpDefinition {
  /// The number of tensors.
  package var count: Int

  package init(count: Int) { self.count = count }

  package var name: String { "ConcatV2" }
  package static let attributes = [Attribute("N", \ConcatV2.count)]
  package var specializedInputs: [Int] { [count] }

  package func infer(_ context: InferenceContext) throws(GraphError) -> [TensorType] {
    try context.expect(count: count + 1)
    try context.expectInteger(count)
    try context.expectSameDType(Array(0..<count))
    let dtype = context.dtype()
    let shapes = context.types.dropLast().map(\.shape)
    guard let rank = shapes.lazy.compactMap(\.rank).first else {
      return [TensorType(dtype, .unknown)]
    }
    for (i, shape) in shapes.enumerated() where shape.rank != nil && shape.rank != rank {
      throw GraphError(
        .invalidArgument,
        "ConcatOp : Ranks of all input tensors should match: shape[0] = \(shapes[0]) vs. "
          + "shape[\(i)] = \(shape)")
    }
    guard rank > 0 else {
      throw GraphError(.invalidArgument, "scalars have no axis to concatenate along; use stack")
    }
    guard let axis = try context.axis(from: count, rank: rank) else {
      return [TensorType(dtype, Shape(rank: rank))]
    }
    var result: [Int?] = Array(repeating: nil, count: rank)
    var total: Int? = 0
    for (i, shape) in shapes.enumerated() {
      guard let dimensions = shape.dimensions else {
        total = nil
        continue
      }
      for (at, extent) in dimensions.enumerated() where at != axis {
        guard let extent else { continue }
        if let other = result[at], other != extent {
          throw GraphError(
            .invalidArgument,
            "ConcatOp : Dimension \(at) in both shapes must be equal: shape[0] = \(shapes[0]) vs. "
              + "shape[\(i)] = \(shape)")
        }
        result[at] = extent
      }
      if let sum = total, let extent = dimensions[axis] {
        let (longer, overflow) = sum.addingReportingOverflow(extent)
        guard !overflow else {
          throw GraphError(.invalidArgument, "the result is too long along axis \(axis)")
        }
        total = longer
      } else {
        total = nil
      }
    }
    result[axis] = total
    return [TensorType(dtype, Shape(dimensions: result))]
  }

  package func knownElements(_ context: InferenceContext) -> [Int?]? {
    var elements: [Int?] = []
    for operand in 0..<count {
      if let part = context.integers(operand) {
        elements += part
      } else if let count = context[operand].count, count <= KnownValue.limit {
        elements += Array(repeating: nil, count: count)
      } else {
        return nil
      }
    }
    return elements
  }

  package func forwardedInput(_ context: () -> InferenceContext, _ output: TensorType) -> Int? {
    count == 1 ? 0 : nil
  }

  /// All parts of a split, in their order, are what was split; so are slices that follow each other.
  /// A concatenation of concatenations along the same axis is one.
  package func simplify(_ instruction: Instruction, _ rewriter: inout Rewriter) -> Bool {
    guard let (parts, axis) = rewriter.concatenation(instruction) else { return false }
    if let (x, of) = rewriter.division(parts[0]), of == axis,
      rewriter.maker(parts[0])?.outputs == parts
    {
      return rewriter.forward(to: x)
    }
    if let x = rewriter.cutByParts(parts, axis) { return rewriter.forward(to: x) }
    let flat = parts.flatMap { part -> [Value] in
      guard rewriter.isUsedOnce(part), let (inner, of) = rewriter.concatenation(part), of == axis
      else { return [part] }
      return inner
    }
    guard flat.count > parts.count else { return false }
    return rewriter.finish(
      ConcatV2(count: flat.count), flat + [instruction.inputs[parts.count]])
  }

  package func rowAxes(_ context: RowContext) throws(RowRefusal) -> [Int?] {
    let joined = try context.axis(from: count, rank: context.outputShape().count)
    guard let axis = try context.aligned(0..<count) else { return [nil] }
    guard axis != joined else { throw RowRefusal("rows are concatenated") }
    return [axis]
  }

  package func kernel(_ request: KernelRequest) throws(GraphError) -> Kernel {
    try request.requirePlainBytes(name)
    let result = request.outputShape()
    let axis = try InferenceContext.axis(
      try request.integers(count).first ?? 0, rank: result.count)
    let strides = StridedCopy.denseStrides(of: result)
    let size = request.dtype.byteSize
    var copies: [PlannedCopy] = []
    var offset = 0
    for operand in 0..<count {
      let shape = request.inputShape(operand)
      let copy = StridedCopy(
        shape: shape, outputStrides: strides, inputStrides: StridedCopy.denseStrides(of: shape),
        outputOffset: offset * strides[axis], elementSize: size)
      copies.append(
        PlannedCopy(copy, input: operand, byteCount: request.inputCount(operand) * size))
      offset += shape[axis]
    }
    return .copies(copies)
  }

  /// The part of the gradient that each operand has in the result.
  package func overTime(_ all: inout AllTurns) throws(GraphError) -> [Value]? {
    guard let axis = all.axis(count, rank: all.rank(0)) else { return nil }
    var parts: [Value] = []
    for operand in 0..<count { parts.append(try all.stack(operand)) }
    return [try all.emit(self, parts + [all.integer(axis)])]
  }

  package func gradient(_ context: GradientContext) throws(GraphError) -> [Tensor?] {
    let dy = context.dy()
    let rank = context.outputType().shape.rank
    let axis = context.knownIntegers(count)?.first
    let known = axis.flatMap { axis in
      rank.flatMap { try? InferenceContext.axis(axis, rank: $0) }
    }
    var result: [Tensor?] = Array(repeating: nil, count: count + 1)
    let extents = known.map { axis in (0..<count).map { context.inputType($0).shape[axis] } }
    if let axis = known, let rank, let sizes = extents?.compactMap({ $0 }), sizes.count == count {
      var begin = Array(repeating: 0, count: rank)
      for operand in 0..<count {
        if context.isNeeded[operand] {
          var size = Array(repeating: -1, count: rank)
          size[axis] = sizes[operand]
          result[operand] = slice(dy, begin: begin, size: size)
        }
        begin[axis] += sizes[operand]
      }
      return result
    }
    let shapes = (0..<count).map(context.inputShape)
    // The axis may be negative, which ConcatOffset takes as well.
    let offsets = concatOffsets(axis: context.input(count), shapes)
    for operand in 0..<count where context.isNeeded[operand] {
      result[operand] = slice(dy, begin: offsets[operand], size: shapes[operand])
    }
    return result
  }
}

extension Rewriter {
  /// What slices that follow each other along an axis are all of; nil for other values.
  fileprivate func cutByParts(_ parts: [Value], _ axis: Int) -> Value? {
    guard let first = maker(parts[0]).flatMap({ cut($0) }) else { return nil }
    var end = 0
    for part in parts {
      guard let cut = maker(part).flatMap({ self.cut($0) }), cut.x == first.x,
        cut.begin[axis] == end
      else { return nil }
      end += cut.size[axis]
    }
    guard let whole = extents(first.x), whole[axis] == end else { return nil }
    var size = first.size
    size[axis] = end
    return size == whole ? first.x : nil
  }
}
