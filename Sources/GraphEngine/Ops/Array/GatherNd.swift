internal import GraphArrays

/// The slices of `x` at the places that the rows of `indices` name. TF: `tf.gather_nd`.
///
/// - Parameters:
///   - indices: `[..., k]`: each row has the indices along the first `k` axes of `x`.
/// - Returns: The extents of `indices` but for the last, and those of `x` behind its axis `k`.
public func gatherND(_ x: Tensor, _ indices: some TensorConvertible, name: String? = nil) -> Tensor
{
  x.graph.declare(name ?? "GatherNd") { name in
    x.graph.tensor(
      GatherNd(), [x, x.graph.operand(indices, dtype: nil, name: "indices")], name: name)
  }
}

/// Slices of its first operand at the places in the second. TF: `GatherNd`.
package struct GatherNd: OpDefinition {
  package init() {}
  package var name: String { "GatherNd" }
  package var effects: Effects { .canFail }

  package func infer(_ context: InferenceContext) throws(GraphError) -> [TensorType] {
    try context.expect(count: 2)
    try context.expectInteger(1)
    guard let indices = context.shape(1).dimensions else {
      return [TensorType(context.dtype(0), .unknown)]
    }
    guard let last = indices.last else {
      throw GraphError(.invalidArgument, "indices must be at least a vector")
    }
    guard let depth = last, let dimensions = context.shape(0).dimensions else {
      return [TensorType(context.dtype(0), .unknown)]
    }
    guard depth <= dimensions.count else {
      throw GraphError(
        .invalidArgument,
        "indices.shape[-1] must be <= params.rank, but saw indices shape: \(context.shape(1)) and "
          + "params shape: \(context.shape(0))")
    }
    return [
      TensorType(
        context.dtype(0), Shape(dimensions: indices.dropLast() + dimensions[depth...]))
    ]
  }

  package func kernel(_ request: KernelRequest) throws(GraphError) -> Kernel {
    try request.requirePlainBytes(name)
    let extents = request.inputShape(0)
    let places = IndexedPlaces(request, indices: 1, extents: extents)
    let rowBytes = places.rowLength * request.dtype.byteSize
    let rowsPerBlock = max(1, Kernel.copyBlockSize / max(1, rowBytes))
    return .elementwise(count: places.count, flopsPerElement: 0, blockSize: rowsPerBlock) {
      arguments, range throws(RunFailure) in
      for row in range {
        guard let place = places.row(row, arguments) else {
          throw places.failure(arguments, "does not index into param shape")
        }
        (arguments.output() + row * rowBytes).copyMemory(
          from: arguments.input(0) + place * rowBytes, byteCount: rowBytes)
      }
    }
  }

  package func gradient(_ context: GradientContext) throws(GraphError) -> [Tensor?] {
    let indices = context.input(1)
    let shape = context.inputShape(0)
    let wide = context.inputType(1).dtype == .int64 ? cast(shape, to: .int64) : shape
    return [scatterND(indices, context.dy(), shape: wide), nil]
  }
}

/// Slices of a tensor at places that rows of indices name.
struct IndexedPlaces: Sendable {
  /// The number of rows of indices.
  let count: Int
  /// The number of elements of a slice.
  let rowLength: Int
  private let extents: [Int]
  private let depth: Int
  private let indices: IntegerOperand
  private let outerShape: [Int]

  /// - Parameters:
  ///   - indices: The operand with the indices, `[..., depth]`.
  ///   - extents: The shape of the tensor.
  init(_ request: KernelRequest, indices: Int, extents: [Int]) {
    let shape = request.inputShape(indices)
    depth = shape.last ?? 0
    outerShape = Array(shape.dropLast())
    count = outerShape.reduce(1, *)
    rowLength = extents.dropFirst(depth).reduce(1, *)
    self.extents = extents
    self.indices = IntegerOperand(indices, request)
  }

  /// The slice, counted from 0, that a row of indices names; nil where there is none.
  @inline(__always)
  func row(_ row: Int, _ arguments: Arguments) -> Int? {
    var place = 0
    for axis in 0..<depth {
      let index = indices.value(arguments, at: row * depth + axis)
      guard index >= 0, index < extents[axis] else { return nil }
      place = place * extents[axis] + index
    }
    return place
  }

  /// The first row of indices that names no slice.
  func failure(_ arguments: Arguments, _ text: String) -> RunFailure {
    for row in 0..<count where self.row(row, arguments) == nil {
      let values = (0..<depth).map { "\(indices.value(arguments, at: row * depth + $0))" }
      let position = positionText(row, in: outerShape)
      return RunFailure(
        .invalidArgument,
        "indices\(position) = [\(values.joined(separator: ", "))] \(text) \(extentsText(extents))"
      )
    }
    return RunFailure(.invalidArgument, "an index is out of range")
  }
}
