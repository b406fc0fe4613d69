public import GraphArrays

/// The different elements of a vector in the order in which they first appear, and for each element
/// the place of its value among them. TF: `tf.unique`.
///
/// - Parameters:
///   - indexType: The dtype of the places, `.int32` or `.int64`.
public func unique(
  _ x: Tensor, indexType: DType = .int32, name: String? = nil
) -> (values: Tensor, indices: Tensor) {
  let outputs = x.graph.tensors(Unique(indexType: indexType), [x], name: name)
  return (outputs[0], outputs[1])
}

/// The different elements of a vector. TF: `Unique`.
package struct Unique: OpDefinition {
  /// The dtype of the places.
  package var indexType: DType

  package init(indexType: DType) { self.indexType = indexType }

  package var name: String { "Unique" }
  package static let attributes = [Attribute("out_idx", \Unique.indexType)]
  package var outputCount: Int { 2 }
  /// How many values differ decides the shape of the result.
  package var specializedInputs: [Int] { [0] }

  package func infer(_ context: InferenceContext) throws(GraphError) -> [TensorType] {
    try context.expect(count: 1)
    try context.expect(0, rank: 1)
    let count = context.array(0).flatMap { Self.places(of: $0)?.first.count }
    return [
      TensorType(context.dtype(), [count]),
      TensorType(indexType, context.shape().merged(with: [nil]) ?? [nil]),
    ]
  }

  /// Positions of the different elements, and for each element the place of its value among them;
  /// nil for dtypes without elements.
  private static func places(of array: NDArray) -> (first: [Int], places: [Int])? {
    // Equal bits are equal values, but for zeros: -0 is 0. NaNs differ from each other.
    switch array.dtype {
    case .float32: places(array.scalars(as: Float.self))
    case .float64: places(array.scalars(as: Double.self))
    case .int32: places(array.scalars(as: Int32.self))
    case .int64: places(array.scalars(as: Int64.self))
    case .uint8: places(array.scalars(as: UInt8.self))
    case .bool: places(array.scalars(as: Bool.self))
    default: nil
    }
  }

  private static func places<Scalar: Hashable>(
    _ elements: [Scalar]
  ) -> (first: [Int], places: [Int]) {
    var known: [Scalar: Int] = [:]
    var first: [Int] = []
    let places = elements.enumerated().map { position, element in
      if let place = known[element] { return place }
      known[element] = first.count
      first.append(position)
      return first.count - 1
    }
    return (first, places)
  }

  package func kernel(_ request: KernelRequest) throws(GraphError) -> Kernel {
    guard let array = request.values[0], let (first, places) = Self.places(of: array) else {
      throw request.unsupported(name)
    }
    let size = request.dtype.byteSize
    let isInt64 = indexType == .int64
    return Kernel { arguments, _ throws(RunFailure) in
      for (i, position) in first.enumerated() {
        (arguments.output(0) + i * size).copyMemory(
          from: arguments.input(0) + position * size, byteCount: size)
      }
      for (i, place) in places.enumerated() {
        if isInt64 {
          arguments.output(1, as: Int64.self)[i] = Int64(place)
        } else {
          arguments.output(1, as: Int32.self)[i] = Int32(truncatingIfNeeded: place)
        }
      }
    }
  }

  package func gradient(_ context: GradientContext) throws(GraphError) -> [Tensor?] {
    throw GraphError(.unimplemented, "Unique has no gradient")
  }
}
