extension NDArray: ExpressibleByFloatLiteral {
  /// A float32 scalar.
  public init(floatLiteral value: Double) { self.init(value, dtype: nil) }
}

extension NDArray: ExpressibleByIntegerLiteral {
  /// An int32 scalar; int64 where the value is beyond int32.
  public init(integerLiteral value: Int) { self.init(value, dtype: nil) }
}

extension NDArray: ExpressibleByBooleanLiteral {
  /// A bool scalar.
  public init(booleanLiteral value: Bool) { self.init(value, dtype: nil) }
}

extension NDArray: ExpressibleByStringLiteral {
  /// A scalar string of the UTF-8 bytes.
  public init(stringLiteral value: String) { self.init(value, dtype: nil) }
}

extension NDArray: ExpressibleByArrayLiteral {
  /// The elements along a new first axis: `[[1, 2.5], [3, 4]]` has shape `[2, 2]`.
  ///
  /// Integers beside fractions become float32, int32 beside int64 becomes int64. A literal cannot
  /// throw: a ragged or otherwise mixed one is an array that tells so when it is used.
  public init(arrayLiteral elements: NDArray...) {
    do {
      let parts =
        switch Set(elements.map(\.dtype)) {
        case [.int32, .float32], [.int64, .float32], [.int32, .int64, .float32]:
          try NDArray.promoted(elements, to: .float32)
        case [.int32, .int64]: try NDArray.promoted(elements, to: .int64)
        default: elements
        }
      try self.init(stacking: parts, emptyDType: .float32)
    } catch {
      self.init(failure: error)
    }
  }

  /// The arrays with integers converted to `dtype`.
  private static func promoted(
    _ elements: [NDArray], to dtype: DType
  ) throws(ArrayError) -> [NDArray] {
    var result: [NDArray] = []
    for (position, element) in elements.enumerated() {
      do {
        result.append(
          element.dtype == dtype || element.storage.failure != nil
            ? element : try NDArray.refitted(element, dtype))
      } catch {
        throw error.within(position)
      }
    }
    return result
  }

  /// The integers of `element` as elements of `dtype`, which they have to fit.
  private static func refitted(_ element: NDArray, _ dtype: DType) throws(ArrayError) -> NDArray {
    try element.scalars(as: Int64.self).withUnsafeBufferPointer { buffer throws(ArrayError) in
      try NDArray(converting: buffer, shape: element.shape, dtype: dtype)
    }
  }
}
