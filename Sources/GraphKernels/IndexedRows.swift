internal import CKernels

/// Copies of, and additions to, rows that an array of indices names.
@usableFromInline package enum IndexedRows {
  /// Copies row `indices[i]` of `x` to row `i` of `out` for `i` in `positions`.
  ///
  /// - Parameters:
  ///   - rowCount: The number of rows of `x`.
  ///   - rowBytes: The bytes of a row.
  /// - Returns: The first position whose index is not in `0..<rowCount`, or nil.
  package static func gather(
    out: UnsafeMutableRawPointer, x: UnsafeRawPointer, indices: UnsafePointer<Int32>,
    positions: Range<Int>, rowCount: Int, rowBytes: Int
  ) -> Int? {
    let stop = sg_gather_i32(
      out, x, indices, positions.lowerBound, positions.upperBound, rowCount, rowBytes)
    return stop == positions.upperBound ? nil : stop
  }

  /// Copies row `indices[i]` of `x` to row `i` of `out` for `i` in `positions`.
  ///
  /// - Parameters:
  ///   - rowCount: The number of rows of `x`.
  ///   - rowBytes: The bytes of a row.
  /// - Returns: The first position whose index is not in `0..<rowCount`, or nil.
  package static func gather(
    out: UnsafeMutableRawPointer, x: UnsafeRawPointer, indices: UnsafePointer<Int64>,
    positions: Range<Int>, rowCount: Int, rowBytes: Int
  ) -> Int? {
    let stop = sg_gather_i64(
      out, x, indices, positions.lowerBound, positions.upperBound, rowCount, rowBytes)
    return stop == positions.upperBound ? nil : stop
  }

  /// Adds row `i` of `updates` to row `indices[i]` of `out`, in ascending order of `i`, wherever
  /// that row lies in `rows`; other indices are passed over. A caller that splits the work cuts
  /// `rows`, so that each sum has one order.
  ///
  /// - Parameters:
  ///   - add: The addition of the element type.
  ///   - count: The number of updates.
  ///   - rowLength: The elements of a row.
  ///   - elementSize: The bytes of an element.
  package static func scatterAdd<Index: FixedWidthInteger>(
    _ add: BinaryLoop, out: UnsafeMutableRawPointer, updates: UnsafeRawPointer,
    indices: UnsafePointer<Index>, count: Int, rows: Range<Int>, rowLength: Int, elementSize: Int
  ) {
    let rowBytes = rowLength * elementSize
    for i in 0..<count where rows.contains(Int(truncatingIfNeeded: indices[i])) {
      let row = out + Int(truncatingIfNeeded: indices[i]) * rowBytes
      add(row, row, updates + i * rowBytes, rowLength, 1, 1)
    }
  }

  /// Writes one-hot rows `[outer, depth, inner]` of `indices` as `[outer, inner]`, for the outer
  /// indices in `outer`. An index outside `0..<depth` leaves its row at `off`.
  @inlinable package static func oneHot<Index: FixedWidthInteger, Element>(
    out: UnsafeMutablePointer<Element>, indices: UnsafePointer<Index>, outer: Range<Int>,
    depth: Int, inner: Int, on: Element, off: Element
  ) {
    for o in outer {
      let plane = out + o * depth * inner
      plane.update(repeating: off, count: depth * inner)
      for i in 0..<inner {
        let index = indices[o * inner + i]
        if index >= 0, index < depth { plane[Int(index) * inner + i] = on }
      }
    }
  }
}
