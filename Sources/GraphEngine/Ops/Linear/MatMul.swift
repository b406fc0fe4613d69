internal import GraphArrays
internal import GraphKernels

/// The product of matrices, `[m, k]` and `[k, n]` to `[m, n]`. TF: `tf.matmul`.
///
/// Where an operand has more than two axes, or an unknown number, the last two are those of
/// matrices and the others are broadcast: `BatchMatMulV2`. An inner extent of 0 gives zeros.
///
/// - Parameters:
///   - transposeA: Whether matrices of `x` are `[k, m]`.
///   - transposeB: Whether matrices of `y` are `[n, k]`.
public func matmul(
  _ x: Tensor, _ y: Tensor, transposeA: Bool = false, transposeB: Bool = false,
  name: String? = nil
) -> Tensor {
  if x.shape.rank ?? 3 > 2 || y.shape.rank ?? 3 > 2 {
    let definition = BatchMatMul(adjX: transposeA, adjY: transposeB)
    return x.graph.tensor(definition, [x, y], name: name, defaultName: "MatMul")
  }
  return x.graph.tensor(MatMul(transposeA: transposeA, transposeB: transposeB), [x, y], name: name)
}

/// The product of two matrices. TF: `MatMul`.
package struct MatMul: OpDefinition {
  package var transposeA: Bool
  package var transposeB: Bool

  package init(transposeA: Bool = false, transposeB: Bool = false) {
    self.transposeA = transposeA
    self.transposeB = transposeB
  }

  package var name: String { "MatMul" }
  package static let attributes = [
    Attribute("transpose_a", \MatMul.transposeA), Attribute("transpose_b", \.transposeB),
  ]

  package func infer(_ context: InferenceContext) throws(GraphError) -> [TensorType] {
    try context.expect(count: 2)
    try context.expectSameDType()
    try context.expect(0, isOneOf: MatrixKernel.dtypes)
    try context.expect(0, rank: 2)
    try context.expect(1, rank: 2)
    let (a, b) = (context.shape(0), context.shape(1))
    try MatrixKernel.expectEqual(a[transposeA ? 0 : 1], b[transposeB ? 1 : 0])
    return [TensorType(context.dtype(), [a[transposeA ? 1 : 0], b[transposeB ? 0 : 1]])]
  }

  // Products with few rows are OpenBLAS's, which chooses its code by the shape.
  package var isRowExact: Bool { false }

  package func rowAxes(_ context: RowContext) throws(RowRefusal) -> [Int?] {
    try context.expectWhole(1)
    guard let axis = context.axes[0] else { return [nil] }
    guard axis == (transposeA ? 1 : 0) else {
      throw RowRefusal("it sums over rows", operand: 0)
    }
    return [0]
  }

  package func kernel(_ request: KernelRequest) throws(GraphError) -> Kernel {
    let (a, b) = (request.inputShape(0), request.inputShape(1))
    let product = MatrixProduct(
      m: a[transposeA ? 1 : 0], n: b[transposeB ? 0 : 1], k: a[transposeA ? 0 : 1],
      transposeA: transposeA, transposeB: transposeB)
    guard
      let plan = BatchedMatrixProduct(batch: [], batchA: [], batchB: [], product: product)
    else { throw request.unsupported(name) }
    return try MatrixKernel.make(plan, request, name)
  }

  package var isContraction: Bool { true }

  package func overTime(_ all: inout AllTurns) throws(GraphError) -> [Value]? {
    guard all.isStacked(0), !all.isStacked(1), !transposeA else { return nil }
    let (count, depth) = (all.turns * all.extents(0)[0], all.extents(0)[1])
    let rows = try all.reshape(all.operands[0].value, to: [count, depth])
    let product = try all.emit(self, [rows, all.operands[1].value])
    return [try all.reshape(asResult: product)]
  }

  /// One product that sums over the rows of all turns: `sum_t a_t' b_t`.
  package func sumOverTime(_ all: inout AllTurns) throws(GraphError) -> Value? {
    guard all.isStacked(0), all.isStacked(1) else { return nil }
    var rows: [Value] = []
    for (index, isTransposed) in [transposeA, !transposeB].enumerated() {
      var stack = all.operands[index].value
      if !isTransposed { stack = try all.emit(Transpose(), [stack, all.vector([0, 2, 1])]) }
      let extents = isTransposed ? all.extents(index) : all.extents(index).reversed()
      rows.append(try all.reshape(stack, to: [all.turns * extents[0], extents[1]]))
    }
    return try all.emit(MatMul(transposeA: true), rows)
  }

  package func gradient(_ context: GradientContext) throws(GraphError) -> [Tensor?] {
    guard context.inputType().dtype.isFloating else { return [nil, nil] }
    let graph = context.operation.graph
    return MatrixKernel.gradients(transposeA, transposeB, context) { a, b, ta, tb in
      graph.tensor(MatMul(transposeA: ta, transposeB: tb), [a, b])
    }
  }
}

/// What products of matrices and of stacks of them share.
enum MatrixKernel {
  /// The dtypes that products are made for.
  static let dtypes: Set<DType> = [.float32, .float64, .int32, .int64, .uint8]

  /// - Throws: `GraphError` where the extents that a product sums over differ.
  static func expectEqual(_ a: Int?, _ b: Int?) throws(GraphError) {
    if let a, let b, a != b {
      throw GraphError(.invalidArgument, "inner dimensions \(a) and \(b) differ")
    }
  }

  /// The code of a planned product.
  static func make(
    _ plan: BatchedMatrixProduct, _ request: KernelRequest, _ name: String
  ) throws(GraphError) -> Kernel {
    let body: Kernel.Body
    var scratch = 0
    switch request.dtype {
    case .float32:
      body = floating(plan, Float.self)
      scratch = plan.product.scratchByteCount(of: Float.self)
    case .float64:
      body = floating(plan, Double.self)
      scratch = plan.product.scratchByteCount(of: Double.self)
    case .int32: body = integer(plan, Int32.self)
    case .int64: body = integer(plan, Int64.self)
    case .uint8: body = integer(plan, UInt8.self)
    default: throw request.unsupported(name)
    }
    // An empty product has no block, a kernel has at least one.
    guard plan.blockCount > 0 else { return Kernel { _, _ throws(RunFailure) in } }
    let product = plan.product
    let multiplications = Double(plan.batchCount * product.m) * Double(product.n * product.k)
    return Kernel(
      blocks: plan.blockCount, flops: 2 * multiplications, scratch: scratch, body)
  }

  private static func floating<Scalar: ProductScalar>(
    _ plan: BatchedMatrixProduct, _ type: Scalar.Type
  ) -> Kernel.Body {
    { arguments, block throws(RunFailure) in
      plan.run(
        block: block, a: arguments.input(0, as: Scalar.self),
        b: arguments.input(1, as: Scalar.self),
        c: arguments.output(0, as: Scalar.self))
    }
  }

  private static func integer<Scalar: FixedWidthInteger & Sendable>(
    _ plan: BatchedMatrixProduct, _ type: Scalar.Type
  ) -> Kernel.Body {
    { arguments, block throws(RunFailure) in
      plan.run(
        block: block, a: arguments.input(0, as: Scalar.self),
        b: arguments.input(1, as: Scalar.self),
        c: arguments.output(0, as: Scalar.self))
    }
  }

  /// The gradients of both operands of c = a b, either of which may be stored transposed:
  /// da = dc b', db = a' dc, transposed where the operand is.
  static func gradients(
    _ transposeA: Bool, _ transposeB: Bool, _ context: GradientContext,
    _ product: (_ a: Tensor, _ b: Tensor, _ transposeA: Bool, _ transposeB: Bool) -> Tensor
  ) -> [Tensor?] {
    let dc = context.dy()
    var da: Tensor?
    if context.isNeeded[0] {
      let b = context.input(1)
      da = transposeA ? product(b, dc, transposeB, true) : product(dc, b, false, !transposeB)
    }
    var db: Tensor?
    if context.isNeeded[1] {
      let a = context.input(0)
      db = transposeB ? product(dc, a, true, transposeA) : product(a, dc, !transposeA, false)
    }
    return [da, db]
  }
}
