extension NDArray {
  /// The sum of all elements, added in double precision in row-major order; 0 for none.
  public func sum() -> Double { scalars(as: Double.self).reduce(0, +) }

  /// The mean of all elements, added in double precision; NaN for none.
  public func mean() -> Double { sum() / Double(count) }

  /// The least element; nil for none, NaN where one is NaN.
  public func min() -> Double? { extreme(<) }

  /// The greatest element; nil for none, NaN where one is NaN.
  public func max() -> Double? { extreme(>) }

  private func extreme(_ precedes: (Double, Double) -> Bool) -> Double? {
    let values = scalars(as: Double.self)
    return values.first(where: \.isNaN) ?? values.min(by: precedes)
  }

  /// The positions of the greatest elements along an axis, int64, without that axis.
  ///
  /// The first of equal ones; NaN counts as greater than any number, as in NumPy. A negative axis
  /// counts from the end. Where there is no such axis, or it is empty, using the array tells why.
  public func argmax(axis: Int = -1) -> NDArray {
    if storage.failure != nil { return self }
    let position = axis < 0 ? axis + rank : axis
    guard shape.indices.contains(position), shape[position] > 0, dtype.byteSize > 0 else {
      return NDArray(
        failure: ArrayError(description: "argmax along axis \(axis) of \(dtype)\(shape)"))
    }
    let search = GreatestPositions(
      outer: shape[..<position].reduce(1, *), length: shape[position],
      inner: shape[(position + 1)...].reduce(1, *))
    var reduced = shape
    reduced.remove(at: position)
    let positions = visited(by: search) ?? []
    withExtendedLifetime(storage) {}
    return NDArray(positions, shape: reduced)
  }
}

/// Finds the greatest element along the middle axis of `[outer, length, inner]`.
private struct GreatestPositions: ElementVisitor {
  let outer: Int
  let length: Int
  let inner: Int

  func visit<Scalar: ArrayScalar>(_ elements: UnsafeBufferPointer<Scalar>) -> [Int64] {
    var positions: [Int64] = []
    positions.reserveCapacity(outer * inner)
    for row in 0..<outer {
      for column in 0..<inner {
        let start = row * length * inner + column
        var best = 0
        for i in 1..<max(length, 1)
        where isGreater(elements[start + i * inner], elements[start + best * inner]) {
          best = i
        }
        positions.append(Int64(best))
      }
    }
    return positions
  }

  private func isGreater<Scalar: ArrayScalar>(_ a: Scalar, _ b: Scalar) -> Bool {
    guard Scalar.dtype.isFloating else { return a.elementAsInt64 > b.elementAsInt64 }
    let (a, b) = (a.elementAsDouble, b.elementAsDouble)
    return a > b || (a.isNaN && !b.isNaN)
  }
}
