package import GraphArrays

/// The list of the slices of `x` along its first axis.
package func tensorListFromTensor(_ x: Tensor) -> Tensor {
  let graph = x.graph
  var slice = x.type
  slice.shape = Shape(dimensions: x.shape.dimensions.map { Array($0.dropFirst()) })
  return graph.tensor(
    TensorListFromTensor(dtype: x.dtype), [x, graph.elementShape(slice)],
    name: "TensorListFromTensor")
}

/// The list of the slices of an array along its first axis. TF: `TensorListFromTensor`.
///
/// Operands: the array, and what is known of a slice's shape (-1 where nothing is).
package struct TensorListFromTensor: OpDefinition {
  package var dtype: DType

  package init(dtype: DType) { self.dtype = dtype }

  package var name: String { "TensorListFromTensor" }
  package static let attributes = [Attribute("element_dtype", \TensorListFromTensor.dtype)]

  package func infer(_ context: InferenceContext) throws(GraphError) -> [TensorType] {
    try context.expect(count: 2)
    let wanted = try context.elementShape(1)
    guard let dimensions = context.shape().dimensions else {
      return [.list(of: TensorType(dtype, wanted))]
    }
    guard !dimensions.isEmpty else {
      throw GraphError(.invalidArgument, "Tensor must be at least a vector, but saw shape: []")
    }
    let slice = Shape(dimensions: Array(dimensions.dropFirst()))
    guard let shape = slice.merged(with: wanted) else {
      throw GraphError(
        .invalidArgument,
        "Specified a list with shape \(wanted) from a tensor with shape \(slice)")
    }
    return [.list(of: TensorType(dtype, shape))]
  }

  /// Slices share the array's memory where each of them begins on a cache line; others are copied
  /// to places that do.
  package func kernel(_ request: KernelRequest) throws(GraphError) -> Kernel {
    let extents = request.inputShape()
    guard let count = extents.first, request.dtype.byteSize > 0 else {
      throw request.unsupported(name)
    }
    let shape = Array(extents.dropFirst())
    let size = (Shape.elementCount(shape) ?? 0) * request.dtype.byteSize
    let line = ArrayStorage.alignment
    let stride = (size + line - 1) / line * line
    let dtype = dtype
    return Kernel(
      retains: stride == size ? [0] : [], bindsOutputs: true
    ) { arguments, _ throws(RunFailure) in
      let whole: ArrayStorage
      if stride == size {
        guard let storage = arguments.storage(0) else {
          throw RunFailure(.internal, "an operand has no memory of its own")
        }
        whole = storage
      } else {
        whole = ArrayStorage(byteCount: count * stride)
        for index in 0..<count {
          whole.pointer.advanced(by: index * stride)
            .copyMemory(from: arguments.input(0) + index * size, byteCount: size)
        }
      }
      let items = (0..<count).map { index in
        TensorList.Item.array(
          ArrayStorage(
            pointer: whole.pointer + index * stride, byteCount: size, owner: whole),
          shape: shape)
      }
      arguments.setObject(TensorList(dtype: dtype, elementShape: Shape(shape), items: items))
    }
  }

  package func gradient(_ context: GradientContext) throws(GraphError) -> [Tensor?] {
    guard let d = context.outputGradients[0] else { return [nil, nil] }
    let x = context.inputType(0)
    guard let dimensions = x.shape.dimensions, !dimensions.contains(nil) else {
      // An item that nothing reached has zeros of its own shape, which only the run tells.
      return [tensorListStack(d, shape: context.sliceShape(0)), nil]
    }
    return [tensorListStack(d, count: dimensions[0]), nil]
  }
}

extension GradientContext {
  /// The shape of the slices of an operand along its first axis, an int32 vector.
  func sliceShape(_ index: Int) -> Tensor { inputShape(index)[1...] }
}
