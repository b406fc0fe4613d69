internal import GraphArrays
internal import GraphKernels

/// The slices of `x` along an axis, without that axis. TF: `tf.unstack`.
///
/// - Parameters:
///   - count: The number of slices; nil where the extent of `x` along the axis is known.
///   - axis: Counted from the end where negative.
public func unstack(
  _ x: Tensor, count: Int? = nil, axis: Int = 0, name: String? = nil
) -> [Tensor] {
  guard let count = count ?? x.shape[axis] else {
    if x.isValid {
      x.graph.record(
        GraphError(
          .invalidArgument,
          "the extent of \(x.type) along axis \(axis) is not known; say how many slices there are"),
        "Unpack", name ?? "unstack")
    }
    return []
  }
  return x.graph.tensors(
    Unpack(count: count, axis: axis), [x], name: name, defaultName: "unstack")
}

/// The slices of its operand along an axis. TF: `Unpack`.
package struct Unpack: OpDefinition {
  /// The number of slices.
  package let count: Int
  /// The axis.
  package let axis: Int

  package init(count: Int, axis: Int) {
    self.count = count
    self.axis = axis
  }

  package var name: String { "Unpack" }
  package static let attributes = [Attribute("num", \Unpack.count), Attribute("axis", \.axis)]
  package var outputCount: Int { count }

  package func infer(_ context: InferenceContext) throws(GraphError) -> [TensorType] {
    try context.expect(count: 1)
    try context.expect(outputCount: count)
    guard var dimensions = context.shape().dimensions else {
      return Array(repeating: TensorType(context.dtype(), .unknown), count: count)
    }
    let at = try InferenceContext.axis(axis, rank: dimensions.count)
    if let extent = dimensions.remove(at: at), extent != count {
      throw GraphError(
        .invalidArgument, "Input shape axis \(at) must equal \(count), got \(extent)")
    }
    return Array(
      repeating: TensorType(context.dtype(), Shape(dimensions: dimensions)), count: count)
  }

  package func kernel(_ request: KernelRequest) throws(GraphError) -> Kernel {
    try request.requirePlainBytes(name)
    let shape = request.outputs.isEmpty ? [] : request.outputShape()
    var strides = StridedCopy.denseStrides(of: request.inputShape())
    let step = strides.remove(at: try InferenceContext.axis(axis, rank: strides.count))
    let size = request.dtype.byteSize
    return .copies(
      request.outputs.indices.map { output in
        let copy = StridedCopy(
          shape: shape, outputStrides: StridedCopy.denseStrides(of: shape), inputStrides: strides,
          inputOffset: output * step, elementSize: size)
        return PlannedCopy(copy, output: output, byteCount: request.outputCount(output) * size)
      })
  }

  package func gradient(_ context: GradientContext) throws(GraphError) -> [Tensor?] {
    guard count > 0 else { return [nil] }
    return [stack((0..<count).map { context.dy($0) }, axis: axis)]
  }
}
