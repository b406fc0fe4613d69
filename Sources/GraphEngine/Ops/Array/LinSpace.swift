public import GraphArrays
internal import GraphKernels

extension Graph {
  /// `count` numbers from `start` to `stop`, both included, at equal distances. TF: `tf.linspace`.
  ///
  /// - Parameters:
  ///   - start: A number or a scalar tensor, likewise `stop`.
  ///   - count: At least 1; a single number is `start`.
  public func linspace(
    _ start: some TensorConvertible, _ stop: some TensorConvertible, count: Int,
    dtype: DType? = nil, name: String? = nil
  ) -> Tensor {
    let tensors = [start as? Tensor, stop as? Tensor]
    let dtype = dtype ?? tensors.compactMap { $0 }.first?.dtype ?? .float32
    return declare(name ?? "LinSpace") { name in
      tensor(
        LinSpace(),
        [
          operand(start, dtype: dtype, name: "start"), operand(stop, dtype: dtype, name: "stop"),
          int32(count, name: "num"),
        ], name: name)
    }
  }
}

/// Numbers at equal distances between two. TF: `LinSpace`.
package struct LinSpace: OpDefinition {
  package init() {}
  package var name: String { "LinSpace" }
  package var specializedInputs: [Int] { [2] }

  package func infer(_ context: InferenceContext) throws(GraphError) -> [TensorType] {
    try context.expect(count: 3)
    try context.expect(0, isOneOf: [.float32, .float64])
    try context.expectSameDType([0, 1])
    try context.expectInteger(2)
    for operand in 0..<3 { try context.expect(operand, rank: 0) }
    if let count = context.integer(2), count <= 0 {
      throw GraphError(.invalidArgument, "Requires num > 0: \(count)")
    }
    return [TensorType(context.dtype(), [context.integer(2)])]
  }

  package func kernel(_ request: KernelRequest) throws(GraphError) -> Kernel {
    let count = request.outputCount()
    func numbers<Scalar: BinaryFloatingPoint & Sendable>(_ type: Scalar.Type) -> Kernel {
      .elementwise(count: count) { arguments, range throws(RunFailure) in
        let target = arguments.output(0, as: type)
        let (start, stop) = (arguments.input(0, as: type)[0], arguments.input(1, as: type)[0])
        let step = count > 1 ? (stop - start) / Scalar(count - 1) : 0
        Sequences.range(out: target, start: start, step: step, elements: range)
        // The last one is `stop` itself, whatever the steps round to.
        if count > 1, range.upperBound == count { target[count - 1] = stop }
      }
    }
    switch request.dtype {
    case .float32: return numbers(Float.self)
    case .float64: return numbers(Double.self)
    default: throw request.unsupported(name)
    }
  }

  package func gradient(_ context: GradientContext) throws(GraphError) -> [Tensor?] {
    [nil, nil, nil]
  }
}
