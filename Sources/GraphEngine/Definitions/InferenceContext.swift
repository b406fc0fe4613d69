package import GraphArrays

/// What is known of a small value before anything runs.
package enum KnownValue: Sendable {
  /// All of it.
  case array(NDArray)
  /// Some elements of an integer scalar or vector.
  case partial(dtype: DType, isScalar: Bool, elements: [Int?])

  /// Longest vector of integers that is followed through a graph.
  package static let limit = 64

  /// The value, complete where all elements are known.
  package init(dtype: DType, isScalar: Bool, elements: [Int?]) {
    let known = elements.compactMap { $0 }
    if known.count == elements.count {
      self = .array(NDArray.integers(known, dtype: dtype, shape: isScalar ? [] : [known.count]))
    } else {
      self = .partial(dtype: dtype, isScalar: isScalar, elements: elements)
    }
  }

  /// The value, where it is known completely.
  package var array: NDArray? {
    if case .array(let array) = self { array } else { nil }
  }

  /// The elements of an integer value of any shape, flattened; nil for other dtypes.
  package var integers: [Int?]? {
    switch self {
    case .array(let array): array.integerElements
    case .partial(_, _, let elements): elements
    }
  }
}

extension NDArray {
  /// An int32 or int64 array of `values`, which must fit.
  package static func integers(_ values: [Int], dtype: DType, shape: [Int]) -> NDArray {
    dtype == .int64
      ? NDArray(values.map(Int64.init), shape: shape)
      : NDArray(values.map { Int32(truncatingIfNeeded: $0) }, shape: shape)
  }

  /// The elements of an int32 or int64 array; nil for other dtypes.
  package var integerElements: [Int]? {
    switch dtype {
    case .int32: scalars(as: Int32.self).map(Int.init)
    case .int64: scalars(as: Int64.self).map(Int.init)
    default: nil
    }
  }
}

/// What a type rule is told: the operands' types, and of their values what is known.
package struct InferenceContext: Sendable {
  package let types: [TensorType]
  package let known: [KnownValue?]

  package init(types: [TensorType], known: [KnownValue?] = []) {
    self.types = types
    self.known = known.isEmpty ? Array(repeating: nil, count: types.count) : known
  }

  /// The type of an operand.
  package subscript(_ index: Int) -> TensorType { types[index] }
  package func dtype(_ index: Int = 0) -> DType { types[index].dtype }
  package func shape(_ index: Int = 0) -> Shape { types[index].shape }

  /// The value of an operand, where it is known completely.
  package func array(_ index: Int) -> NDArray? { known[index]?.array }
  /// The elements of an integer operand, as far as they are known.
  package func integers(_ index: Int) -> [Int?]? { known[index]?.integers }
  /// The elements of an integer operand, where all are known.
  package func allIntegers(_ index: Int) -> [Int]? {
    guard let elements = integers(index) else { return nil }
    let known = elements.compactMap { $0 }
    return known.count == elements.count ? known : nil
  }
  /// The value of an integer operand with one element.
  package func integer(_ index: Int) -> Int? {
    guard let elements = integers(index), elements.count == 1 else { return nil }
    return elements[0]
  }

  /// The shape that an integer vector operand stands for, as far as it is known.
  ///
  /// -1 stands for an extent that is not known. The rank is that of the vector's own length.
  package func shape(from index: Int) throws(GraphError) -> Shape {
    if let elements = integers(index) {
      for element in elements {
        if let element, element < -1 {
          throw GraphError(.invalidArgument, "an extent of a shape is \(element)")
        }
      }
      return Shape(dimensions: elements.map { $0 == -1 ? nil : $0 })
    }
    guard let dimensions = types[index].shape.dimensions else { return .unknown }
    guard dimensions.count == 1 else {
      throw GraphError(.invalidArgument, "a shape must be a vector, not \(types[index])")
    }
    return dimensions[0].map { Shape(dimensions: Array(repeating: nil, count: $0)) } ?? .unknown
  }

  // MARK: Checks that type rules share

  /// - Throws: `GraphError` where the number of operands is another one.
  package func expect(count: Int) throws(GraphError) {
    guard types.count == count else {
      throw GraphError(.invalidArgument, "wants \(count) operands, got \(types.count)")
    }
  }

  /// The most results that an operation may have.
  package static let largestOutputCount = 1 << 20

  /// - Throws: `GraphError` where no operation can have so many results.
  package func expect(outputCount: Int) throws(GraphError) {
    guard (0...Self.largestOutputCount).contains(outputCount) else {
      throw GraphError(.invalidArgument, "an operation cannot have \(outputCount) results")
    }
  }

  /// - Throws: `GraphError` where the operand has another dtype than these.
  package func expect(_ index: Int, isOneOf dtypes: Set<DType>) throws(GraphError) {
    guard dtypes.contains(types[index].dtype) else {
      let names = dtypes.map(\.description).sorted().joined(separator: ", ")
      let wanted = dtypes.count == 1 ? names : "one of \(names)"
      throw GraphError(
        .invalidArgument, "operand \(index) is \(types[index].dtype), wants \(wanted)")
    }
  }

  /// - Throws: `GraphError` where the operands (of these positions, or all) differ in dtype.
  package func expectSameDType(_ indices: [Int]? = nil) throws(GraphError) {
    let indices = indices ?? Array(types.indices)
    guard let first = indices.first else { return }
    for index in indices where types[index].dtype != types[first].dtype {
      throw GraphError(
        .invalidArgument,
        "dtypes \(types[first].dtype) and \(types[index].dtype) differ; cast one of them")
    }
  }

  /// - Throws: `GraphError` where the rank of the operand is known and another one.
  package func expect(_ index: Int, rank: Int) throws(GraphError) {
    guard let actual = types[index].shape.rank, actual != rank else { return }
    throw GraphError(.invalidArgument, "operand \(index) has rank \(actual), wants \(rank)")
  }

  /// `axis` counted from 0.
  ///
  /// - Throws: `GraphError` where there is no such axis.
  package static func axis(_ axis: Int, rank: Int) throws(GraphError) -> Int {
    guard axis >= -rank, axis < rank else {
      throw GraphError(.invalidArgument, "axis \(axis) is out of range for rank \(rank)")
    }
    return axis < 0 ? axis + rank : axis
  }

  /// The shape of an elementwise result, by NumPy's rules of broadcasting.
  ///
  /// - Throws: `GraphError` where two extents differ and neither is 1.
  package static func broadcast(_ a: Shape, _ b: Shape) throws(GraphError) -> Shape {
    guard let x = a.dimensions, let y = b.dimensions else { return .unknown }
    let rank = max(x.count, y.count)
    var result: [Int?] = []
    for i in 0..<rank {
      let p = i < rank - x.count ? 1 : x[i - (rank - x.count)]
      let q = i < rank - y.count ? 1 : y[i - (rank - y.count)]
      switch (p, q) {
      case (1, _): result.append(q)
      case (_, 1): result.append(p)
      case (let p?, let q?):
        guard p == q else {
          throw GraphError(.invalidArgument, "shapes \(a) and \(b) do not broadcast")
        }
        result.append(p)
      case (let p, let q): result.append(p ?? q)
      }
    }
    return Shape(dimensions: result)
  }
}
