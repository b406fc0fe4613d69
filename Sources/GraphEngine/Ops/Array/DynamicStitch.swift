internal import GraphArrays

/// Slices of several tensors, each at the place in the result that an index names. TF:
/// `tf.dynamic_stitch`.
///
///     result[indices[m][i, ...], ...] = data[m][i, ..., ...]
///
/// The result has as many slices as the greatest index asks for. Where an index appears more than
/// once, the last slice stays; a place that no index names has zeros (in TensorFlow any values).
///
/// - Parameters:
///   - indices: int32 tensors.
///   - data: As many tensors of one dtype, each with the extents of its indices, then those of a
///     slice.
public func dynamicStitch(_ indices: [Tensor], _ data: [Tensor], name: String? = nil) -> Tensor {
  guard let first = data.first else {
    preconditionFailure("dynamicStitch wants at least one tensor")
  }
  return first.graph.tensor(
    DynamicStitch(count: data.count), indices + data, name: name, defaultName: "DynamicStitch")
}

/// Slices at the places that indices name. TF: `DynamicStitch`, `ParallelDynamicStitch`.
///
/// Operands: all tensors of indices, then as many of slices.
package struct DynamicStitch: OpDefinition {
  /// The number of tensors of indices.
  package var count: Int
  /// Whether TensorFlow may write slices with equal indices in any order.
  package let isParallel: Bool

  package init(count: Int, isParallel: Bool = false) {
    self.count = count
    self.isParallel = isParallel
  }

  package var name: String { isParallel ? "ParallelDynamicStitch" : "DynamicStitch" }
  package static let attributes = [Attribute("N", \DynamicStitch.count)]
  package var effects: Effects { .canFail }
  /// The greatest index decides the shape.
  package var specializedInputs: [Int] { Array(0..<count) }

  package func infer(_ context: InferenceContext) throws(GraphError) -> [TensorType] {
    try context.expect(count: 2 * count)
    try context.expectSameDType(Array(count..<2 * count))
    var slice = Shape.unknown
    var last: Int? = -1
    for i in 0..<count {
      try context.expect(i, isOneOf: [.int32])
      if let values = context.allIntegers(i) {
        if let least = values.min(), least < 0 {
          throw GraphError(.invalidArgument, "indices[\(i)] is out of range")
        }
        last = last.map { max($0, values.max() ?? -1) }
      } else {
        last = nil
      }
      guard let indices = context.shape(i).dimensions,
        let data = context.shape(count + i).dimensions
      else { continue }
      guard data.count >= indices.count,
        Shape(dimensions: indices).isCompatible(
          with: Shape(dimensions: Array(data[..<indices.count]))),
        let merged = slice.merged(with: Shape(dimensions: Array(data[indices.count...])))
      else {
        throw GraphError(
          .invalidArgument,
          "data[\(i)].shape = \(context.shape(count + i)) does not start with "
            + "indices[\(i)].shape = \(context.shape(i)), or has other slices than the others")
      }
      slice = merged
    }
    let first = Shape(dimensions: [last.map { $0 + 1 }])
    return [TensorType(context.dtype(count), first.appending(contentsOf: slice))]
  }

  package func kernel(_ request: KernelRequest) throws(GraphError) -> Kernel {
    try request.requirePlainBytes(name)
    let rowBytes =
      request.outputShape().dropFirst().reduce(1, *) * request.outputs[0].dtype.byteSize
    let byteCount = request.outputs[0].byteCount ?? 0
    var places: [[Int]] = []
    for i in 0..<count { places.append(try request.integers(i)) }
    let (rows, count) = (places, count)
    return Kernel { arguments, _ throws(RunFailure) in
      let target = arguments.output()
      target.initializeMemory(as: UInt8.self, repeating: 0, count: byteCount)
      for i in 0..<count {
        let source = arguments.input(count + i)
        for (j, row) in rows[i].enumerated() {
          (target + row * rowBytes).copyMemory(
            from: source + j * rowBytes, byteCount: rowBytes)
        }
      }
    }
  }

  package func gradient(_ context: GradientContext) throws(GraphError) -> [Tensor?] {
    let dy = context.dy()
    return [Tensor?](repeating: nil, count: count)
      + (0..<count).map { gather(dy, context.input($0)) }
  }
}
