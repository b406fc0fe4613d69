internal import GraphArrays

/// The places of the elements that are true, or not zero, in row-major order. TF: `tf.where`.
///
/// - Returns: An int64 matrix `[count, rank]`; how many rows it has depends on the values.
public func whereTrue(_ x: Tensor, name: String? = nil) -> Tensor {
  x.graph.tensor(Where(), [x], name: name)
}

/// The slices of `x` whose element of `mask` is true. TF: `tf.boolean_mask`.
///
/// - Parameters:
///   - mask: A bool tensor whose extents are the first ones of `x`.
/// - Returns: `[count]` and the extents of `x` behind those of the mask.
public func booleanMask(_ x: Tensor, _ mask: Tensor, name: String? = nil) -> Tensor {
  x.graph.nameScope(name ?? "boolean_mask") { gatherND(x, whereTrue(mask)) }
}

/// The places of elements that are not zero. TF: `Where`.
package struct Where: OpDefinition {
  package init() {}
  package var name: String { "Where" }
  /// How many elements are not zero decides the shape of the result.
  package var specializedInputs: [Int] { [0] }

  package func infer(_ context: InferenceContext) throws(GraphError) -> [TensorType] {
    try context.expect(count: 1)
    guard context.dtype().byteSize > 0 else {
      throw GraphError(.invalidArgument, "\(context.dtype()) elements are neither true nor false")
    }
    let count = context.array(0).map { Self.places(in: $0).count }
    return [TensorType(.int64, [count, context.shape().rank])]
  }

  private static func places(in array: NDArray) -> [Int] {
    array.dtype.isFloating
      ? array.scalars(as: Double.self).indices(where: { $0 != 0 })
      : array.scalars(as: Int64.self).indices(where: { $0 != 0 })
  }

  package func kernel(_ request: KernelRequest) throws(GraphError) -> Kernel {
    guard let array = request.values[0] else { throw request.unsupported(name) }
    let shape = request.inputShape()
    let places = Self.places(in: array)
    return Kernel { arguments, _ throws(RunFailure) in
      let target = arguments.output(0, as: Int64.self)
      for (row, place) in places.enumerated() {
        var rest = place
        for axis in shape.indices.reversed() {
          target[row * shape.count + axis] = Int64(rest % shape[axis])
          rest /= shape[axis]
        }
      }
    }
  }

  package func gradient(_ context: GradientContext) throws(GraphError) -> [Tensor?] { [nil] }
}

extension Array {
  fileprivate func indices(where isWanted: (Element) -> Bool) -> [Int] {
    indices.filter { isWanted(self[$0]) }
  }
}
