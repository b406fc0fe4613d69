internal import GraphArrays
internal import GraphKernels

/// Tensors of one shape along a new axis. TF: `tf.stack`.
///
/// - Parameters:
///   - values: At least one tensor.
///   - axis: The place of the new axis in the result; -1 is behind the last.
public func stack(_ values: [Tensor], axis: Int = 0, name: String? = nil) -> Tensor {
  guard let graph = values.first?.graph else {
    return Graph.refuse("wants at least one operand", "Pack", name ?? "stack")
  }
  return graph.tensor(
    Pack(count: values.count, axis: axis), values, name: name, defaultName: "stack")
}

/// Its operands along a new axis. TF: `Pack`.
package struct Pack: OpDefinition {
  /// The number of operands.
  package var count: Int
  /// The place of the new axis.
  package var axis: Int

  package init(count: Int, axis: Int) {
    self.count = count
    self.axis = axis
  }

  package var name: String { "Pack" }
  package static let attributes = [Attribute("N", \Pack.count), Attribute("axis", \.axis)]

  package func infer(_ context: InferenceContext) throws(GraphError) -> [TensorType] {
    try context.expect(count: count)
    try context.expectSameDType()
    var common = Shape.unknown
    for (i, type) in context.types.enumerated() {
      guard let merged = common.merged(with: type.shape) else {
        throw GraphError(
          .invalidArgument,
          "Shapes of all inputs must match: values[0].shape = \(context.shape(0)) != "
            + "values[\(i)].shape = \(type.shape)")
      }
      common = merged
    }
    guard var dimensions = common.dimensions else {
      return [TensorType(context.dtype(), .unknown)]
    }
    let at = try InferenceContext.axis(axis, rank: dimensions.count + 1)
    dimensions.insert(count, at: at)
    return [TensorType(context.dtype(), Shape(dimensions: dimensions))]
  }

  package func knownElements(_ context: InferenceContext) -> [Int?]? {
    let elements = (0..<count).map { context.integers($0)?.first ?? nil }
    return elements.contains { $0 != nil } ? elements : nil
  }

  /// All slices of a value, in their order, are that value.
  package func simplify(_ instruction: Instruction, _ rewriter: inout Rewriter) -> Bool {
    guard let maker = rewriter.maker(instruction.inputs[0]),
      let unpack = maker.definition.as(Unpack.self), maker.outputs == instruction.inputs,
      let rank = rewriter.type(maker.inputs[0]).shape.rank,
      let packed = try? InferenceContext.axis(axis, rank: rank),
      packed == (try? InferenceContext.axis(unpack.axis, rank: rank))
    else { return false }
    return rewriter.forward(to: maker.inputs[0])
  }

  package func kernel(_ request: KernelRequest) throws(GraphError) -> Kernel {
    try request.requirePlainBytes(name)
    let shape = request.inputShape()
    let result = request.outputShape()
    var strides = StridedCopy.denseStrides(of: result)
    let at = try InferenceContext.axis(axis, rank: result.count)
    let step = strides.remove(at: at)
    let size = request.dtype.byteSize
    return .copies(
      (0..<count).map { operand in
        let copy = StridedCopy(
          shape: shape, outputStrides: strides, inputStrides: StridedCopy.denseStrides(of: shape),
          outputOffset: operand * step, elementSize: size)
        return PlannedCopy(copy, input: operand, byteCount: request.inputCount() * size)
      })
  }

  package func overTime(_ all: inout AllTurns) throws(GraphError) -> [Value]? {
    var parts: [Value] = []
    for operand in 0..<count { parts.append(try all.stack(operand)) }
    return [try all.emit(axis < 0 ? self : Pack(count: count, axis: axis + 1), parts)]
  }

  package func gradient(_ context: GradientContext) throws(GraphError) -> [Tensor?] {
    unstack(context.dy(), count: count, axis: axis)
  }
}
