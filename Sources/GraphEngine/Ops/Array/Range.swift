public import GraphArrays
internal import GraphKernels

extension Graph {
  /// `start, start + delta, ...` up to but without `limit`. TF: `tf.range`.
  ///
  /// Operands are numbers or scalar tensors; the dtype is `dtype`, or that of the first tensor among
  /// them, or the numbers' own.
  public func range(
    _ start: some TensorConvertible, _ limit: some TensorConvertible,
    _ delta: some TensorConvertible, dtype: DType? = nil, name: String? = nil
  ) -> Tensor {
    let tensors = [start as? Tensor, limit as? Tensor, delta as? Tensor]
    let dtype = dtype ?? tensors.compactMap { $0 }.first?.dtype
    return declare(name ?? "range") { name in
      var operands = [
        operand(start, dtype: dtype, name: "start"), operand(limit, dtype: dtype, name: "limit"),
        operand(delta, dtype: dtype, name: "delta"),
      ]
      // Numbers of several kinds: `range(0, 1, 0.25)` is float32 throughout.
      if dtype == nil, let common = operands.map(\.dtype).first(where: \.isFloating) {
        operands = operands.map { $0.dtype == common ? $0 : cast($0, to: common) }
      }
      return tensor(RangeOf(), operands, name: name)
    }
  }

  /// `start, start + 1, ...` up to but without `limit`. TF: `tf.range`.
  public func range(
    _ start: some TensorConvertible, _ limit: some TensorConvertible, dtype: DType? = nil,
    name: String? = nil
  ) -> Tensor {
    range(start, limit, 1, dtype: dtype, name: name)
  }

  /// `0, 1, ...` up to but without `limit`. TF: `tf.range`.
  public func range(
    _ limit: some TensorConvertible, dtype: DType? = nil, name: String? = nil
  ) -> Tensor {
    range(0, limit, 1, dtype: dtype, name: name)
  }
}

/// Numbers at equal distances up to a limit. TF: `Range`.
package struct RangeOf: OpDefinition {
  package init() {}
  package var name: String { "Range" }
  package var specializedInputs: [Int] { [0, 1, 2] }

  package func infer(_ context: InferenceContext) throws(GraphError) -> [TensorType] {
    try context.expect(count: 3)
    try context.expect(0, isOneOf: [.int32, .int64, .float32, .float64])
    try context.expectSameDType()
    for operand in 0..<3 { try context.expect(operand, rank: 0) }
    let dtype = context.dtype()
    if dtype.isInteger {
      guard let start = context.integer(0), let limit = context.integer(1),
        let delta = context.integer(2)
      else { return [TensorType(dtype, [nil])] }
      try Self.check(start, limit, delta)
      let step = delta.magnitude
      let distance =
        start < limit ? UInt(bitPattern: limit &- start) : UInt(bitPattern: start &- limit)
      let count = distance / step + (distance % step == 0 ? 0 : 1)
      guard let count = Int(exactly: count) else {
        throw GraphError(
          .invalidArgument, "a range from \(start) to \(limit) by \(delta) is too long")
      }
      return [TensorType(dtype, [count])]
    }
    guard let start = context.array(0), let limit = context.array(1), let delta = context.array(2)
    else { return [TensorType(dtype, [nil])] }
    let (a, b, step) = (
      start.scalar(as: Double.self), limit.scalar(as: Double.self), delta.scalar(as: Double.self)
    )
    try Self.check(a, b, step)
    let count = (abs(b - a) / abs(step)).rounded(.up)
    guard let count = Int(exactly: count) else {
      throw GraphError(.invalidArgument, "a range from \(a) to \(b) by \(step) has no length")
    }
    return [TensorType(dtype, [count])]
  }

  /// - Throws: `GraphError` where steps do not lead from `start` to `limit`.
  private static func check<Scalar: SignedNumeric & Comparable>(
    _ start: Scalar, _ limit: Scalar, _ delta: Scalar
  ) throws(GraphError) {
    guard delta != 0 else { throw GraphError(.invalidArgument, "Requires delta != 0: \(delta)") }
    guard delta < 0 || start <= limit else {
      throw GraphError(
        .invalidArgument, "Requires start <= limit when delta > 0: \(start)/\(limit)")
    }
    guard delta > 0 || start >= limit else {
      throw GraphError(
        .invalidArgument, "Requires start >= limit when delta < 0: \(start)/\(limit)")
    }
  }

  package func knownElements(_ context: InferenceContext) -> [Int?]? {
    guard let start = context.integer(0), let delta = context.integer(2),
      let count = try? infer(context).first?.count, count <= KnownValue.limit
    else { return nil }
    return (0..<count).map { start + $0 * delta }
  }

  package func kernel(_ request: KernelRequest) throws(GraphError) -> Kernel {
    let count = request.outputCount()
    func integers<Scalar: FixedWidthInteger & Sendable>(_ type: Scalar.Type) -> Kernel {
      .elementwise(count: count) { arguments, range throws(RunFailure) in
        Sequences.range(
          out: arguments.output(0, as: type), start: arguments.input(0, as: type)[0],
          step: arguments.input(2, as: type)[0], elements: range)
      }
    }
    func numbers<Scalar: BinaryFloatingPoint & Sendable>(_ type: Scalar.Type) -> Kernel {
      .elementwise(count: count) { arguments, range throws(RunFailure) in
        Sequences.range(
          out: arguments.output(0, as: type), start: arguments.input(0, as: type)[0],
          step: arguments.input(2, as: type)[0], elements: range)
      }
    }
    switch request.dtype {
    case .int32: return integers(Int32.self)
    case .int64: return integers(Int64.self)
    case .float32: return numbers(Float.self)
    case .float64: return numbers(Double.self)
    default: throw request.unsupported(name)
    }
  }

  package func gradient(_ context: GradientContext) throws(GraphError) -> [Tensor?] {
    [nil, nil, nil]
  }
}
