/// A product of row-major matrices that one thread computes, `c = a b` or `c += a b`: a block of a
/// `MatrixProduct`, or what another kernel multiplies.
///
/// The right operand is packed, a part of both axes at a time, and multiplied as a `PackedMatrix`;
/// the left one is read where it is, by rows or, transposed, by columns, but for columns that lie
/// so far apart that a line of the cache would serve one tile only. Each element is one sum for each
/// 512 terms of the summed axis, whatever part of a product the block is.
/// OpenBLAS multiplies where packing costs more than it saves: few rows, or small matrices.
///
/// Source: Goto, van de Geijn, Anatomy of High-Performance Matrix Multiplication, ACM TOMS 34, 2008.
package struct ProductBlock: Sendable {
  /// The extents: `c` is `[m, n]`, the summed axis has length `k`.
  package var m: Int, n: Int, k: Int
  /// Whether the operands are stored transposed.
  package var transposeA: Bool, transposeB: Bool
  /// The lengths of stored rows.
  package var strideA: Int, strideB: Int, strideC: Int

  package init(
    m: Int, n: Int, k: Int, transposeA: Bool = false, transposeB: Bool = false, strideA: Int,
    strideB: Int, strideC: Int
  ) {
    (self.m, self.n, self.k) = (m, n, k)
    (self.transposeA, self.transposeB) = (transposeA, transposeB)
    (self.strideA, self.strideB, self.strideC) = (strideA, strideB, strideC)
  }

  /// The rows, and the multiplications, from which a product is packed.
  private static let leastRows = 8, leastMultiplications = 1 << 18
  /// What of the operands is packed at a time: terms, columns of `b`, columns of a transposed `a`.
  private static let depth = 512, columns = 1024, rows = 256
  /// The bytes from one stored row of a transposed `a` to the next from which it is packed.
  private static let packedStride = 2048

  /// Computes `c`; with `k == 0` the product is zero.
  ///
  /// - Parameter sums: Sums of the columns of `b` that are wanted besides.
  package func multiply<Scalar: ProductScalar>(
    a: UnsafePointer<Scalar>, b: UnsafePointer<Scalar>, c: UnsafeMutablePointer<Scalar>,
    accumulate: Bool, sums: ColumnSums<Scalar>? = nil
  ) {
    sums?.begin(columns: n)
    if k == 0 {
      if accumulate { return }
      for r in 0..<m { (c + r * strideC).update(repeating: 0, count: n) }
    } else if isPacked {
      multiplyPacked(a: a, b: b, c: c, accumulate: accumulate, sums: sums)
    } else {
      Scalar.multiplyWithOpenBLAS(self, a: a, b: b, c: c, beta: accumulate ? 1 : 0)
      sums?.add(
        b, rows: k, columns: n, rowStep: transposeB ? 1 : strideB,
        columnStep: transposeB ? strideB : 1)
    }
  }

  /// How the operands are packed.
  private struct Packing {
    /// Whether the left operand is packed too; the rows, terms and columns at a time.
    let packsLeft: Bool
    let rows: Int, depth: Int, columns: Int
    /// Elements of the packed forms.
    let rightCount: Int, leftCount: Int
  }

  private func packing<Scalar: ProductScalar>(_: Scalar.Type) -> Packing {
    let packsLeft = transposeA && strideA * MemoryLayout<Scalar>.stride >= Self.packedStride
    let rows = packsLeft ? min(m, Self.rows) : m
    let (depth, columns) = (min(k, Self.depth), min(n, Self.columns))
    return Packing(
      packsLeft: packsLeft, rows: rows, depth: depth, columns: columns,
      rightCount: PackedMatrix<Scalar>(k: depth, n: columns).elementCount,
      leftCount: packsLeft ? PackedMatrix<Scalar>(k: depth, n: rows).elementCount : 0)
  }

  /// Bytes of the thread's memory that `multiply` needs.
  func scratchByteCount<Scalar: ProductScalar>(of type: Scalar.Type) -> Int {
    guard isPacked else { return 0 }
    let packing = packing(type)
    return (packing.rightCount + packing.leftCount) * MemoryLayout<Scalar>.stride
  }

  private var isPacked: Bool { Self.isPacked(m: m, n: n, k: k) }

  /// Whether the operands of such a product are packed.
  package static func isPacked(m: Int, n: Int, k: Int) -> Bool {
    m >= leastRows && m * n * k >= leastMultiplications
  }

  private func multiplyPacked<Scalar: ProductScalar>(
    a: UnsafePointer<Scalar>, b: UnsafePointer<Scalar>, c: UnsafeMutablePointer<Scalar>,
    accumulate: Bool, sums: ColumnSums<Scalar>?
  ) {
    let packing = packing(Scalar.self)
    let (rows, depth, columns) = (packing.rows, packing.depth, packing.columns)
    let (rightCount, count) = (packing.rightCount, packing.rightCount + packing.leftCount)
    ThreadScratch.with(count * MemoryLayout<Scalar>.stride) { scratch in
      let right = scratch.bindMemory(to: Scalar.self, capacity: count)
      let packedLeft = packing.packsLeft ? right + rightCount : nil
      for term in stride(from: 0, to: k, by: depth) {
        let depth = min(depth, k - term)
        for column in stride(from: 0, to: n, by: columns) {
          let matrix = PackedMatrix<Scalar>(k: depth, n: min(columns, n - column))
          matrix.pack(
            0..<matrix.panelCount,
            of: b + (transposeB ? column * strideB + term : term * strideB + column),
            stride: strideB, transposed: transposeB, into: right)
          sums?.add(packed: right, matrix, rows: term..<term + depth, column: column)
          for row in stride(from: 0, to: m, by: rows) {
            let left = Left(
              a + (transposeA ? term * strideA + row : row * strideA + term),
              isTransposed: transposeA, stride: strideA, rows: min(rows, m - row), depth: depth,
              packed: packedLeft)
            left.multiply(
              matrix, packed: right, out: c + row * strideC + column, stride: strideC,
              accumulate: accumulate || term > 0)
          }
        }
      }
    }
  }
}

/// A part of the left operand of a product, `[rows, depth]`.
private struct Left<Scalar: ProductScalar> {
  private let source: UnsafePointer<Scalar>
  private let rows: Int, depth: Int
  /// The rows that a packed form keeps together; else all.
  private let group: Int
  /// From one group to the next, and, in a group, from one row and one column to the next.
  private let groupStride: Int, rowStride: Int, columnStride: Int

  /// - Parameters:
  ///   - isTransposed: Whether it is stored as `[depth, rows]`.
  ///   - stride: From one stored row to the next.
  ///   - packed: Where a transposed one is packed to; nil: it is read where it is.
  init(
    _ source: UnsafePointer<Scalar>, isTransposed: Bool, stride: Int, rows: Int, depth: Int,
    packed: UnsafeMutablePointer<Scalar>?
  ) {
    (self.rows, self.depth) = (rows, depth)
    if let packed {
      let matrix = PackedMatrix<Scalar>(k: depth, n: rows)
      matrix.pack(0..<matrix.panelCount, of: source, stride: stride, into: packed)
      self.source = UnsafePointer(packed)
      group = PackedMatrix<Scalar>.panelColumns
      (groupStride, rowStride, columnStride) = (group * depth, 1, group)
    } else {
      self.source = source
      (group, groupStride) = (rows, 0)
      (rowStride, columnStride) = isTransposed ? (1, stride) : (stride, 1)
    }
  }

  /// `out = self matrix`, or `out += self matrix`.
  func multiply(
    _ matrix: PackedMatrix<Scalar>, packed: UnsafePointer<Scalar>,
    out: UnsafeMutablePointer<Scalar>, stride outStride: Int, accumulate: Bool
  ) {
    for (index, start) in stride(from: 0, to: rows, by: group).enumerated() {
      let target = out + start * outStride
      matrix.multiply(
        rows: 0..<min(group, rows - start), panels: 0..<matrix.panelCount, packed: packed,
        x: source + index * groupStride, xStride: rowStride, xStep: columnStride,
        addend: accumulate ? .matrix(target, stride: outStride) : .zero, out: target,
        outStride: outStride)
    }
  }
}
