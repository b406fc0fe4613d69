internal import GraphArrays
internal import GraphKernels

/// `x` with the order of its elements along these axes reversed. TF: `tf.reverse`.
public func reverse(_ x: Tensor, axes: [Int], name: String? = nil) -> Tensor {
  x.graph.declare(name ?? "ReverseV2") { name in
    x.graph.tensor(ReverseV2(), [x, x.graph.int32(axes, name: "axis")], name: name)
  }
}

/// Its first operand, reversed along the axes in the second. TF: `ReverseV2`.
package struct ReverseV2: OpDefinition {
  package init() {}
  package var name: String { "ReverseV2" }
  package var specializedInputs: [Int] { [1] }

  package func infer(_ context: InferenceContext) throws(GraphError) -> [TensorType] {
    try context.expect(count: 2)
    try context.expectInteger(1)
    try context.expect(1, rank: 1)
    if let rank = context.shape(0).rank, let axes = context.allIntegers(1) {
      _ = try Self.resolve(axes, rank: rank)
    }
    return [context[0]]
  }

  private static func resolve(_ axes: [Int], rank: Int) throws(GraphError) -> Set<Int> {
    var result: Set<Int> = []
    for axis in axes {
      let at = try InferenceContext.axis(axis, rank: rank)
      guard result.insert(at).inserted else {
        throw GraphError(.invalidArgument, "axis \(at) specified more than once.")
      }
    }
    return result
  }

  package func knownElements(_ context: InferenceContext) -> [Int?]? {
    guard let elements = context.integers(0), let axes = context.allIntegers(1) else { return nil }
    return axes.isEmpty ? elements : elements.reversed()
  }

  package func forwardedInput(_ context: () -> InferenceContext, _ output: TensorType) -> Int? {
    context().shape(1)[0] == 0 ? 0 : nil
  }

  /// What is reversed twice along the same axes is as it was.
  package func simplify(_ instruction: Instruction, _ rewriter: inout Rewriter) -> Bool {
    guard let (_, inputs) = rewriter.maker(instruction.inputs[0], as: ReverseV2.self),
      let rank = rewriter.type(inputs[0]).shape.rank,
      let inner = rewriter.integers(inputs[1]),
      let outer = rewriter.integers(instruction.inputs[1]),
      let first = try? Self.resolve(inner, rank: rank),
      first == (try? Self.resolve(outer, rank: rank))
    else { return false }
    return rewriter.forward(to: inputs[0])
  }

  package func kernel(_ request: KernelRequest) throws(GraphError) -> Kernel {
    try request.requirePlainBytes(name)
    let extents = request.inputShape()
    let axes = try Self.resolve(try request.integers(1), rank: extents.count)
    if axes.allSatisfy({ extents[$0] == 1 }) {
      return .copy(byteCount: request.outputs[0].byteCount ?? 0)
    }
    var strides = StridedCopy.denseStrides(of: extents)
    var offset = 0
    for axis in axes where extents[axis] > 0 {
      offset += (extents[axis] - 1) * strides[axis]
      strides[axis] = -strides[axis]
    }
    return .view(request, strides: strides, offset: offset)
  }

  package func overTime(_ all: inout AllTurns) throws(GraphError) -> [Value]? {
    guard all.isStacked(0), let axes = all.integers(1) else { return nil }
    let rank = all.rank(0)
    let shifted = axes.map { ($0 < 0 ? $0 + rank : $0) + 1 }
    return [try all.emit(self, [all.operands[0].value, all.vector(shifted)])]
  }

  package func gradient(_ context: GradientContext) throws(GraphError) -> [Tensor?] {
    [context.graph.tensor(ReverseV2(), [context.dy(), context.input(1)]), nil]
  }
}
