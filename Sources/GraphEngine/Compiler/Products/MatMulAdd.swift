package import GraphArrays
internal import GraphKernels

/// A product that accumulates into what is added to it, `y = addend + x w`. The compiler's own
/// operation, which no graph contains.
///
///     MatMulAdd(x [m, k], w [k, n], addend...)  ->  [m, n]
///
/// The sums of an element are added to the addend one after the other, so the last bits may differ
/// from those of the product with the addend added behind.
package struct MatMulAdd: OpDefinition {
  /// What the sums are added to: the operands behind `x` and `w`.
  package enum Addend: Sendable, Hashable {
    /// One operand, `[m, n]`.
    case matrix
    /// One operand, `[n]`: the same for every row.
    case row
    /// Two operands, `table [depth, n]` and `ids [m]`: what `GatherRows` makes of them.
    case rows(GatherRows.Missing)
  }

  package let addend: Addend
  /// Whether `x` is stored as `[k, m]`.
  package let transposeX: Bool
  /// Whether `w` is stored as `[n, k]`.
  package let transposeW: Bool

  package init(_ addend: Addend, transposeX: Bool = false, transposeW: Bool = false) {
    self.addend = addend
    self.transposeX = transposeX
    self.transposeW = transposeW
  }

  package var name: String { "MatMulAdd" }
  package var isContraction: Bool { true }
  package static let attributes = [
    Attribute(derived: "addend", \MatMulAdd.addendText),
    Attribute(derived: "transpose_x", \.transposeX),
    Attribute(derived: "transpose_w", \.transposeW),
  ]
  private var addendText: String {
    switch addend {
    case .matrix: "matrix"
    case .row: "row"
    case .rows(let missing): "rows, missing \(missing.rawValue)"
    }
  }

  /// The dtypes that sums are accumulated in.
  package static let dtypes: Set<DType> = [.float32, .float64]

  package func infer(_ context: InferenceContext) throws(GraphError) -> [TensorType] {
    var isGathered = false
    if case .rows = addend { isGathered = true }
    try context.expect(count: isGathered ? 4 : 3)
    try context.expectSameDType([0, 1, 2])
    try context.expect(0, isOneOf: Self.dtypes)
    try context.expect(0, rank: 2)
    try context.expect(1, rank: 2)
    if isGathered {
      try context.expect(3, isOneOf: GatherRows.idTypes)
      try context.expect(3, rank: 1)
    }
    try context.expect(2, rank: addend == .row ? 1 : 2)
    let (x, w) = (context.shape(0), context.shape(1))
    try MatrixKernel.expectEqual(x[transposeX ? 0 : 1], w[transposeW ? 1 : 0])
    let (m, n) = (x[transposeX ? 1 : 0], w[transposeW ? 0 : 1])
    let width = context.shape(2)[addend == .row ? 0 : 1]
    let height = isGathered ? context.shape(3)[0] : addend == .matrix ? context.shape(2)[0] : m
    guard m == nil || height == nil || m == height, n == nil || width == nil || n == width else {
      throw GraphError(
        .invalidArgument, "an addend \(context.shape(2)) does not fit the product")
    }
    return [TensorType(context.dtype(), [m ?? height, n ?? width])]
  }

  // Products with few rows are OpenBLAS's, which chooses its code by the shape.
  package var isRowExact: Bool { false }

  package func rowAxes(_ context: RowContext) throws(RowRefusal) -> [Int?] {
    try context.expectWhole(1)
    let rows = context.axes[0]
    guard rows == nil || rows == (transposeX ? 1 : 0) else {
      throw RowRefusal("it sums over rows", operand: 0)
    }
    // Operands that have a row for each of the result's are partitioned as `x` is.
    let follower: Int?
    switch addend {
    case .matrix: follower = 2
    case .row: follower = nil
    case .rows: follower = 3
    }
    for operand in context.axes.indices.dropFirst(2) {
      let axis = operand == follower && rows != nil ? 0 : nil
      guard context.axes[operand] == axis else {
        throw RowRefusal("the addend has other rows", operand: operand)
      }
    }
    return [rows.map { _ in 0 }]
  }

  package func kernel(_ request: KernelRequest) throws(GraphError) -> Kernel {
    switch request.dtype {
    case .float32: try kernel(request, Float.self)
    case .float64: try kernel(request, Double.self)
    default: throw request.unsupported(name)
    }
  }

  private func kernel<Scalar: ProductScalar>(
    _ request: KernelRequest, _ type: Scalar.Type
  ) throws(GraphError) -> Kernel {
    let (x, shape) = (request.inputShape(0), request.outputShape())
    let product = MatrixProduct(
      m: shape[0], n: shape[1], k: x[transposeX ? 0 : 1], transposeA: transposeX,
      transposeB: transposeW)
    guard product.blockCount > 0 else { return .nothing }
    let begin = try beginning(request)
    let (n, size) = (product.n, request.dtype.byteSize)
    return Kernel(
      blocks: product.blockCount, inPlace: addend == .matrix ? [2] : [],
      flops: 2 * Double(product.m * n) * Double(product.k),
      scratch: product.scratchByteCount(of: type)
    ) { arguments, block throws(RunFailure) in
      let (rows, columns) = product.area(of: block)
      let target = arguments.output() + (rows.lowerBound * n + columns.lowerBound) * size
      begin(
        arguments, rows, columns.lowerBound * size..<columns.upperBound * size, target)
      product.run(
        block: block, a: arguments.input(0, as: type), b: arguments.input(1, as: type),
        c: arguments.output(0, as: type), accumulate: true)
    }
  }

  /// Writes the addend of a part of the result: rows, and bytes of each.
  private typealias Beginning =
    @Sendable (Arguments, _ rows: Range<Int>, _ bytes: Range<Int>, UnsafeMutableRawPointer) -> Void

  private func beginning(_ request: KernelRequest) throws(GraphError) -> Beginning {
    let rowBytes = request.outputShape()[1] * request.dtype.byteSize
    switch addend {
    case .matrix:
      return { arguments, rows, bytes, target in
        var source = arguments.input(2) + rows.lowerBound * rowBytes + bytes.lowerBound
        var target = target
        guard source != UnsafeRawPointer(target) else { return }
        for _ in rows {
          target.copyMemory(from: source, byteCount: bytes.count)
          source += rowBytes
          target += rowBytes
        }
      }
    case .row:
      return { arguments, rows, bytes, target in
        let source = arguments.input(2) + bytes.lowerBound
        var target = target
        for _ in rows {
          target.copyMemory(from: source, byteCount: bytes.count)
          target += rowBytes
        }
      }
    case .rows(let missing):
      let table = try TableRows(request, table: 2, missing: missing)
      return { arguments, rows, bytes, target in
        table.copy(arguments, rows, bytes: bytes, to: target)
      }
    }
  }
}
