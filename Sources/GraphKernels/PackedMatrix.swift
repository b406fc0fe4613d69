internal import CKernels

/// The layout of a right-hand side `[k, n]` that is packed once for many products with few rows.
///
/// The columns are cut into panels of 256 bytes; a panel holds its part of row 0, of row 1, and so
/// on, and what is missing in the last one is zero. A product reads panels from one end to the
/// other, with many rows at the speed of arithmetic, with one or two at that of memory.
///
/// Every element of a product is its addend and one sum for each 1024 terms, a chain of
/// multiply-adds over the ascending summed axis that starts from zero. Its bits do not depend on
/// the rows and panels that are computed with it: a caller may cut both anywhere.
package struct PackedMatrix<Scalar: ProductScalar>: Sendable, Hashable {
  /// What the sums of a product are added to. Strides count elements.
  package enum Addend {
    /// `out = x w`.
    case zero
    /// `out = row + x w`, the same row `[n]` for all.
    case row(UnsafePointer<Scalar>)
    /// `out = matrix + x w`; the matrix may be `out`, of the same stride.
    case matrix(UnsafePointer<Scalar>, stride: Int)
    /// `out[r] = table[ids[r]] + x[r] w`, from zero where the table `[count, n]` has no such row.
    case rows32(of: UnsafePointer<Scalar>, stride: Int, count: Int, ids: UnsafePointer<Int32>)
    /// `out[r] = table[ids[r]] + x[r] w`, from zero where the table `[count, n]` has no such row.
    case rows64(of: UnsafePointer<Scalar>, stride: Int, count: Int, ids: UnsafePointer<Int64>)
  }

  /// Where the elements of a left operand lie that is not made of rows of one distance. Offsets
  /// count elements.
  package struct Places {
    /// Where each row begins.
    package var rows: UnsafePointer<Int>
    /// Where in a row each piece of the summed axis begins, and the terms of each piece. Such a
    /// product has one sum for all terms.
    package var pieces: UnsafePointer<Int>, pieceLength: Int

    package init(rows: UnsafePointer<Int>, pieces: UnsafePointer<Int>, pieceLength: Int) {
      (self.rows, self.pieces, self.pieceLength) = (rows, pieces, pieceLength)
    }
  }

  /// The length of the summed axis.
  package let k: Int
  /// The number of columns.
  package let n: Int
  /// From one panel to the next, and from one row of a panel to the next.
  private let panelStride: Int, rowStride: Int

  /// The layout of a matrix `[k, n]`.
  package init(k: Int, n: Int) {
    (self.k, self.n) = (k, n)
    (panelStride, rowStride) = (Self.panelColumns * k, Self.panelColumns)
  }

  /// The layout of a matrix `[k, n]` that is read where it is; nil where that needs columns that do
  /// not exist, or rows so far apart that packing them is faster.
  package init?(inPlace k: Int, n: Int, stride: Int) {
    let lineColumns = 64 / MemoryLayout<Scalar>.stride
    guard n.isMultiple(of: lineColumns), stride <= 4 * Self.panelColumns else { return nil }
    (self.k, self.n) = (k, n)
    (panelStride, rowStride) = (Self.panelColumns, stride)
  }

  /// The columns of a panel: 64 of `Float`, 32 of `Double`.
  package static var panelColumns: Int { Int(SG_PANEL_BYTES) / MemoryLayout<Scalar>.stride }

  /// The number of panels.
  package var panelCount: Int { (n + Self.panelColumns - 1) / Self.panelColumns }

  /// The elements of the packed form. Memory that is aligned to 64 bytes is read fastest.
  package var elementCount: Int { panelCount * Self.panelColumns * k }

  /// Packs some panels.
  ///
  /// - Parameters:
  ///   - panels: The panels, in `0..<panelCount`; each may be packed by another thread.
  ///   - w: The matrix, `[k, n]` or, transposed, `[n, k]`.
  ///   - stride: The distance of its stored rows.
  ///   - packed: The packed form of the whole matrix.
  package func pack(
    _ panels: Range<Int>, of w: UnsafePointer<Scalar>, stride: Int, transposed: Bool = false,
    into packed: UnsafeMutablePointer<Scalar>
  ) {
    Scalar.pack(
      panels, of: w, stride: stride, transposed: transposed, k: k, n: n, into: packed)
  }

  /// Packs some rows of all panels: `[rows, n]` or, transposed, `[n, rows]`.
  package func pack(
    rows: Range<Int>, of w: UnsafePointer<Scalar>, stride: Int, transposed: Bool = false,
    into packed: UnsafeMutablePointer<Scalar>
  ) {
    let part = PackedMatrix(k: rows.count, n: n)
    for panel in 0..<panelCount {
      let place = panel * panelStride + rows.lowerBound * rowStride
      part.pack(
        panel..<panel + 1, of: w, stride: stride, transposed: transposed,
        into: packed + (place - panel * part.panelStride))
    }
  }

  /// Computes `out = addend + x w` for some rows and panels; all pointers are those of whole
  /// arrays, so that row `r` of `out` is that of `x`, of the addend and of the ids.
  ///
  /// - Parameters:
  ///   - packed: The packed right-hand side.
  ///   - x: The left operand, `[rows, k]` in rows `xStride` and columns `xStep` apart.
  ///   - places: Where the rows of `x` and pieces of them are, if not at `xStride`.
  ///   - out: The result, `[rows, n]` in rows `outStride` apart. It overlaps no operand but an
  ///     addend that is the same matrix.
  ///   - isDescending: Whether the panels are read from the last to the first, which changes no
  ///     bits: what a product read last is at hand for one that begins there.
  ///   - kernels: The instruction set.
  package func multiply(
    rows: Range<Int>, panels: Range<Int>, packed: UnsafePointer<Scalar>, x: UnsafePointer<Scalar>,
    xStride: Int, xStep: Int = 1, places: Places? = nil, addend: Addend,
    out: UnsafeMutablePointer<Scalar>, outStride: Int, isDescending: Bool = false,
    kernels: KernelTable = .best
  ) {
    var product = sg_packed_product(
      n: n, k: k, packed: packed, panel_stride: panelStride, row_step: rowStride, x: x,
      x_stride: xStride, x_step: xStep, row_offsets: places?.rows, piece_offsets: places?.pieces,
      piece: places?.pieceLength ?? 0, out: out, out_stride: outStride, addend: nil,
      addend_stride: 0, ids_i32: nil, ids_i64: nil, addend_rows: 0,
      descending: isDescending ? 1 : 0)
    switch addend {
    case .zero: break
    case .row(let row): product.addend = UnsafeRawPointer(row)
    case .matrix(let matrix, let stride):
      product.addend = UnsafeRawPointer(matrix)
      product.addend_stride = stride
    case .rows32(let table, let stride, let count, let ids):
      product.addend = UnsafeRawPointer(table)
      (product.addend_stride, product.addend_rows) = (stride, count)
      product.ids_i32 = ids
    case .rows64(let table, let stride, let count, let ids):
      product.addend = UnsafeRawPointer(table)
      (product.addend_stride, product.addend_rows) = (stride, count)
      product.ids_i64 = ids
    }
    Scalar.packedProduct(of: kernels)(
      &product, rows.lowerBound, rows.upperBound, panels.lowerBound, panels.upperBound)
  }
}
