internal import GraphArrays
internal import GraphKernels

/// A product and the sums of its right operand's columns, as the gradients of a dense layer's
/// weights and bias are. The compiler's own operation, which no graph contains.
///
///     MatMulWithSums(x [m, k], w [k, n])  ->  x w [m, n], sums over k of w [n]
///
/// A product has each part of `w` in the cache when it packs it; summed by itself, `w` would come
/// from memory once more. A sum has its terms in the order in which an element of the product has
/// them: one chain for each 512.
package struct MatMulWithSums: OpDefinition {
  /// Whether `x` is stored as `[k, m]`.
  package let transposeX: Bool

  package var name: String { "MatMulWithSums" }
  package var outputCount: Int { 2 }
  package var isContraction: Bool { true }
  package static let attributes = [Attribute(derived: "transpose_x", \MatMulWithSums.transposeX)]

  // Products with few rows are OpenBLAS's, which chooses its code by the shape.
  package var isRowExact: Bool { false }

  package func infer(_ context: InferenceContext) throws(GraphError) -> [TensorType] {
    let product = try MatMul(transposeA: transposeX).infer(context)
    try context.expect(0, isOneOf: MatMulAdd.dtypes)
    return product + [TensorType(context.dtype(), [context.shape(1)[1]])]
  }

  package func kernel(_ request: KernelRequest) throws(GraphError) -> Kernel {
    switch request.dtype {
    case .float32: kernel(request, Float.self)
    case .float64: kernel(request, Double.self)
    default: throw request.unsupported(name)
    }
  }

  private func kernel<Scalar: ProductScalar>(
    _ request: KernelRequest, _ type: Scalar.Type
  ) -> Kernel {
    let (x, shape) = (request.inputShape(0), request.outputShape())
    let product = MatrixProduct(
      m: shape[0], n: shape[1], k: x[transposeX ? 0 : 1], transposeA: transposeX)
    guard product.blockCount > 0 else {
      // Without rows there is no product, but there are sums.
      return Kernel { arguments, _ throws(RunFailure) in
        ProductBlock(
          m: 0, n: product.n, k: product.k, strideA: 0, strideB: product.n, strideC: product.n
        ).multiply(
          a: arguments.input(0, as: type), b: arguments.input(1, as: type),
          c: arguments.output(0, as: type), accumulate: false,
          sums: arguments.output(1, as: type))
      }
    }
    return Kernel(
      blocks: product.blockCount,
      flops: (2 * Double(product.m) + 1) * Double(product.n) * Double(product.k),
      scratch: product.scratchByteCount(of: type)
    ) { arguments, block throws(RunFailure) in
      product.run(
        block: block, a: arguments.input(0, as: type), b: arguments.input(1, as: type),
        c: arguments.output(0, as: type), sums: arguments.output(1, as: type))
    }
  }
}
