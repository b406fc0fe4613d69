internal import GraphArrays

/// The axes along which the gradient of an elementwise result is summed for each of two operands,
/// given the shapes of both. TF: `BroadcastGradientArgs`.
///
/// - Parameters:
///   - x: The shape of the first operand, an integer vector.
///   - y: The shape of the second.
package func broadcastGradientArguments(
  _ x: Tensor, _ y: Tensor, name: String? = nil
) -> (x: Tensor, y: Tensor) {
  let axes = x.graph.tensors(BroadcastGradientArgs(), [x, y], name: name)
  return (axes[0], axes[1])
}

/// Axes along which two shapes are broadcast to each other. TF: `BroadcastGradientArgs`.
package struct BroadcastGradientArgs: OpDefinition {
  package init() {}
  package var name: String { "BroadcastGradientArgs" }
  package var outputCount: Int { 2 }
  package var specializedInputs: [Int] { [0, 1] }

  package func infer(_ context: InferenceContext) throws(GraphError) -> [TensorType] {
    try context.expect(count: 2)
    try context.expectSameDType()
    try context.expectInteger(0)
    try context.expect(0, rank: 1)
    try context.expect(1, rank: 1)
    guard let x = context.allIntegers(0), let y = context.allIntegers(1) else {
      return [TensorType(context.dtype(), [nil]), TensorType(context.dtype(), [nil])]
    }
    let axes = try Self.axes(x, y)
    return axes.map { TensorType(context.dtype(), exact: [$0.count]) }
  }

  /// The axes along which each of the shapes is broadcast. Axes of extent 1 in both count for both.
  static func axes(_ x: [Int], _ y: [Int]) throws(GraphError) -> [[Int]] {
    let rank = max(x.count, y.count)
    let shapes = [x, y].map { Array(repeating: 1, count: rank - $0.count) + $0 }
    var axes: [[Int]] = [[], []]
    // Equal shapes are not broadcast at all, even where an extent is 1.
    if x == y { return axes }
    for axis in 0..<rank {
      let (p, q) = (shapes[0][axis], shapes[1][axis])
      guard p == q || p == 1 || q == 1 else {
        throw GraphError(
          .invalidArgument, "Incompatible shapes: \(extentsText(x)) vs. \(extentsText(y))")
      }
      if p == 1 { axes[0].append(axis) }
      if q == 1 { axes[1].append(axis) }
    }
    return axes
  }

  package func kernel(_ request: KernelRequest) throws(GraphError) -> Kernel {
    .integers(try Self.axes(try request.integers(0), try request.integers(1)), request.dtype)
  }

  package func gradient(_ context: GradientContext) throws(GraphError) -> [Tensor?] { [nil, nil] }
}
