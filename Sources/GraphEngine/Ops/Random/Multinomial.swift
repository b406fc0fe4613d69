public import GraphArrays
internal import GraphKernels

/// Classes drawn from distributions that are given by unnormalised log-probabilities.
/// TF: `tf.multinomial`.
///
/// - Parameters:
///   - logits: `[batch, classes]`; classes whose logit is not finite are never drawn.
///   - samples: How many classes are drawn for each row, independently of each other.
///   - seed: The operation's own seed; see `Graph.randomUniform`.
///   - outputType: `.int64` or `.int32`.
/// - Returns: `[batch, samples]`.
public func multinomial(
  _ logits: Tensor, samples: Int, seed: Int? = nil, outputType: DType = .int64,
  name: String? = nil
) -> Tensor {
  let graph = logits.graph
  return graph.nameScope(name ?? "multinomial") {
    graph.declare("Multinomial") { name in
      graph.tensor(
        Multinomial(seeds: graph.seeds(seed), outputType: outputType),
        [logits, graph.int32(samples, name: "num_samples")], name: name)
    }
  }
}

/// Classes drawn from distributions; an int32 scalar says how many.
public func multinomial(
  _ logits: Tensor, samples: Tensor, seed: Int? = nil, outputType: DType = .int64,
  name: String? = nil
) -> Tensor {
  let graph = logits.graph
  return graph.nameScope(name ?? "multinomial") {
    graph.tensor(
      Multinomial(seeds: graph.seeds(seed), outputType: outputType), [logits, samples])
  }
}

/// Draws from the distributions in the rows of its first operand. TF: `Multinomial`.
package struct Multinomial: OpDefinition {
  /// Where the stream begins.
  package var seeds: RandomSeeds
  /// The dtype of the classes.
  package var outputType: DType

  package init(seeds: RandomSeeds, outputType: DType) {
    self.seeds = seeds
    self.outputType = outputType
  }

  package var name: String { "Multinomial" }
  package static let attributes = [
    Attribute("seed", \Multinomial.seeds.graph), Attribute("seed2", \.seeds.operation),
    Attribute("output_dtype", \.outputType),
  ]
  package var effects: Effects { .stream }
  package var specializedInputs: [Int] { [1] }

  package func infer(_ context: InferenceContext) throws(GraphError) -> [TensorType] {
    try context.expect(count: 2)
    try context.expect(0, isOneOf: [.float32, .float64])
    try context.expect(0, rank: 2)
    try context.expect(1, isOneOf: [.int32])
    try context.expect(1, rank: 0)
    guard outputType == .int64 || outputType == .int32 else {
      throw GraphError(.invalidArgument, "classes are int32 or int64, not \(outputType)")
    }
    if let samples = context.integer(1), samples < 0 {
      throw GraphError(.invalidArgument, "num_samples should be nonnegative, got \(samples)")
    }
    if context.shape(0)[1] == 0, context.shape(0)[0] != 0 {
      throw GraphError(.invalidArgument, "num_classes should be positive, got 0")
    }
    return [TensorType(outputType, [context.shape(0)[0], context.integer(1)])]
  }

  package func kernel(_ request: KernelRequest) throws(GraphError) -> Kernel {
    let shape = request.inputShape()
    let (rows, classes, samples) = (shape[0], shape[1], request.outputShape()[1])
    let isDouble = request.dtype == .float64
    let isInt64 = outputType == .int64
    let seeds = seeds
    let rowsPerBlock = max(1, 8192 / max(1, classes + samples))
    @Sendable func draw(
      _ arguments: Arguments, _ range: Swift.Range<Int>, _ target: UnsafeMutablePointer<Int64>
    ) {
      let stream = seeds.stream(arguments)
      withUnsafeTemporaryAllocation(of: Double.self, capacity: max(1, classes)) { scratch in
        guard let scratch = scratch.baseAddress else { return }
        if isDouble {
          stream.multinomial(
            rows: range, out: target, logits: arguments.input(0, as: Double.self),
            cumulative: scratch, classes: classes, samples: samples)
        } else {
          stream.multinomial(
            rows: range, out: target, logits: arguments.input(0, as: Float.self),
            cumulative: scratch, classes: classes, samples: samples)
        }
      }
    }
    var kernel = Kernel.elementwise(
      count: rows, flopsPerElement: Double(classes * 16), blockSize: rowsPerBlock
    ) { arguments, range throws(RunFailure) in
      if isInt64 {
        draw(arguments, range, arguments.output(0, as: Int64.self))
        return
      }
      let target = arguments.output(0, as: Int32.self)
      let first = range.lowerBound * samples
      let count = range.count * samples
      withUnsafeTemporaryAllocation(of: Int64.self, capacity: max(1, count)) { wide in
        guard let wide = wide.baseAddress else { return }
        // The stream writes relative to the whole array, of which this is a part.
        draw(arguments, range, wide - first)
        for i in 0..<count { target[first + i] = Int32(truncatingIfNeeded: wide[i]) }
      }
    }
    kernel.streamDraws = PhiloxStream.reservedByMultinomial(rows: rows, samples: samples)
    return kernel
  }

  package func gradient(_ context: GradientContext) throws(GraphError) -> [Tensor?] { [nil, nil] }
}
