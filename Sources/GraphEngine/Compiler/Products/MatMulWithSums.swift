internal import GraphArrays
internal import GraphKernels

/// A product and sums of its right operand's columns, as the gradients of a dense layer's weights and
/// bias are. The compiler's own operation, which no graph contains.
///
///     MatMulWithSums(x [m, k], w [k, n], ids [k]?)
///       ->  x w [m, n], the sum of w's rows [n]?, SegmentSum(w, ids) [depth, n]?
///
/// A product has each part of `w` in the cache when it packs it; summed by itself, `w` would come
/// from memory once more. The sum of all rows is one chain for each 512, as an element of the product
/// is; those of segments are taken in the order of the rows.
package struct MatMulWithSums: OpDefinition {
  /// Whether `x` is stored as `[k, m]`.
  package let transposeX: Bool
  /// Whether the sum of all rows is a result.
  package let hasTotal: Bool
  /// The number of segments; nil: there are no ids.
  package let depth: Int?

  package init(transposeX: Bool, hasTotal: Bool, depth: Int?) {
    (self.transposeX, self.hasTotal, self.depth) = (transposeX, hasTotal, depth)
  }

  package var name: String { "MatMulWithSums" }
  package var outputCount: Int { 1 + (hasTotal ? 1 : 0) + (depth == nil ? 0 : 1) }
  package var isContraction: Bool { true }
  package static let attributes = [
    Attribute(derived: "transpose_x", \MatMulWithSums.transposeX),
    Attribute(derived: "has_total", \.hasTotal),
    Attribute(derived: "depth", \.depthText),
  ]
  private var depthText: String { depth.map(String.init) ?? "" }

  // Products with few rows are OpenBLAS's, which chooses its code by the shape.
  package var isRowExact: Bool { false }

  package func infer(_ context: InferenceContext) throws(GraphError) -> [TensorType] {
    try context.expect(count: depth == nil ? 2 : 3)
    try context.expectSameDType([0, 1])
    try context.expect(0, isOneOf: MatMulAdd.dtypes)
    try context.expect(0, rank: 2)
    try context.expect(1, rank: 2)
    let (x, w) = (context.shape(0), context.shape(1))
    try MatrixKernel.expectEqual(x[transposeX ? 0 : 1], w[0])
    var results = [TensorType(context.dtype(), [x[transposeX ? 1 : 0], w[1]])]
    if hasTotal { results.append(TensorType(context.dtype(), [w[1]])) }
    if let depth {
      try context.expect(2, rank: 1)
      try context.expect(2, isOneOf: [.int32, .int64])
      try MatrixKernel.expectEqual(context.shape(2)[0], w[0])
      results.append(TensorType(context.dtype(), [depth, w[1]]))
    }
    return results
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
    let isInt64 = depth != nil && request.inputs[2].dtype == .int64
    @Sendable func sums(_ arguments: Arguments) -> ColumnSums<Scalar> {
      var sums = ColumnSums(total: hasTotal ? arguments.output(1, as: type) : nil)
      if let depth {
        sums.segments = ColumnSums.Segments(
          out: arguments.output(hasTotal ? 2 : 1, as: type), count: depth,
          ids: isInt64
            ? .int64(arguments.input(2, as: Int64.self))
            : .int32(arguments.input(2, as: Int32.self)),
          stride: product.n)
      }
      return sums
    }
    guard product.blockCount > 0 else {
      // Without rows of `x` there is no product, but there are sums.
      let block = ProductBlock(
        m: 0, n: product.n, k: product.k, strideA: 0, strideB: product.n, strideC: product.n)
      return Kernel { arguments, _ throws(RunFailure) in
        block.multiply(
          a: arguments.input(0, as: type), b: arguments.input(1, as: type),
          c: arguments.output(0, as: type), accumulate: false, sums: sums(arguments))
      }
    }
    return Kernel(
      blocks: product.blockCount,
      flops: (2 * Double(product.m) + Double(outputCount - 1)) * Double(product.n)
        * Double(product.k),
      scratch: product.scratchByteCount(of: type)
    ) { arguments, block throws(RunFailure) in
      product.run(
        block: block, a: arguments.input(0, as: type), b: arguments.input(1, as: type),
        c: arguments.output(0, as: type), sums: sums(arguments))
    }
  }
}
