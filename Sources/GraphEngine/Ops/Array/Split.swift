internal import GraphArrays
internal import GraphKernels

/// Equal parts of `x` along an axis. TF: `tf.split`.
///
/// - Parameters:
///   - count: The number of parts, which must divide the extent.
///   - axis: Counted from the end where negative.
public func split(_ x: Tensor, into count: Int, axis: Int, name: String? = nil) -> [Tensor] {
  let graph = x.graph
  return graph.declare(name ?? "split") { name in
    graph.tensors(
      Split(count: count), [graph.int32(axis, name: "split_dim"), x], name: name)
  }
}

/// Parts of `x` along an axis, of these sizes. TF: `tf.split`.
///
/// - Parameters:
///   - sizes: The extents of the parts along `axis`; one may be -1 and is what is left over.
///   - axis: Counted from the end where negative.
public func split(_ x: Tensor, sizes: [Int], axis: Int, name: String? = nil) -> [Tensor] {
  let graph = x.graph
  return graph.declare(name ?? "split") { name in
    graph.tensors(
      SplitV(count: sizes.count),
      [x, graph.int32(sizes, name: "size_splits"), graph.int32(axis, name: "split_dim")],
      name: name)
  }
}

/// Equal parts of its second operand along the axis that the first one names. TF: `Split`.
package struct Split: OpDefinition {
  /// The number of parts.
  package var count: Int

  package init(count: Int) { self.count = count }

  package var name: String { "Split" }
  package static let attributes = [Attribute("num_split", \Split.count)]
  package var outputCount: Int { count }
  package var specializedInputs: [Int] { [0] }

  package func infer(_ context: InferenceContext) throws(GraphError) -> [TensorType] {
    try context.expect(count: 2)
    try context.expectInteger(0)
    guard count >= 1 else {
      throw GraphError(
        .invalidArgument, "Number of ways to split should be > 0, but got \(count)")
    }
    try context.expect(outputCount: count)
    var dimensions = context.shape(1).dimensions
    guard let axis = try context.axis(from: 0, rank: dimensions?.count) else {
      let shape = dimensions.map { Shape(rank: $0.count) } ?? .unknown
      return Array(repeating: TensorType(context.dtype(1), shape), count: count)
    }
    if let extent = dimensions?[axis] {
      guard extent % count == 0 else {
        throw GraphError(
          .invalidArgument,
          "Number of ways to split should evenly divide the split dimension, but got split_dim "
            + "\(axis) (size = \(extent)) and num_split \(count)")
      }
      dimensions?[axis] = extent / count
    }
    let part = TensorType(context.dtype(1), Shape(dimensions: dimensions))
    return Array(repeating: part, count: count)
  }

  package func forwardedInput(_ context: () -> InferenceContext, _ output: TensorType) -> Int? {
    count == 1 ? 1 : nil
  }

  /// The parts of a concatenation of such parts are those.
  package func simplify(_ instruction: Instruction, _ rewriter: inout Rewriter) -> Bool {
    rewriter.forwardParts(instruction, of: instruction.inputs[1], along: instruction.inputs[0])
  }

  package func rowAxes(_ context: RowContext) throws(RowRefusal) -> [Int?] {
    let cut = try context.axis(from: 0, rank: context.inputShape(1).count)
    guard context.axes[1] != cut else { throw RowRefusal("rows are split", operand: 1) }
    return Array(repeating: context.axes[1], count: count)
  }

  package func kernel(_ request: KernelRequest) throws(GraphError) -> Kernel {
    try request.requirePlainBytes(name)
    return try .parts(request, of: 1, axis: try request.integers(0).first ?? 0)
  }

  package func overTime(_ all: inout AllTurns) throws(GraphError) -> [Value]? {
    guard all.isStacked(1), let axis = all.axis(0, rank: all.rank(1)) else { return nil }
    return try all.emitAll(self, [all.integer(axis), all.operands[1].value])
  }

  package func gradient(_ context: GradientContext) throws(GraphError) -> [Tensor?] {
    [nil, context.joinedGradients(count, axis: 0)]
  }
}

/// Parts of its first operand, of the sizes in the second, along the axis that the third names.
/// TF: `SplitV`.
package struct SplitV: OpDefinition {
  /// The number of parts.
  package var count: Int

  package init(count: Int) { self.count = count }

  package var name: String { "SplitV" }
  package static let attributes = [Attribute("num_split", \SplitV.count)]
  package var outputCount: Int { count }
  package var specializedInputs: [Int] { [1, 2] }

  package func infer(_ context: InferenceContext) throws(GraphError) -> [TensorType] {
    try context.expect(count: 3)
    try context.expectInteger(1)
    try context.expectInteger(2)
    let dtype = context.dtype(0)
    if let length = context.shape(1)[0], length != count {
      throw GraphError(.invalidArgument, "wants \(count) sizes, got \(length)")
    }
    guard let dimensions = context.shape(0).dimensions,
      let axis = try context.axis(from: 2, rank: dimensions.count)
    else {
      let shape = context.shape(0).rank.map(Shape.init(rank:)) ?? .unknown
      return Array(repeating: TensorType(dtype, shape), count: count)
    }
    var sizes = context.integers(1) ?? Array(repeating: nil, count: count)
    try Self.complete(&sizes, extent: dimensions[axis])
    return sizes.map { size in
      var part = dimensions
      part[axis] = size
      return TensorType(dtype, Shape(dimensions: part))
    }
  }

  /// Puts what is left over in the place of -1.
  private static func complete(_ sizes: inout [Int?], extent: Int?) throws(GraphError) {
    let open = sizes.indices.filter { sizes[$0] == -1 }
    if let wrong = sizes.compactMap({ $0 }).first(where: { $0 < -1 }) {
      throw GraphError(.invalidArgument, "Split size at index must be >= 0. Got: \(wrong)")
    }
    if let wrong = sizes.compactMap({ $0 }).first(where: { $0 > Shape.greatestExtent }) {
      throw GraphError(.invalidArgument, "a split size of \(wrong) is too large")
    }
    guard open.count <= 1 else {
      throw GraphError(.invalidArgument, "There can only be one -1 in the input.")
    }
    let isComplete = sizes.allSatisfy { $0 != nil }
    let sum = sizes.compactMap { $0 }.reduce(0) { $0 + max($1, 0) }
    if let extent, isComplete, open.isEmpty ? sum != extent : sum > extent {
      throw GraphError(
        .invalidArgument,
        "Determined shape must either match input shape along split_dim exactly if fully "
          + "specified, or be less than the size of the input along split_dim if not fully "
          + "specified.  Got: \(sum)")
    }
    for place in open { sizes[place] = isComplete ? extent.map { $0 - sum } : nil }
  }

  package func forwardedInput(_ context: () -> InferenceContext, _ output: TensorType) -> Int? {
    count == 1 ? 0 : nil
  }

  /// The parts of a concatenation of such parts are those.
  package func simplify(_ instruction: Instruction, _ rewriter: inout Rewriter) -> Bool {
    rewriter.forwardParts(instruction, of: instruction.inputs[0], along: instruction.inputs[2])
  }

  package func rowAxes(_ context: RowContext) throws(RowRefusal) -> [Int?] {
    let cut = try context.axis(from: 2, rank: context.inputShape(0).count)
    guard context.axes[0] != cut else { throw RowRefusal("rows are split", operand: 0) }
    return Array(repeating: context.axes[0], count: count)
  }

  package func kernel(_ request: KernelRequest) throws(GraphError) -> Kernel {
    try request.requirePlainBytes(name)
    return try .parts(request, of: 0, axis: try request.integers(2).first ?? 0)
  }

  package func overTime(_ all: inout AllTurns) throws(GraphError) -> [Value]? {
    guard all.isStacked(0), !all.isStacked(1), let axis = all.axis(2, rank: all.rank(0)) else {
      return nil
    }
    return try all.emitAll(
      self, [all.operands[0].value, all.operands[1].value, all.integer(axis)])
  }

  package func gradient(_ context: GradientContext) throws(GraphError) -> [Tensor?] {
    [context.joinedGradients(count, axis: 2), nil, nil]
  }
}

extension Rewriter {
  /// Lets the parts of a concatenation be the results of a split that takes them apart.
  fileprivate mutating func forwardParts(
    _ instruction: Instruction, of x: Value, along axis: Value
  ) -> Bool {
    guard let (parts, along) = concatenation(x), parts.count == instruction.outputs.count,
      let wanted = integers(axis)?.first, let rank = type(x).shape.rank,
      (try? InferenceContext.axis(wanted, rank: rank)) == along,
      zip(parts, instruction.outputs).allSatisfy({ type($0).isExact && type($0) == type($1) })
    else { return false }
    return forward(to: parts)
  }
}

extension Kernel {
  /// A kernel whose results are parts of an operand along an axis.
  fileprivate static func parts(
    _ request: KernelRequest, of operand: Int, axis: Int
  ) throws(GraphError) -> Kernel {
    let strides = StridedCopy.denseStrides(of: request.inputShape(operand))
    let axis = try InferenceContext.axis(axis, rank: strides.count)
    let size = request.outputs[0].dtype.byteSize
    var copies: [PlannedCopy] = []
    var offset = 0
    for output in request.outputs.indices {
      let shape = request.outputShape(output)
      let copy = StridedCopy(
        shape: shape, outputStrides: StridedCopy.denseStrides(of: shape), inputStrides: strides,
        inputOffset: offset * strides[axis], elementSize: size)
      copies.append(
        PlannedCopy(
          copy, input: operand, output: output, byteCount: request.outputCount(output) * size))
      offset += shape[axis]
    }
    return .copies(copies)
  }
}

extension GradientContext {
  /// The gradients of all parts, joined along the axis that an operand names.
  fileprivate func joinedGradients(_ count: Int, axis operand: Int) -> Tensor {
    let parts = (0..<count).map { dy($0) }
    if let axis = knownIntegers(operand)?.first { return concat(parts, axis: axis) }
    return graph.tensor(
      ConcatV2(count: count), parts + [input(operand)], defaultName: "concat")
  }
}
