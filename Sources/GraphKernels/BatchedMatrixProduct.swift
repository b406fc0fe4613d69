/// A planned product of stacks of row-major matrices, `[..., m, k] x [..., k, n]`, whose leading
/// axes are broadcast.
///
/// Its blocks are those of each matrix's `MatrixProduct` in turn; they may run in any order and on
/// any number of threads and give the same bits.
package struct BatchedMatrixProduct: Sendable {
  /// The product of each pair of matrices.
  package let product: MatrixProduct
  /// The number of matrices in the output.
  package let batchCount: Int
  private let plan: BroadcastPlan

  /// The number of blocks that make up the output.
  package var blockCount: Int { batchCount * product.blockCount }

  /// Plans a product, or gives nil where `batchA` or `batchB` does not broadcast to `batch`.
  ///
  /// - Parameters:
  ///   - batch: The leading axes of the output.
  ///   - batchA: The leading axes of `a`.
  ///   - batchB: The leading axes of `b`.
  ///   - product: The product of each pair of matrices.
  package init?(batch: [Int], batchA: [Int], batchB: [Int], product: MatrixProduct) {
    guard let plan = BroadcastPlan(output: batch, operands: [batchA, batchB]) else { return nil }
    self.plan = plan
    self.product = product
    batchCount = plan.count
  }

  /// Which matrices of `a` and `b` give matrix `index` of the output.
  private func operands(of index: Int) -> (a: Int, b: Int) {
    let (run, position) = index.quotientAndRemainder(dividingBy: plan.runLength)
    return (
      plan.offset(ofRun: run, operand: 0) + position * plan.runStrides[0],
      plan.offset(ofRun: run, operand: 1) + position * plan.runStrides[1]
    )
  }

  /// Computes one block of `c`, in `0..<blockCount`; see `MatrixProduct.run`.
  package func run<Scalar: ProductScalar>(
    block: Int, a: UnsafePointer<Scalar>, b: UnsafePointer<Scalar>,
    c: UnsafeMutablePointer<Scalar>, accumulate: Bool = false
  ) {
    let (index, part) = block.quotientAndRemainder(dividingBy: product.blockCount)
    let (i, j) = operands(of: index)
    let (m, n, k) = (product.m, product.n, product.k)
    product.run(
      block: part, a: a + i * m * k, b: b + j * k * n, c: c + index * m * n,
      accumulate: accumulate)
  }

  /// Computes one block of `c`, in `0..<blockCount`, in wrapping integer arithmetic.
  package func run<Scalar: FixedWidthInteger>(
    block: Int, a: UnsafePointer<Scalar>, b: UnsafePointer<Scalar>,
    c: UnsafeMutablePointer<Scalar>, accumulate: Bool = false
  ) {
    let (index, part) = block.quotientAndRemainder(dividingBy: product.blockCount)
    let (i, j) = operands(of: index)
    let (m, n, k) = (product.m, product.n, product.k)
    product.run(
      block: part, a: a + i * m * k, b: b + j * k * n, c: c + index * m * n,
      accumulate: accumulate)
  }
}
