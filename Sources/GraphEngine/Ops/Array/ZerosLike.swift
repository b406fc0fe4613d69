internal import GraphArrays

/// Zeros of the dtype and shape of `x`. TF: `tf.zeros_like`.
public func zerosLike(_ x: Tensor, name: String? = nil) -> Tensor {
  guard x.isValid else { return x }
  if let extents = x.shape.known, x.dtype.byteSize > 0 {
    return x.graph.zeros(extents, x.dtype, name: name ?? "zeros_like")
  }
  return x.graph.tensor(ZerosLike(), [x], name: name, defaultName: "zeros_like")
}

/// Ones of the dtype and shape of `x`. TF: `tf.ones_like`.
public func onesLike(_ x: Tensor, name: String? = nil) -> Tensor {
  guard x.isValid else { return x }
  if let extents = x.shape.known, x.dtype.byteSize > 0 {
    return x.graph.ones(extents, x.dtype, name: name ?? "ones_like")
  }
  let graph = x.graph
  return graph.declare(name ?? "ones_like") { name in
    graph.tensor(
      Fill(), [x.dynamicShape, graph.constant(NDArray.ones([], x.dtype), name: "Const")],
      name: name)
  }
}

/// Zeros in the shape of the operand; for a list one as long whose items are zeros.
/// TF: `ZerosLike`.
package struct ZerosLike: OpDefinition {
  package init() {}
  package var name: String { "ZerosLike" }

  package func infer(_ context: InferenceContext) throws(GraphError) -> [TensorType] {
    try context.expect(count: 1)
    return [context[0]]
  }

  package func knownElements(_ context: InferenceContext) -> [Int?]? {
    context.integers(0)?.map { _ in 0 }
  }

  /// A fill, which no longer needs the operand, once the extents are known.
  package func simplify(_ instruction: Instruction, _ rewriter: inout Rewriter) -> Bool {
    rewriter.finishFill(instruction) { NDArray.zeros([], $0) }
  }

  package func rowAxes(_ context: RowContext) throws(RowRefusal) -> [Int?] {
    [try context.aligned()]
  }

  package func kernel(_ request: KernelRequest) throws(GraphError) -> Kernel {
    guard request.dtype == .variant else {
      return try .constantBytes(request, of: NDArray.zeros([], request.dtype))
    }
    return Kernel(bindsOutputs: true) { arguments, _ throws(RunFailure) in
      arguments.setObject(try arguments.list(0).zeros)
    }
  }

  package func gradient(_ context: GradientContext) throws(GraphError) -> [Tensor?] { [nil] }
}

/// Ones in the shape of the operand. TF: `OnesLike`.
package struct OnesLike: OpDefinition {
  package init() {}
  package var name: String { "OnesLike" }

  package func infer(_ context: InferenceContext) throws(GraphError) -> [TensorType] {
    try context.expect(count: 1)
    return [context[0]]
  }

  package func knownElements(_ context: InferenceContext) -> [Int?]? {
    context.integers(0)?.map { _ in 1 }
  }

  /// A fill, which no longer needs the operand, once the extents are known.
  package func simplify(_ instruction: Instruction, _ rewriter: inout Rewriter) -> Bool {
    rewriter.finishFill(instruction) { NDArray.ones([], $0) }
  }

  package func rowAxes(_ context: RowContext) throws(RowRefusal) -> [Int?] {
    [try context.aligned()]
  }

  package func kernel(_ request: KernelRequest) throws(GraphError) -> Kernel {
    try .constantBytes(request, of: NDArray.ones([], request.dtype))
  }

  package func gradient(_ context: GradientContext) throws(GraphError) -> [Tensor?] { [nil] }
}

extension Kernel {
  /// A kernel that fills its result with one element, and reads no operand.
  fileprivate static func constantBytes(
    _ request: KernelRequest, of value: @autoclosure () -> NDArray
  ) throws(GraphError) -> Kernel {
    let size = request.dtype.byteSize
    guard size > 0 else { throw request.unsupported("a fill") }
    let value = value()
    return .elementwise(count: request.outputCount(), inPlace: [0], flopsPerElement: 0) {
      arguments, range throws(RunFailure) in
      fillElements(
        arguments.output(), range, with: UnsafeRawPointer(value.storage.pointer), size: size)
    }
  }
}

extension Rewriter {
  /// Puts a fill with an element of its dtype in the place of an instruction of known extents.
  fileprivate mutating func finishFill(
    _ instruction: Instruction, _ element: (DType) -> NDArray
  ) -> Bool {
    let type = type(instruction.outputs[0])
    guard let extents = type.extents, type.dtype.byteSize > 0 else { return false }
    return finish(Fill(), [add(integers: extents), add(element(type.dtype))])
  }
}
