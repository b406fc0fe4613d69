public import GraphArrays
internal import GraphKernels

extension Graph {
  /// Random numbers, evenly distributed in `[min, max)`. TF: `tf.random_uniform`.
  ///
  /// - Parameters:
  ///   - min: A number or a scalar tensor, likewise `max`.
  ///   - dtype: `.float32` or `.float64`.
  ///   - seed: The operation's own seed; with it, or with a seed of the graph, each session draws
  ///     the same numbers as TensorFlow does.
  public func randomUniform(
    _ shape: [Int], min: some TensorConvertible = 0, max: some TensorConvertible = 1,
    dtype: DType = .float32, seed: Int? = nil, name: String? = nil
  ) -> Tensor {
    nameScope(name ?? "random_uniform") {
      uniform(int32(shape, name: "shape"), min, max, dtype, seed)
    }
  }

  /// Random numbers, evenly distributed, in the shape that an integer vector gives.
  public func randomUniform(
    _ shape: Tensor, min: some TensorConvertible = 0, max: some TensorConvertible = 1,
    dtype: DType = .float32, seed: Int? = nil, name: String? = nil
  ) -> Tensor {
    nameScope(name ?? "random_uniform") { uniform(shape, min, max, dtype, seed) }
  }

  private func uniform(
    _ shape: Tensor, _ min: some TensorConvertible, _ max: some TensorConvertible, _ dtype: DType,
    _ seed: Int?
  ) -> Tensor {
    let draw = RandomUniform(dtype: dtype, seeds: seeds(seed))
    if isNumber(min, 0), isNumber(max, 1) { return tensor(draw, [shape]) }
    let name = currentNameScope + "/"
    let low = operand(min, dtype: dtype, name: "min")
    let high = operand(max, dtype: dtype, name: "max")
    let numbers = tensor(draw, [shape])
    let scaled = numbers * (high - low)
    return tensor(Binary.add, [scaled, low], name: name)
  }

  private func isNumber(_ value: some TensorConvertible, _ number: Double) -> Bool {
    switch value {
    case let value as Int: Double(value) == number
    case let value as Double: value == number
    case let value as Float: Double(value) == number
    default: false
    }
  }
}

/// Random numbers in `[0, 1)` in the shape of its operand. TF: `RandomUniform`.
package struct RandomUniform: OpDefinition {
  /// The dtype of the result.
  package var dtype: DType
  /// Where the stream begins.
  package var seeds: RandomSeeds

  package init(dtype: DType, seeds: RandomSeeds) {
    self.dtype = dtype
    self.seeds = seeds
  }

  package var name: String { "RandomUniform" }
  package static let attributes = [
    Attribute("seed", \RandomUniform.seeds.graph), Attribute("seed2", \.seeds.operation),
    Attribute("dtype", \.dtype),
  ]
  package var effects: Effects { .stream }
  package var specializedInputs: [Int] { [0] }

  package func infer(_ context: InferenceContext) throws(GraphError) -> [TensorType] {
    [TensorType(dtype, try context.randomShape(dtype, isOneOf: [.float32, .float64]))]
  }

  package func kernel(_ request: KernelRequest) throws(GraphError) -> Kernel {
    dtype == .float64
      ? .random(request, seeds) { stream, range, arguments throws(RunFailure) in
        stream.uniform(range, out: arguments.output(0, as: Double.self))
      }
      : .random(request, seeds) { stream, range, arguments throws(RunFailure) in
        stream.uniform(range, out: arguments.output(0, as: Float.self))
      }
  }

  package func gradient(_ context: GradientContext) throws(GraphError) -> [Tensor?] { [nil] }
}

extension InferenceContext {
  /// The shape that a random operation's first operand gives.
  ///
  /// - Throws: `GraphError` where the operation cannot draw elements of `dtype`.
  func randomShape(_ dtype: DType, isOneOf dtypes: [DType]) throws(GraphError) -> Shape {
    guard dtypes.contains(dtype) else {
      throw GraphError(
        .invalidArgument,
        "cannot draw \(dtype); wants \(dtypes.map(\.name).joined(separator: " or "))")
    }
    try expectInteger(0)
    return try extents(from: 0)
  }
}
