internal import GraphArrays
internal import GraphKernels

/// The part of `x` of extents `size` that begins at `begin`. TF: `tf.slice`.
///
/// - Parameters:
///   - begin: The first index along each axis.
///   - size: The extent along each axis; -1 is all that is left.
public func slice(_ x: Tensor, begin: [Int], size: [Int], name: String? = nil) -> Tensor {
  x.graph.declare(name ?? "Slice") { name in
    x.graph.tensor(
      Slice(), [x, x.graph.int32(begin, name: "begin"), x.graph.int32(size, name: "size")],
      name: name)
  }
}

/// The part of `x` that two integer vectors give when the graph runs.
public func slice(_ x: Tensor, begin: Tensor, size: Tensor, name: String? = nil) -> Tensor {
  x.graph.tensor(Slice(), [x, begin, size], name: name)
}

/// The part of `x` of extents `size` whose beginning an integer vector gives when the graph runs.
public func slice(_ x: Tensor, begin: Tensor, size: [Int], name: String? = nil) -> Tensor {
  x.graph.declare(name ?? "Slice") { name in
    let size = x.graph.constant(size, dtype: begin.dtype, name: "size")
    return x.graph.tensor(Slice(), [x, begin, size], name: name)
  }
}

/// A part of its first operand: from the second, of the extents of the third. TF: `Slice`.
package struct Slice: OpDefinition {
  package init() {}
  package var name: String { "Slice" }
  package var specializedInputs: [Int] { [1, 2] }
  package var kernelInputs: [Int] { [] }

  package func infer(_ context: InferenceContext) throws(GraphError) -> [TensorType] {
    try context.expect(count: 3)
    try context.expectInteger(1)
    try context.expectSameDType([1, 2])
    let rank = context.shape(0).rank ?? context.shape(1)[0] ?? context.shape(2)[0]
    guard let rank else { return [TensorType(context.dtype(0), .unknown)] }
    for operand in 1...2 {
      guard let length = context.shape(operand)[0], length != rank else { continue }
      throw GraphError(
        .invalidArgument,
        "Expected begin and size arguments to be 1-D tensors of size \(rank), got one of size "
          + "\(length)")
    }
    let unknown = [Int?](repeating: nil, count: rank)
    let dimensions = context.shape(0).dimensions ?? unknown
    let begin = context.integers(1) ?? unknown
    let size = context.integers(2) ?? unknown
    var result: [Int?] = []
    for axis in 0..<rank {
      let extent = dimensions[axis]
      if let begin = begin[axis], begin < 0 || extent.map({ begin > $0 }) == true {
        throw Self.wrong("begin", axis, begin, extent)
      }
      let left = extent.flatMap { extent in begin[axis].map { extent - $0 } }
      guard let wanted = size[axis] else {
        result.append(nil)
        continue
      }
      if wanted == -1 {
        result.append(left)
      } else {
        if wanted < 0 || (left ?? extent).map({ wanted > $0 }) == true {
          throw Self.wrong("size", axis, wanted, left ?? extent)
        }
        result.append(wanted)
      }
    }
    return [TensorType(context.dtype(0), Shape(dimensions: result))]
  }

  private static func wrong(_ what: String, _ axis: Int, _ value: Int, _ limit: Int?) -> GraphError
  {
    let limit = limit.map(String.init) ?? "?"
    return GraphError(
      .invalidArgument, "Expected \(what)[\(axis)] in [0, \(limit)], but got \(value)")
  }

  package func knownElements(_ context: InferenceContext) -> [Int?]? {
    guard let elements = context.integers(0), context.shape(0).rank == 1,
      let begin = context.integer(1), let count = try? infer(context).first?.count,
      begin + count <= elements.count
    else { return nil }
    return Array(elements[begin..<begin + count])
  }

  package func forwardedInput(_ context: () -> InferenceContext, _ output: TensorType) -> Int? {
    output.isExact && context()[0] == output ? 0 : nil
  }

  /// A slice of a slice is one; that of a concatenation, or of a padded value, which lies within one
  /// part is a slice of the part.
  package func simplify(_ instruction: Instruction, _ rewriter: inout Rewriter) -> Bool {
    guard let cut = rewriter.cut(instruction) else { return false }
    var (x, begin) = (cut.x, cut.begin)
    if let maker = rewriter.maker(x), let inner = rewriter.cut(maker) {
      x = inner.x
      begin = zip(begin, inner.begin).map { $0 + $1 }
    } else if let (parts, axis) = rewriter.concatenation(x) {
      var start = begin[axis]
      guard
        let part = parts.first(where: { part in
          guard let extent = rewriter.extents(part)?[axis], start >= extent else { return true }
          start -= extent
          return false
        }), let extent = rewriter.extents(part)?[axis], start + cut.size[axis] <= extent
      else { return false }
      x = part
      begin[axis] = start
    } else if let pad = rewriter.padding(x), let extents = rewriter.extents(pad.x) {
      begin = zip(begin, pad.before).map { $0 - $1 }
      let isWithin = begin.indices.allSatisfy {
        begin[$0] >= 0 && begin[$0] + cut.size[$0] <= extents[$0]
      }
      guard isWithin else { return false }
      x = pad.x
    } else {
      return false
    }
    if rewriter.extents(x) == cut.size { return rewriter.forward(to: x) }
    return rewriter.finish(
      Slice(), [x, rewriter.add(integers: begin), rewriter.add(integers: cut.size)])
  }

  package func rowAxes(_ context: RowContext) throws(RowRefusal) -> [Int?] {
    guard let axis = context.axes[0] else { return [nil] }
    guard context.inputShape(0)[axis] == context.outputShape()[axis] else {
      throw RowRefusal("rows are cut", operand: 0)
    }
    return [axis]
  }

  package func kernel(_ request: KernelRequest) throws(GraphError) -> Kernel {
    try request.requirePlainBytes(name)
    let extents = request.inputShape()
    let shape = request.outputShape()
    let strides = StridedCopy.denseStrides(of: extents)
    if let begin = request.values[1]?.integerElements {
      return .view(
        request, strides: strides, offset: zip(begin, strides).reduce(0) { $0 + $1.0 * $1.1 })
    }
    let begin = IntegerOperand(1, request)
    let size = request.dtype.byteSize
    return .movingView(request, strides: strides) { arguments throws(RunFailure) in
      var offset = 0
      for (axis, stride) in strides.enumerated() {
        let first = begin.value(arguments, at: axis)
        guard first >= 0, first <= extents[axis] - shape[axis] else {
          throw RunFailure(
            .invalidArgument,
            "Expected begin[\(axis)] in [0, \(extents[axis] - shape[axis])], but got \(first)")
        }
        offset += first * stride
      }
      return offset * size
    }
  }

  /// The gradient stands where the part was, among zeros.
  package var isLinear: Bool { true }

  package func overTime(_ all: inout AllTurns) throws(GraphError) -> [Value]? {
    guard all.isStacked(0), let begin = all.integers(1) else { return nil }
    let size = all.vector(all.extents(ofResult: 0))
    return [try all.emit(self, [all.operands[0].value, all.vector([0] + begin), size])]
  }

  package func gradient(_ context: GradientContext) throws(GraphError) -> [Tensor?] {
    let dy = context.dy()
    if let begin = context.knownIntegers(1), let extents = context.inputType(0).extents,
      let size = context.outputType().extents
    {
      let paddings = begin.indices.map { [begin[$0], extents[$0] - size[$0] - begin[$0]] }
      return [pad(dy, paddings), nil, nil]
    }
    let begin = cast(context.input(1), to: .int32)
    let end = begin + context.outputShape()
    return [
      stridedSliceGradient(
        dy, shape: context.inputShape(0), begin: begin, end: end, strides: onesLike(begin),
        masks: SliceMasks()), nil, nil,
    ]
  }
}

extension Rewriter {
  /// A part of a value, as a Slice takes it.
  struct Cut {
    let x: Value
    let begin: [Int]
    let size: [Int]
  }

  /// What a Slice takes, where that is known; nil for other instructions.
  func cut(_ instruction: Instruction) -> Cut? {
    guard instruction.definition.is(Slice.self), let begin = integers(instruction.inputs[1]),
      let size = extents(instruction.outputs[0]), extents(instruction.inputs[0]) != nil
    else { return nil }
    return Cut(x: instruction.inputs[0], begin: begin, size: size)
  }
}

extension Kernel {
  /// A kernel that copies one view of its first operand, whose place in it is found when it runs.
  ///
  /// - Parameters:
  ///   - offset: How many bytes behind the operand's first element the view begins.
  static func movingView(
    _ request: KernelRequest, strides: [Int], shape: [Int]? = nil,
    offset: @escaping @Sendable (Arguments) throws(RunFailure) -> Int
  ) -> Kernel {
    let shape = shape ?? request.outputShape()
    let size = request.outputs[0].dtype.byteSize
    let copy = StridedCopy(
      shape: shape, outputStrides: StridedCopy.denseStrides(of: shape), inputStrides: strides,
      elementSize: size)
    let bytes = request.outputCount() * size
    let unitsPerBlock = max(1, copyBlockSize / max(1, bytes / max(1, copy.unitCount)))
    let blocks = (copy.unitCount + unitsPerBlock - 1) / unitsPerBlock
    return Kernel(blocks: blocks) { arguments, block throws(RunFailure) in
      let start = block * unitsPerBlock
      let offset = try offset(arguments)
      copy.run(
        units: start..<min(copy.unitCount, start + unitsPerBlock), out: arguments.output(),
        x: arguments.input(0) + offset)
    }
  }
}
