internal import CKernels
internal import COpenBLAS

/// Element types of floating-point products.
package protocol ProductScalar: BinaryFloatingPoint, Sendable {
  /// The product with a packed right-hand side of an instruction set.
  static func packedProduct(of kernels: KernelTable) -> PackedProductLoop
  /// Packs panels of a matrix that is stored in rows `stride` apart, as `[k, n]` or as `[n, k]`.
  static func pack(
    _ panels: Range<Int>, of w: UnsafePointer<Self>, stride: Int, transposed: Bool, k: Int, n: Int,
    into packed: UnsafeMutablePointer<Self>)
  /// Adds rows of a panel to the sums of their segments.
  ///
  /// - Parameters:
  ///   - values: The panel's first row of `rows`; the next ones are `rowStep` apart.
  ///   - column: The column of the sums that is the panel's first.
  static func add(
    _ values: UnsafePointer<Self>, to segments: ColumnSums<Self>.Segments, rows: Range<Int>,
    rowStep: Int, column: Int, columns: Int)
  /// `c = a b + beta c`.
  static func multiplyWithOpenBLAS(
    _ product: ProductBlock, a: UnsafePointer<Self>, b: UnsafePointer<Self>,
    c: UnsafeMutablePointer<Self>, beta: Self)
}

/// OpenBLAS's own threads are off, for the whole process: products are split by `MatrixProduct`.
private let singleThreaded: Void = openblas_set_num_threads(1)

/// BLAS's product of a matrix and a vector.
private typealias GEMV<Scalar> = (
  CBLAS_ORDER, CBLAS_TRANSPOSE, _ m: blasint, _ n: blasint, _ alpha: Scalar,
  _ a: UnsafePointer<Scalar>?, _ lda: blasint, _ x: UnsafePointer<Scalar>?, _ xStep: blasint,
  _ beta: Scalar, _ y: UnsafeMutablePointer<Scalar>?, _ yStep: blasint
) -> Void
/// BLAS's product of matrices.
private typealias GEMM<Scalar> = (
  CBLAS_ORDER, CBLAS_TRANSPOSE, CBLAS_TRANSPOSE, _ m: blasint, _ n: blasint, _ k: blasint,
  _ alpha: Scalar, _ a: UnsafePointer<Scalar>?, _ lda: blasint, _ b: UnsafePointer<Scalar>?,
  _ ldb: blasint, _ beta: Scalar, _ c: UnsafeMutablePointer<Scalar>?, _ ldc: blasint
) -> Void

extension ProductBlock {
  fileprivate func multiply<Scalar: ProductScalar>(
    a: UnsafePointer<Scalar>, b: UnsafePointer<Scalar>, c: UnsafeMutablePointer<Scalar>,
    beta: Scalar, gemv: GEMV<Scalar>, gemm: GEMM<Scalar>
  ) {
    _ = singleThreaded
    let (m, n, k) = (blasint(m), blasint(n), blasint(k))
    let (lda, ldb) = (blasint(strideA), blasint(strideB))
    if m == 1 {
      // One row: c = b^T a, where the vector a may be a column of its matrix.
      gemv(
        CblasRowMajor, transposeB ? CblasNoTrans : CblasTrans, transposeB ? n : k,
        transposeB ? k : n, 1, b, ldb, a, transposeA ? lda : 1, beta, c, 1)
    } else {
      gemm(
        CblasRowMajor, transposeA ? CblasTrans : CblasNoTrans,
        transposeB ? CblasTrans : CblasNoTrans, m, n, k, 1, a, lda, b, ldb, beta, c,
        blasint(strideC))
    }
  }
}

extension Float: ProductScalar {
  package static func packedProduct(of kernels: KernelTable) -> PackedProductLoop {
    kernels.pointee.packed_product.f32
  }
  package static func add(
    _ values: UnsafePointer<Self>, to segments: ColumnSums<Self>.Segments, rows: Range<Int>,
    rowStep: Int, column: Int, columns: Int
  ) {
    segments.add(values, rows: rows, rowStep: rowStep, column: column, columns: columns)
  }

  package static func pack(
    _ panels: Range<Int>, of w: UnsafePointer<Float>, stride: Int, transposed: Bool, k: Int,
    n: Int, into packed: UnsafeMutablePointer<Float>
  ) {
    sg_pack_f32(
      packed, w, stride, transposed ? 1 : 0, k, n, panels.lowerBound, panels.upperBound)
  }

  package static func multiplyWithOpenBLAS(
    _ product: ProductBlock, a: UnsafePointer<Float>, b: UnsafePointer<Float>,
    c: UnsafeMutablePointer<Float>, beta: Float
  ) {
    product.multiply(a: a, b: b, c: c, beta: beta, gemv: cblas_sgemv, gemm: cblas_sgemm)
  }
}

extension Double: ProductScalar {
  package static func packedProduct(of kernels: KernelTable) -> PackedProductLoop {
    kernels.pointee.packed_product.f64
  }
  package static func add(
    _ values: UnsafePointer<Self>, to segments: ColumnSums<Self>.Segments, rows: Range<Int>,
    rowStep: Int, column: Int, columns: Int
  ) {
    segments.add(values, rows: rows, rowStep: rowStep, column: column, columns: columns)
  }

  package static func pack(
    _ panels: Range<Int>, of w: UnsafePointer<Double>, stride: Int, transposed: Bool, k: Int,
    n: Int, into packed: UnsafeMutablePointer<Double>
  ) {
    sg_pack_f64(
      packed, w, stride, transposed ? 1 : 0, k, n, panels.lowerBound, panels.upperBound)
  }

  package static func multiplyWithOpenBLAS(
    _ product: ProductBlock, a: UnsafePointer<Double>, b: UnsafePointer<Double>,
    c: UnsafeMutablePointer<Double>, beta: Double
  ) {
    product.multiply(a: a, b: b, c: c, beta: beta, gemv: cblas_dgemv, gemm: cblas_dgemm)
  }
}
