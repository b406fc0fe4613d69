internal import GraphArrays
internal import GraphKernels

/// `x` repeated along each axis. TF: `tf.tile`.
///
/// - Parameters:
///   - multiples: How often it is repeated along each axis.
public func tile(_ x: Tensor, _ multiples: [Int], name: String? = nil) -> Tensor {
  x.graph.declare(name ?? "Tile") { name in
    x.graph.tensor(Tile(), [x, x.graph.int32(multiples, name: "multiples")], name: name)
  }
}

/// `x` repeated as often as an integer vector says when the graph runs.
public func tile(_ x: Tensor, _ multiples: Tensor, name: String? = nil) -> Tensor {
  x.graph.tensor(Tile(), [x, multiples], name: name)
}

/// Its first operand, repeated along each axis. TF: `Tile`.
package struct Tile: OpDefinition {
  package init() {}
  package var name: String { "Tile" }
  package var specializedInputs: [Int] { [1] }

  package func infer(_ context: InferenceContext) throws(GraphError) -> [TensorType] {
    try context.expect(count: 2)
    try context.expectInteger(1)
    try context.expect(1, rank: 1)
    let rank = context.shape(0).rank ?? context.shape(1)[0]
    guard let rank else { return [TensorType(context.dtype(0), .unknown)] }
    if let length = context.shape(1)[0], length != rank {
      throw GraphError(
        .invalidArgument,
        "Expected multiples argument to be a vector of length \(rank) but got length \(length)")
    }
    let unknown = [Int?](repeating: nil, count: rank)
    let dimensions = context.shape(0).dimensions ?? unknown
    let multiples = context.integers(1) ?? unknown
    var result: [Int?] = []
    for (i, (extent, multiple)) in zip(dimensions, multiples).enumerated() {
      if let multiple, multiple < 0 {
        throw GraphError(
          .invalidArgument, "Expected multiples[\(i)] >= 0, but got \(multiple)")
      }
      if let extent, let multiple {
        let (tiled, overflow) = extent.multipliedReportingOverflow(by: multiple)
        guard !overflow else {
          throw GraphError(
            .invalidArgument, "\(multiple) times an extent of \(extent) is too large")
        }
        result.append(tiled)
      } else {
        result.append(extent == 0 || multiple == 0 ? 0 : nil)
      }
    }
    return [TensorType(context.dtype(0), Shape(dimensions: result))]
  }

  package func forwardedInput(_ context: () -> InferenceContext, _ output: TensorType) -> Int? {
    context().allIntegers(1)?.allSatisfy { $0 == 1 } == true ? 0 : nil
  }

  package func kernel(_ request: KernelRequest) throws(GraphError) -> Kernel {
    try request.requirePlainBytes(name)
    let multiples = try request.integers(1)
    if multiples.allSatisfy({ $0 == 1 }) {
      return .copy(byteCount: request.outputs[0].byteCount ?? 0)
    }
    let extents = request.inputShape()
    let dense = StridedCopy.denseStrides(of: extents)
    let axes = extents.indices
    return .view(
      request, strides: axes.flatMap { [0, dense[$0]] },
      shape: axes.flatMap { [multiples[$0], extents[$0]] })
  }

  /// The sum over all copies.
  package func overTime(_ all: inout AllTurns) throws(GraphError) -> [Value]? {
    guard all.isStacked(0), let multiples = all.integers(1) else { return nil }
    return [try all.emit(self, [all.operands[0].value, all.vector([1] + multiples)])]
  }

  package func gradient(_ context: GradientContext) throws(GraphError) -> [Tensor?] {
    guard let rank = context.inputType(0).shape.rank ?? context.inputType(1).shape[0] else {
      throw GraphError(.unimplemented, "Tile of an operand of unknown rank has no gradient")
    }
    let dy = context.dy()
    let axes = (0..<rank).map { 2 * $0 }
    if let multiples = context.knownIntegers(1), let extents = context.inputType(0).extents {
      let parts = reshape(dy, axes.indices.flatMap { [multiples[$0], extents[$0]] })
      return [reduceSum(parts, axis: axes), nil]
    }
    let shape = reshape(
      transpose(stack([cast(context.input(1), to: .int32), context.inputShape(0)])), [-1])
    return [reshape(reduceSum(reshape(dy, shape), axis: axes), context.inputShape(0)), nil]
  }
}
