internal import GraphArrays
internal import GraphKernels

/// `x` repeated along axes of extent 1, and along new first axes, so that it has this shape.
/// TF: `tf.broadcast_to`.
public func broadcast(_ x: Tensor, to shape: [Int], name: String? = nil) -> Tensor {
  x.graph.declare(name ?? "BroadcastTo") { name in
    x.graph.tensor(BroadcastTo(), [x, x.graph.int32(shape, name: "shape")], name: name)
  }
}

/// `x` repeated so that it has the shape that an integer vector gives when the graph runs.
public func broadcast(_ x: Tensor, to shape: Tensor, name: String? = nil) -> Tensor {
  x.graph.tensor(BroadcastTo(), [x, shape], name: name)
}

/// Its first operand, broadcast to the shape of the second. TF: `BroadcastTo`.
package struct BroadcastTo: OpDefinition {
  package init() {}
  package var name: String { "BroadcastTo" }
  package var specializedInputs: [Int] { [1] }

  package func infer(_ context: InferenceContext) throws(GraphError) -> [TensorType] {
    try context.expect(count: 2)
    try context.expectInteger(1)
    let target = try context.extents(from: 1)
    guard let source = context.shape(0).dimensions, var result = target.dimensions else {
      return [TensorType(context.dtype(0), target)]
    }
    let refusal = GraphError(
      .invalidArgument,
      "Incompatible shapes: \(Self.text(source)) vs. \(Self.text(result))")
    guard source.count <= result.count else { throw refusal }
    for (i, extent) in source.enumerated() {
      let at = result.count - source.count + i
      guard let extent, extent != 1 else { continue }
      if let wanted = result[at], wanted != extent { throw refusal }
      result[at] = extent
    }
    return [TensorType(context.dtype(0), Shape(dimensions: result))]
  }

  private static func text(_ dimensions: [Int?]) -> String {
    "[\(dimensions.map { $0.map(String.init) ?? "?" }.joined(separator: ","))]"
  }

  package func knownElements(_ context: InferenceContext) -> [Int?]? {
    guard let elements = context.integers(0), elements.count == 1,
      let dimensions = try? context.extents(from: 1).dimensions, dimensions.count <= 1
    else { return nil }
    guard let extent = dimensions.first else { return elements }
    return extent.map { Array(repeating: elements[0], count: min($0, KnownValue.limit + 1)) }
  }

  package func forwardedInput(_ context: () -> InferenceContext, _ output: TensorType) -> Int? {
    output.isExact && context()[0] == output ? 0 : nil
  }

  package func kernel(_ request: KernelRequest) throws(GraphError) -> Kernel {
    try request.requirePlainBytes(name)
    let source = request.inputShape()
    let result = request.outputShape()
    if request.inputCount() == request.outputCount() {
      return .copy(byteCount: request.outputs[0].byteCount ?? 0)
    }
    let dense = StridedCopy.denseStrides(of: source)
    let strides = result.indices.map { axis in
      let i = axis - (result.count - source.count)
      return i < 0 || source[i] == 1 ? 0 : dense[i]
    }
    return .view(request, strides: strides)
  }

  package func overTime(_ all: inout AllTurns) throws(GraphError) -> [Value]? {
    guard all.isStacked(0), !all.isStacked(1) else { return nil }
    let shape = all.extents(ofResult: 0)
    return [try all.emit(self, [all.aligned(0, rank: shape.count - 1), all.vector(shape)])]
  }

  package func gradient(_ context: GradientContext) throws(GraphError) -> [Tensor?] {
    [context.unbroadcast(context.dy(), to: 0), nil]
  }
}
