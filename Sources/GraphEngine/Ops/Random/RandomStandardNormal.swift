public import GraphArrays
internal import GraphKernels

extension Graph {
  /// Normally distributed random numbers. TF: `tf.random_normal`.
  ///
  /// - Parameters:
  ///   - mean: A number or a scalar tensor, likewise `stddev`.
  ///   - dtype: `.float32` or `.float64`.
  ///   - seed: The operation's own seed; see `randomUniform`.
  public func randomNormal(
    _ shape: [Int], mean: some TensorConvertible = 0, stddev: some TensorConvertible = 1,
    dtype: DType = .float32, seed: Int? = nil, name: String? = nil
  ) -> Tensor {
    nameScope(name ?? "random_normal") {
      scaled(
        int32(shape, name: "shape"), mean, stddev,
        RandomStandardNormal(dtype: dtype, seeds: seeds(seed)))
    }
  }

  /// Normally distributed random numbers in the shape that an integer vector gives.
  public func randomNormal(
    _ shape: Tensor, mean: some TensorConvertible = 0, stddev: some TensorConvertible = 1,
    dtype: DType = .float32, seed: Int? = nil, name: String? = nil
  ) -> Tensor {
    nameScope(name ?? "random_normal") {
      scaled(shape, mean, stddev, RandomStandardNormal(dtype: dtype, seeds: seeds(seed)))
    }
  }

  /// Normally distributed random numbers, drawn again where they lie beyond two standard
  /// deviations. TF: `tf.truncated_normal`.
  ///
  /// - Parameters:
  ///   - mean: A number or a scalar tensor, likewise `stddev`.
  ///   - dtype: `.float32` or `.float64`.
  ///   - seed: The operation's own seed; see `randomUniform`.
  public func truncatedNormal(
    _ shape: [Int], mean: some TensorConvertible = 0, stddev: some TensorConvertible = 1,
    dtype: DType = .float32, seed: Int? = nil, name: String? = nil
  ) -> Tensor {
    nameScope(name ?? "truncated_normal") {
      scaled(
        int32(shape, name: "shape"), mean, stddev,
        TruncatedNormal(dtype: dtype, seeds: seeds(seed)))
    }
  }

  /// Normally distributed random numbers within two standard deviations, in the shape that an
  /// integer vector gives.
  public func truncatedNormal(
    _ shape: Tensor, mean: some TensorConvertible = 0, stddev: some TensorConvertible = 1,
    dtype: DType = .float32, seed: Int? = nil, name: String? = nil
  ) -> Tensor {
    nameScope(name ?? "truncated_normal") {
      scaled(shape, mean, stddev, TruncatedNormal(dtype: dtype, seeds: seeds(seed)))
    }
  }

  /// `draws * stddev + mean`, under the name of the open scope.
  private func scaled(
    _ shape: Tensor, _ mean: some TensorConvertible, _ stddev: some TensorConvertible,
    _ draw: some NormalDistribution
  ) -> Tensor {
    let name = currentNameScope + "/"
    let mean = operand(mean, dtype: draw.dtype, name: "mean")
    let stddev = operand(stddev, dtype: draw.dtype, name: "stddev")
    let scaled = tensor(draw, [shape]) * stddev
    return tensor(Binary.add, [scaled, mean], name: name)
  }
}

/// A definition that draws normally distributed numbers in the shape of its operand.
private protocol NormalDistribution: OpDefinition {
  var dtype: DType { get }
}

/// Normally distributed random numbers of mean 0 and deviation 1. TF: `RandomStandardNormal`.
package struct RandomStandardNormal: NormalDistribution {
  /// The dtype of the result.
  package var dtype: DType
  /// Where the stream begins.
  package var seeds: RandomSeeds

  package init(dtype: DType, seeds: RandomSeeds) {
    self.dtype = dtype
    self.seeds = seeds
  }

  package var name: String { "RandomStandardNormal" }
  package static let attributes = [
    Attribute("seed", \RandomStandardNormal.seeds.graph), Attribute("seed2", \.seeds.operation),
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
        stream.normal(range, out: arguments.output(0, as: Double.self))
      }
      : .random(request, seeds) { stream, range, arguments throws(RunFailure) in
        stream.normal(range, out: arguments.output(0, as: Float.self))
      }
  }

  package func gradient(_ context: GradientContext) throws(GraphError) -> [Tensor?] { [nil] }
}

/// Normally distributed random numbers within two deviations. TF: `TruncatedNormal`.
package struct TruncatedNormal: NormalDistribution {
  /// The dtype of the result.
  package var dtype: DType
  /// Where the stream begins.
  package var seeds: RandomSeeds

  package init(dtype: DType, seeds: RandomSeeds) {
    self.dtype = dtype
    self.seeds = seeds
  }

  package var name: String { "TruncatedNormal" }
  package static let attributes = [
    Attribute("seed", \TruncatedNormal.seeds.graph), Attribute("seed2", \.seeds.operation),
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
        stream.truncatedNormal(range, out: arguments.output(0, as: Double.self))
      }
      : .random(request, seeds) { stream, range, arguments throws(RunFailure) in
        stream.truncatedNormal(range, out: arguments.output(0, as: Float.self))
      }
  }

  package func gradient(_ context: GradientContext) throws(GraphError) -> [Tensor?] { [nil] }
}
