internal import GraphArrays

/// `x` with a new axis of extent 1 before axis `axis`; -1 is behind the last. TF: `tf.expand_dims`.
public func expandDims(_ x: Tensor, axis: Int, name: String? = nil) -> Tensor {
  x.graph.declare(name ?? "ExpandDims") { name in
    x.graph.tensor(ExpandDims(), [x, x.graph.int32(axis, name: "dim")], name: name)
  }
}

/// Its operand with a new axis. TF: `ExpandDims`.
package struct ExpandDims: OpDefinition {
  package init() {}
  package var name: String { "ExpandDims" }
  package var specializedInputs: [Int] { [1] }
  package var kernelInputs: [Int] { [] }

  package func infer(_ context: InferenceContext) throws(GraphError) -> [TensorType] {
    try context.expect(count: 2)
    try context.expectInteger(1)
    guard var dimensions = context.shape(0).dimensions else {
      return [TensorType(context.dtype(0), .unknown)]
    }
    let rank = dimensions.count
    guard let axis = context.integer(1) ?? (rank == 0 ? 0 : nil) else {
      return [TensorType(context.dtype(0), Shape(rank: rank + 1))]
    }
    guard axis >= -rank - 1, axis <= rank else {
      throw GraphError(
        .invalidArgument, "Tried to expand dim index \(axis) for tensor with \(rank) dimensions.")
    }
    dimensions.insert(1, at: axis < 0 ? axis + rank + 1 : axis)
    return [TensorType(context.dtype(0), Shape(dimensions: dimensions))]
  }

  package func knownElements(_ context: InferenceContext) -> [Int?]? { context.integers(0) }

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
    [reshape(context.dy(), context.inputShape(0)), nil]
  }
}
