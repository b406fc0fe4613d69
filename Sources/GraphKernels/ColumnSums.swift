/// Sums of the columns of a product's right operand `[k, n]`, made of each part of it while it is in
/// the cache for the product: of all rows, and of the rows that have the same number.
package struct ColumnSums<Scalar: ProductScalar> {
  /// Sums by the numbers of rows: `out[ids[r]] += row r`, where there is such a row of `out`.
  package struct Segments {
    /// The sums, `[count, n]`.
    package var out: UnsafeMutablePointer<Scalar>
    package let count: Int
    /// The number of each row.
    package let ids: Ids
    /// From one row of sums to the next.
    package let stride: Int

    package init(out: UnsafeMutablePointer<Scalar>, count: Int, ids: Ids, stride: Int) {
      (self.out, self.count, self.ids, self.stride) = (out, count, ids, stride)
    }
  }

  package enum Ids {
    case int32(UnsafePointer<Int32>)
    case int64(UnsafePointer<Int64>)

    fileprivate subscript(row: Int) -> Int {
      switch self {
      case .int32(let ids): Int(ids[row])
      case .int64(let ids): Int(truncatingIfNeeded: ids[row])
      }
    }
  }

  /// The sums over all rows, `[n]`, each one chain for each 512 rows; nil: they are not wanted.
  package var total: UnsafeMutablePointer<Scalar>?
  /// Sums in the order of the rows; nil: they are not wanted.
  package var segments: Segments?

  package init(total: UnsafeMutablePointer<Scalar>?, segments: Segments? = nil) {
    (self.total, self.segments) = (total, segments)
  }

  /// The same sums of the columns from `column` on.
  func from(column: Int) -> ColumnSums {
    var sums = self
    sums.total = total.map { $0 + column }
    sums.segments?.out += column
    return sums
  }

  /// Sets the sums of some columns to zero.
  func begin(columns: Int) {
    total?.update(repeating: 0, count: columns)
    guard let segments else { return }
    for row in 0..<segments.count {
      (segments.out + row * segments.stride).update(repeating: 0, count: columns)
    }
  }

  /// Adds a packed part: these rows, and the columns from `column` on.
  func add(
    packed: UnsafePointer<Scalar>, _ matrix: PackedMatrix<Scalar>, rows: Range<Int>, column: Int
  ) {
    if let total {
      // The product with a row of ones.
      var one: Scalar = 1
      matrix.multiply(
        rows: 0..<1, panels: 0..<matrix.panelCount, packed: packed, x: &one, xStride: 0, xStep: 0,
        addend: .matrix(total + column, stride: matrix.n), out: total + column,
        outStride: matrix.n)
    }
    guard let segments else { return }
    let width = PackedMatrix<Scalar>.panelColumns
    for panel in 0..<matrix.panelCount {
      let first = panel * width
      Scalar.add(
        packed + first * matrix.k, to: segments, rows: rows, rowStep: width,
        column: column + first, columns: min(width, matrix.n - first))
    }
  }

  /// Adds all rows of a matrix that is not packed, one element after the other.
  func add(
    _ matrix: UnsafePointer<Scalar>, rows: Int, columns: Int, rowStep: Int, columnStep: Int
  ) {
    for row in 0..<rows {
      let values = matrix + row * rowStep
      if let total {
        for column in 0..<columns { total[column] += values[column * columnStep] }
      }
      if let target = segments?.row(row) {
        for column in 0..<columns { target[column] += values[column * columnStep] }
      }
    }
  }
}

extension ColumnSums.Segments {
  /// The sums that a row belongs to; nil where there are none.
  @inline(__always)
  fileprivate func row(_ row: Int) -> UnsafeMutablePointer<Scalar>? {
    let id = ids[row]
    return id >= 0 && id < count ? out + id * stride : nil
  }

  /// Called where the element type is known: nothing of it may be left to run time.
  @inline(__always)
  func add(
    _ values: UnsafePointer<Scalar>, rows: Range<Int>, rowStep: Int, column: Int, columns: Int
  ) {
    for (index, row) in rows.enumerated() {
      guard let sums = self.row(row) else { continue }
      let (target, source) = (sums + column, values + index * rowStep)
      for i in 0..<columns { target[i] += source[i] }
    }
  }
}
