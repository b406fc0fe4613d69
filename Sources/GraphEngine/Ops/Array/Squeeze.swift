internal import GraphArrays

/// `x` without axes of extent 1: these, or all of them. TF: `tf.squeeze`.
///
/// - Parameters:
///   - axes: Axes whose extent is 1, counted from the end where negative; nil for all such axes.
public func squeeze(_ x: Tensor, axes: [Int]? = nil, name: String? = nil) -> Tensor {
  x.graph.tensor(Squeeze(axes: axes ?? []), [x], name: name)
}

/// Its operand without axes of extent 1. TF: `Squeeze`.
package struct Squeeze: OpDefinition {
  /// The axes to drop; empty for all of extent 1.
  package var axes: [Int]

  package init(axes: [Int]) { self.axes = axes }

  package var name: String { "Squeeze" }
  package static let attributes = [Attribute("squeeze_dims", \Squeeze.axes)]

  package func infer(_ context: InferenceContext) throws(GraphError) -> [TensorType] {
    try context.expect(count: 1)
    let dtype = context.dtype()
    guard let dimensions = context.shape().dimensions else { return [TensorType(dtype, .unknown)] }
    if axes.isEmpty {
      guard dimensions.allSatisfy({ $0 != nil }) else { return [TensorType(dtype, .unknown)] }
      return [TensorType(dtype, Shape(dimensions: dimensions.filter { $0 != 1 }))]
    }
    var dropped: Set<Int> = []
    for axis in axes {
      let axis = try InferenceContext.axis(axis, rank: dimensions.count)
      if let extent = dimensions[axis], extent != 1 {
        throw GraphError(
          .invalidArgument,
          "Can not squeeze dim[\(axis)], expected a dimension of 1, got \(extent)")
      }
      dropped.insert(axis)
    }
    let rest = dimensions.indices.filter { !dropped.contains($0) }.map { dimensions[$0] }
    return [TensorType(dtype, Shape(dimensions: rest))]
  }

  package func knownElements(_ context: InferenceContext) -> [Int?]? { context.integers(0) }

  package func forwardedInput(_ context: () -> InferenceContext, _ output: TensorType) -> Int? {
    output.isExact && context()[0] == output ? 0 : nil
  }

  /// A reshape, once the extents are known.
  package func simplify(_ instruction: Instruction, _ rewriter: inout Rewriter) -> Bool {
    rewriter.finishReshape(instruction)
  }

  package func rowAxes(_ context: RowContext) throws(RowRefusal) -> [Int?] {
    [try context.reshaped()]
  }

  package func kernel(_ request: KernelRequest) throws(GraphError) -> Kernel {
    try request.requirePlainBytes(name)
    return .copy(byteCount: request.outputs[0].byteCount ?? 0)
  }

  package var isLinear: Bool { true }

  package func overTime(_ all: inout AllTurns) throws(GraphError) -> [Value]? {
    try all.reshape()
  }

  package func gradient(_ context: GradientContext) throws(GraphError) -> [Tensor?] {
    [reshape(context.dy(), context.inputShape(0))]
  }
}
