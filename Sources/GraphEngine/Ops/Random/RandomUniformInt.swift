public import GraphArrays
internal import GraphKernels

extension Graph {
  /// Random integers, evenly distributed in `min..<max`. TF: `tf.random_uniform` of integers.
  ///
  /// As in TensorFlow, small numbers are a little more likely where `max - min` does not divide
  /// 2^32 (2^64 for int64).
  ///
  /// - Parameters:
  ///   - min: An integer or a scalar tensor of `dtype`, likewise `max`.
  ///   - dtype: `.int32` or `.int64`.
  ///   - seed: The operation's own seed; see `randomUniform`.
  public func randomInt(
    _ shape: [Int], min: some TensorConvertible = 0, max: some TensorConvertible,
    dtype: DType = .int32, seed: Int? = nil, name: String? = nil
  ) -> Tensor {
    declare(name ?? "random_uniform") { name in
      integers(int32(shape, name: "shape"), min, max, dtype, seed, name)
    }
  }

  /// Random integers in the shape that an integer vector gives.
  public func randomInt(
    _ shape: Tensor, min: some TensorConvertible = 0, max: some TensorConvertible,
    dtype: DType = .int32, seed: Int? = nil, name: String? = nil
  ) -> Tensor {
    declare(name ?? "random_uniform") { name in integers(shape, min, max, dtype, seed, name) }
  }

  private func integers(
    _ shape: Tensor, _ min: some TensorConvertible, _ max: some TensorConvertible, _ dtype: DType,
    _ seed: Int?, _ name: String
  ) -> Tensor {
    let low = operand(min, dtype: dtype, name: "min")
    let high = operand(max, dtype: dtype, name: "max")
    return tensor(RandomUniformInt(seeds: seeds(seed)), [shape, low, high], name: name)
  }
}

/// Random integers. Operands: shape, least value, and the first one above. TF: `RandomUniformInt`.
package struct RandomUniformInt: OpDefinition {
  /// Where the stream begins.
  package var seeds: RandomSeeds

  package init(seeds: RandomSeeds) { self.seeds = seeds }

  package var name: String { "RandomUniformInt" }
  package static let attributes = [
    Attribute("seed", \RandomUniformInt.seeds.graph), Attribute("seed2", \.seeds.operation),
  ]
  package var effects: Effects { [.stream, .canFail] }
  package var specializedInputs: [Int] { [0] }

  package func infer(_ context: InferenceContext) throws(GraphError) -> [TensorType] {
    try context.expect(count: 3)
    try context.expectSameDType([1, 2])
    try context.expect(1, rank: 0)
    try context.expect(2, rank: 0)
    if let low = context.integer(1), let high = context.integer(2), low >= high {
      throw GraphError(.invalidArgument, "Need minval < maxval, got \(low) >= \(high)")
    }
    let dtype = context.dtype(1)
    return [TensorType(dtype, try context.randomShape(dtype, isOneOf: [.int32, .int64]))]
  }

  package func kernel(_ request: KernelRequest) throws(GraphError) -> Kernel {
    if request.outputs[0].dtype == .int64 {
      return .random(request, seeds) { stream, range, arguments throws(RunFailure) in
        let low = arguments.input(1, as: Int64.self)[0]
        let high = arguments.input(2, as: Int64.self)[0]
        try Self.check(low, high)
        stream.uniform(range, out: arguments.output(0, as: Int64.self), low: low, high: high)
      }
    }
    return .random(request, seeds) { stream, range, arguments throws(RunFailure) in
      let low = arguments.input(1, as: Int32.self)[0]
      let high = arguments.input(2, as: Int32.self)[0]
      try Self.check(low, high)
      stream.uniform(range, out: arguments.output(0, as: Int32.self), low: low, high: high)
    }
  }

  private static func check<Scalar: FixedWidthInteger>(
    _ low: Scalar, _ high: Scalar
  ) throws(RunFailure) {
    guard low < high else {
      throw RunFailure(.invalidArgument, "Need minval < maxval, got \(low) >= \(high)")
    }
  }

  package func gradient(_ context: GradientContext) throws(GraphError) -> [Tensor?] {
    [nil, nil, nil]
  }
}
