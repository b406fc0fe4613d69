internal import GraphArrays
internal import GraphKernels

/// What stands around a padded tensor.
public enum PaddingMode: Sendable {
  /// One value, 0 by default.
  case constant
  /// The tensor mirrored at its edge, without the edge itself: `2, 3 | 1, 2, 3 | 2, 1`.
  case reflect
  /// The tensor mirrored beyond its edge: `2, 1 | 1, 2, 3 | 3, 2`.
  case symmetric
}

/// `x` with more elements around it. TF: `tf.pad`.
///
/// - Parameters:
///   - paddings: For each axis, how many elements go before and after.
///   - mode: What they are.
///   - constant: Their value where the mode is `.constant`; nil for zeros.
public func pad(
  _ x: Tensor, _ paddings: [[Int]], mode: PaddingMode = .constant,
  constant: (any TensorConvertible)? = nil, name: String? = nil
) -> Tensor {
  let graph = x.graph
  let standard = mode == .constant ? (constant == nil ? "Pad" : "PadV2") : "MirrorPad"
  return graph.declare(name ?? standard) { name in
    let rows = NDArray(paddings.flatMap { $0 }, shape: [paddings.count, 2], dtype: .int32)
    return padded(x, graph.constant(rows, name: "paddings"), mode, constant, name)
  }
}

/// `x` with more elements around it, as many as an integer matrix `[rank, 2]` says.
public func pad(
  _ x: Tensor, _ paddings: Tensor, mode: PaddingMode = .constant,
  constant: (any TensorConvertible)? = nil, name: String? = nil
) -> Tensor {
  let standard = mode == .constant ? (constant == nil ? "Pad" : "PadV2") : "MirrorPad"
  return x.graph.declare(name ?? standard) { name in padded(x, paddings, mode, constant, name) }
}

private func padded(
  _ x: Tensor, _ paddings: Tensor, _ mode: PaddingMode, _ constant: (any TensorConvertible)?,
  _ name: String
) -> Tensor {
  guard mode == .constant else {
    return x.graph.tensor(
      MirrorPad(mode: mode == .reflect ? MirrorPad.reflect : MirrorPad.symmetric), [x, paddings],
      name: name)
  }
  guard let constant else { return x.graph.tensor(Pad(), [x, paddings], name: name) }
  return x.graph.tensor(PadV2(), [x, paddings, constant.tensor(like: x)], name: name)
}

/// Its first operand among zeros. TF: `Pad`.
package struct Pad: OpDefinition {
  package init() {}
  package var name: String { "Pad" }
  package var specializedInputs: [Int] { [1] }

  package func infer(_ context: InferenceContext) throws(GraphError) -> [TensorType] {
    try context.expect(count: 2)
    return [try context.paddedType()]
  }

  package func forwardedInput(_ context: () -> InferenceContext, _ output: TensorType) -> Int? {
    output.isExact && context()[0] == output ? 0 : nil
  }

  package func kernel(_ request: KernelRequest) throws(GraphError) -> Kernel {
    try request.requirePlainBytes(name)
    return try .padding(request)
  }

  package var isLinear: Bool { true }

  package func overTime(_ all: inout AllTurns) throws(GraphError) -> [Value]? {
    guard all.isStacked(0), let paddings = all.integers(1) else { return nil }
    let matrix = all.integers([0, 0] + paddings, shape: [paddings.count / 2 + 1, 2])
    return [try all.emit(self, [all.operands[0].value, matrix])]
  }

  package func gradient(_ context: GradientContext) throws(GraphError) -> [Tensor?] {
    [context.withoutPaddings(), nil]
  }
}

/// Its first operand among copies of the third. TF: `PadV2`.
package struct PadV2: OpDefinition {
  package init() {}
  package var name: String { "PadV2" }
  package var specializedInputs: [Int] { [1] }

  package func infer(_ context: InferenceContext) throws(GraphError) -> [TensorType] {
    try context.expect(count: 3)
    try context.expectSameDType([0, 2])
    try context.expect(2, rank: 0)
    return [try context.paddedType()]
  }

  package func forwardedInput(_ context: () -> InferenceContext, _ output: TensorType) -> Int? {
    output.isExact && context()[0] == output ? 0 : nil
  }

  package func kernel(_ request: KernelRequest) throws(GraphError) -> Kernel {
    try request.requirePlainBytes(name)
    return try .padding(request)
  }

  /// As in TensorFlow, the padding's value gets no gradient.
  package func overTime(_ all: inout AllTurns) throws(GraphError) -> [Value]? {
    guard all.isStacked(0), !all.isStacked(2), let paddings = all.integers(1) else { return nil }
    let matrix = all.integers([0, 0] + paddings, shape: [paddings.count / 2 + 1, 2])
    return [try all.emit(self, [all.operands[0].value, matrix, all.operands[2].value])]
  }

  package func gradient(_ context: GradientContext) throws(GraphError) -> [Tensor?] {
    [context.withoutPaddings(), nil, nil]
  }
}

extension InferenceContext {
  /// Elements before and after each axis, from the second operand; nil where it is not known.
  ///
  /// - Throws: `GraphError` where one is negative or the operand has another shape.
  func paddings() throws(GraphError) -> [(before: Int, after: Int)]? {
    try expectInteger(1)
    try expect(1, rank: 2)
    if let width = shape(1)[1], width != 2 {
      throw GraphError(.invalidArgument, "paddings must be a matrix with 2 columns, not \(width)")
    }
    if let rank = shape(0).rank, let rows = shape(1)[0], rank != rows {
      throw GraphError(
        .invalidArgument,
        "The first dimension of paddings must be the rank of inputs: \(rows) rows for rank \(rank)")
    }
    guard let elements = allIntegers(1) else { return nil }
    var result: [(before: Int, after: Int)] = []
    for axis in 0..<elements.count / 2 {
      let (before, after) = (elements[2 * axis], elements[2 * axis + 1])
      guard before >= 0, after >= 0 else {
        throw GraphError(.invalidArgument, "Paddings must be non-negative: \(before) \(after)")
      }
      guard max(before, after) <= Shape.greatestExtent else {
        throw GraphError(.invalidArgument, "paddings \(before) and \(after) are too large")
      }
      result.append((before, after))
    }
    return result
  }

  /// The type of the first operand with the paddings of the second around it.
  func paddedType() throws(GraphError) -> TensorType {
    let paddings = try paddings()
    guard let rank = shape(0).rank ?? shape(1)[0] else { return TensorType(dtype(0), .unknown) }
    guard let dimensions = shape(0).dimensions, let paddings else {
      return TensorType(dtype(0), Shape(rank: rank))
    }
    return TensorType(
      dtype(0),
      Shape(
        dimensions: zip(dimensions, paddings).map { extent, padding in
          extent.map { $0 + padding.before + padding.after }
        }))
  }
}

extension Kernel {
  /// A kernel that puts its first operand among copies of its third, or zeros.
  fileprivate static func padding(_ request: KernelRequest) throws(GraphError) -> Kernel {
    let paddings = try request.integers(1)
    let extents = request.inputShape()
    let strides = StridedCopy.denseStrides(of: request.outputShape())
    let size = request.dtype.byteSize
    let copy = StridedCopy(
      shape: extents, outputStrides: strides,
      inputStrides: StridedCopy.denseStrides(of: extents),
      outputOffset: strides.indices.reduce(0) { $0 + paddings[2 * $1] * strides[$1] },
      elementSize: size)
    let count = request.outputCount()
    let hasValue = request.inputs.count == 3
    return Kernel { arguments, _ throws(RunFailure) in
      let target = arguments.output()
      if hasValue {
        fillElements(target, 0..<count, with: arguments.input(2), size: size)
      } else {
        target.initializeMemory(as: UInt8.self, repeating: 0, count: count * size)
      }
      copy.run(units: 0..<copy.unitCount, out: target, x: arguments.input(0))
    }
  }
}

extension GradientContext {
  /// The part of the gradient that stands where the first operand stood.
  fileprivate func withoutPaddings() -> Tensor {
    let dy = dy()
    if let paddings = knownIntegers(1) {
      let begin = stride(from: 0, to: paddings.count, by: 2).map { paddings[$0] }
      if let size = inputType(0).extents { return slice(dy, begin: begin, size: size) }
      return slice(dy, begin: graph.int32(begin), size: inputShape(0))
    }
    let begin = cast(input(1), to: .int32)[0..., 0]
    return slice(dy, begin: begin, size: inputShape(0))
  }
}
