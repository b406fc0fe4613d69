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
  /// `c = a b + beta c`.
  static func multiplyWithOpenBLAS(
    _ product: ProductBlock, a: UnsafePointer<Self>, b: UnsafePointer<Self>,
    c: UnsafeMutablePointer<Self>, beta: Self)
}

/// OpenBLAS's own threads are off, for the whole process: products are split by `MatrixProduct`.
private let singleThreaded: Void = openblas_set_num_threads(1)

extension Float: ProductScalar {
  package static func packedProduct(of kernels: KernelTable) -> PackedProductLoop {
    kernels.pointee.packed_product.f32
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
    _ = singleThreaded
    let transA = product.transposeA ? CblasTrans : CblasNoTrans
    let transB = product.transposeB ? CblasTrans : CblasNoTrans
    let (m, n, k) = (blasint(product.m), blasint(product.n), blasint(product.k))
    let (lda, ldb) = (blasint(product.strideA), blasint(product.strideB))
    if product.m == 1 {
      // One row: c = b^T a, where the vector a may be a column of its matrix.
      cblas_sgemv(
        CblasRowMajor, product.transposeB ? CblasNoTrans : CblasTrans, product.transposeB ? n : k,
        product.transposeB ? k : n, 1, b, ldb, a, product.transposeA ? lda : 1, beta, c, 1)
      return
    }
    cblas_sgemm(
      CblasRowMajor, transA, transB, m, n, k, 1, a, lda, b, ldb, beta, c, blasint(product.strideC))
  }
}

extension Double: ProductScalar {
  package static func packedProduct(of kernels: KernelTable) -> PackedProductLoop {
    kernels.pointee.packed_product.f64
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
    _ = singleThreaded
    let transA = product.transposeA ? CblasTrans : CblasNoTrans
    let transB = product.transposeB ? CblasTrans : CblasNoTrans
    let (m, n, k) = (blasint(product.m), blasint(product.n), blasint(product.k))
    let (lda, ldb) = (blasint(product.strideA), blasint(product.strideB))
    if product.m == 1 {
      // One row: c = b^T a, where the vector a may be a column of its matrix.
      cblas_dgemv(
        CblasRowMajor, product.transposeB ? CblasNoTrans : CblasTrans, product.transposeB ? n : k,
        product.transposeB ? k : n, 1, b, ldb, a, product.transposeA ? lda : 1, beta, c, 1)
      return
    }
    cblas_dgemm(
      CblasRowMajor, transA, transB, m, n, k, 1, a, lda, b, ldb, beta, c, blasint(product.strideC))
  }
}
