/// Arrays that follow a rule: ranges and running totals.
@usableFromInline package enum Sequences {
  /// Writes `start + i * step` for `i` in `elements`; `out` is the base of the whole array.
  @inlinable package static func range<Scalar: BinaryFloatingPoint>(
    out: UnsafeMutablePointer<Scalar>, start: Scalar, step: Scalar, elements: Range<Int>
  ) {
    for i in elements { out[i] = start + Scalar(i) * step }
  }

  /// Writes `start + i * step`, wrapping, for `i` in `elements`.
  @inlinable package static func range<Scalar: FixedWidthInteger>(
    out: UnsafeMutablePointer<Scalar>, start: Scalar, step: Scalar, elements: Range<Int>
  ) {
    for i in elements { out[i] = start &+ Scalar(truncatingIfNeeded: i) &* step }
  }

  /// Running totals along the middle axis of `[outer, n, inner]`, for the outer indices in
  /// `outer`. `out` may be `x`.
  ///
  /// - Parameters:
  ///   - initial: What a total begins with: 0 of sums, 1 of products.
  ///   - exclusive: Whether an element is the total of those before it only.
  ///   - reverse: Whether totals run from the end.
  ///   - combine: The operation.
  @inlinable package static func accumulate<Scalar>(
    out: UnsafeMutablePointer<Scalar>, x: UnsafePointer<Scalar>, outer: Range<Int>, n: Int,
    inner: Int, initial: Scalar, exclusive: Bool, reverse: Bool,
    _ combine: (Scalar, Scalar) -> Scalar
  ) {
    for o in outer {
      for i in 0..<inner {
        var total = initial
        for step in 0..<n {
          let index = (o * n + (reverse ? n - 1 - step : step)) * inner + i
          let next = combine(total, x[index])
          out[index] = exclusive ? total : next
          total = next
        }
      }
    }
  }
}
