internal import CKernels
internal import GraphArrays
internal import GraphKernels

/// Zeros to which the slices `updates` are added at the places that the rows of `indices` name.
/// TF: `tf.scatter_nd`.
///
/// - Parameters:
///   - indices: `[..., k]`: each row has the indices along the first `k` axes.
///   - updates: The extents of `indices` but for the last, and those of a slice.
public func scatterND(
  _ indices: Tensor, _ updates: Tensor, shape: [Int], name: String? = nil
) -> Tensor {
  let graph = updates.graph
  return graph.declare(name ?? "ScatterNd") { name in
    graph.tensor(
      ScatterNd(),
      [indices, updates, graph.constant(shape, dtype: indices.dtype, name: "shape")], name: name)
  }
}

/// Zeros to which slices are added, in the shape that a vector of the indices' dtype gives.
public func scatterND(
  _ indices: Tensor, _ updates: Tensor, shape: Tensor, name: String? = nil
) -> Tensor {
  updates.graph.tensor(ScatterNd(), [indices, updates, shape], name: name)
}

/// Zeros in the shape of its last operand, to which slices are added. TF: `ScatterNd`.
package struct ScatterNd: OpDefinition {
  package init() {}
  package var name: String { "ScatterNd" }
  package var effects: Effects { .canFail }
  package var specializedInputs: [Int] { [2] }

  package func infer(_ context: InferenceContext) throws(GraphError) -> [TensorType] {
    try context.expect(count: 3)
    try context.expectInteger(0)
    try context.expectSameDType([0, 2])
    let shape = try context.extents(from: 2)
    if let indices = context.shape(0).dimensions, let depth = indices.last ?? nil,
      let dimensions = shape.dimensions
    {
      guard depth <= dimensions.count else {
        throw GraphError(
          .invalidArgument,
          "indices.shape[-1] must be <= the rank of the result, but saw indices shape: "
            + "\(context.shape(0)) and shape: \(shape)")
      }
      let wanted = Shape(dimensions: indices.dropLast() + dimensions[depth...])
      guard wanted.isCompatible(with: context.shape(1)) else {
        throw GraphError(
          .invalidArgument, "updates must have shape \(wanted), got \(context.shape(1))")
      }
    }
    return [TensorType(context.dtype(1), shape)]
  }

  package func kernel(_ request: KernelRequest) throws(GraphError) -> Kernel {
    let dtype = request.outputs[0].dtype
    guard let type = dtype.kernelType, let add = KernelTable.best.pointee.add[type] else {
      throw request.unsupported(name)
    }
    let places = IndexedPlaces(request, indices: 0, extents: request.outputShape())
    let (size, byteCount) = (dtype.byteSize, request.outputs[0].byteCount ?? 0)
    let rowBytes = places.rowLength * size
    return Kernel(flops: Double(request.inputCount(1))) { arguments, _ throws(RunFailure) in
      let target = arguments.output()
      target.initializeMemory(as: UInt8.self, repeating: 0, count: byteCount)
      for row in 0..<places.count {
        guard let place = places.row(row, arguments) else {
          throw places.failure(arguments, "does not index into shape")
        }
        let slice = target + place * rowBytes
        add(slice, slice, arguments.input(1) + row * rowBytes, places.rowLength, 1, 1)
      }
    }
  }

  package func gradient(_ context: GradientContext) throws(GraphError) -> [Tensor?] {
    [nil, gatherND(context.dy(), context.input(0)), nil]
  }
}
