/// A planned product of row-major matrices, `c = a b` or `c += a b`.
///
/// The output is cut into blocks on a grid that depends on the shape alone, since a small or narrow
/// block is OpenBLAS's, which gives a row other bits when rows are grouped otherwise: the blocks may
/// run in any order and on any number of threads and give the same bits. Each block packs its part
/// of the operands again, which decides the grid. Up to 2^19 multiplications stay in one block, 2^27
/// in two, 2^32 in four, more in eight.
package struct MatrixProduct: Sendable, Hashable {
  /// The extents: `c` is `[m, n]`, the summed axis has length `k`.
  package let m: Int, n: Int, k: Int
  /// Whether `a` is stored as `[k, m]`, and `b` as `[n, k]`.
  package let transposeA: Bool, transposeB: Bool
  private let rowsPerBlock: Int, columnsPerBlock: Int

  /// The number of blocks that make up the output.
  package let blockCount: Int

  /// Plans `[m, k] x [k, n]`.
  package init(m: Int, n: Int, k: Int, transposeA: Bool = false, transposeB: Bool = false) {
    (self.m, self.n, self.k) = (m, n, k)
    (self.transposeA, self.transposeB) = (transposeA, transposeB)
    let multiplications = m * n * k
    let target =
      multiplications <= 1 << 19
      ? 1
      : multiplications <= 1 << 27 ? 2 : multiplications <= 1 << 32 ? 4 : 8
    let (rows, columns) = MatrixProduct.grid(of: target, m: m, n: n, transposeA: transposeA)
    rowsPerBlock = MatrixProduct.piece(of: m, in: rows, multipleOf: 16)
    columnsPerBlock = MatrixProduct.piece(of: n, in: columns, multipleOf: 32)
    blockCount =
      m == 0 || n == 0
      ? 0
      : ((m + rowsPerBlock - 1) / rowsPerBlock) * ((n + columnsPerBlock - 1) / columnsPerBlock)
  }

  /// How many times rows and columns are cut, for about this many blocks: of the ways to do so, the
  /// one in which operands are read and packed least. The right one is packed once for each piece of
  /// the rows, a transposed left one once for each piece of the columns; else it is only read.
  private static func grid(
    of blocks: Int, m: Int, n: Int, transposeA: Bool
  ) -> (rows: Int, columns: Int) {
    var best = (rows: 1, columns: 1, count: 1, cost: Int.max)
    var rows = 1
    while rows <= blocks, rows == 1 || m / rows >= leastRows {
      var columns = 1
      while rows * columns * 2 <= blocks, n / (columns * 2) >= leastColumns { columns *= 2 }
      let (count, cost) = (rows * columns, rows * n * 4 + columns * m * (transposeA ? 4 : 1))
      if count > best.count || count == best.count && cost < best.cost {
        best = (rows, columns, count, cost)
      }
      rows *= 2
    }
    return (best.rows, best.columns)
  }

  /// What a block keeps of both axes.
  private static let leastRows = 32, leastColumns = 64

  private static func piece(of length: Int, in count: Int, multipleOf unit: Int) -> Int {
    if count == 1 { return max(length, 1) }
    return ((length + count - 1) / count + unit - 1) / unit * unit
  }

  /// Computes one block of `c`.
  ///
  /// - Parameters:
  ///   - block: The block, in `0..<blockCount`.
  ///   - accumulate: Whether the product is added to `c`. With `k == 0` the product is zero.
  ///   - sums: Sums of the columns of `b` that are wanted besides. Blocks make those of their
  ///     columns.
  package func run<Scalar: ProductScalar>(
    block: Int, a: UnsafePointer<Scalar>, b: UnsafePointer<Scalar>,
    c: UnsafeMutablePointer<Scalar>, accumulate: Bool = false,
    sums: ColumnSums<Scalar>? = nil
  ) {
    let (row, column, part) = part(block)
    part.multiply(
      a: a + (transposeA ? row : row * k), b: b + (transposeB ? column * k : column),
      c: c + row * n + column, accumulate: accumulate,
      sums: row == 0 ? sums?.from(column: column) : nil)
  }

  /// Computes one block of `c` in wrapping integer arithmetic.
  package func run<Scalar: FixedWidthInteger>(
    block: Int, a: UnsafePointer<Scalar>, b: UnsafePointer<Scalar>,
    c: UnsafeMutablePointer<Scalar>, accumulate: Bool = false
  ) {
    let (row, column, part) = part(block)
    for i in row..<row + part.m {
      let output = c + i * n + column
      if !accumulate { output.update(repeating: 0, count: part.n) }
      for l in 0..<k {
        let factor = a[transposeA ? l * m + i : i * k + l]
        let (base, step) = transposeB ? (column * k + l, k) : (l * n + column, 1)
        for j in 0..<part.n { output[j] &+= factor &* b[base + j * step] }
      }
    }
  }

  /// Bytes of the thread's memory that a block needs at most.
  package func scratchByteCount<Scalar: ProductScalar>(of type: Scalar.Type) -> Int {
    blockCount == 0 ? 0 : part(0).2.scratchByteCount(of: type)
  }

  /// The rows and columns of `c` that a block has.
  package func area(of block: Int) -> (rows: Range<Int>, columns: Range<Int>) {
    let (row, column, part) = part(block)
    return (row..<row + part.m, column..<column + part.n)
  }

  private func part(_ block: Int) -> (row: Int, column: Int, ProductBlock) {
    let across = (n + columnsPerBlock - 1) / columnsPerBlock
    let (down, right) = block.quotientAndRemainder(dividingBy: across)
    let (row, column) = (down * rowsPerBlock, right * columnsPerBlock)
    let part = ProductBlock(
      m: min(rowsPerBlock, m - row), n: min(columnsPerBlock, n - column), k: k,
      transposeA: transposeA, transposeB: transposeB, strideA: transposeA ? m : k,
      strideB: transposeB ? k : n, strideC: n)
    return (row, column, part)
  }
}
