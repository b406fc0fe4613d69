internal import GraphArrays
internal import GraphKernels

/// A product with a packed right-hand side, `y = x w` or `y = addend + x w`. The compiler's own
/// operation, which no graph contains.
///
///     PackedMatMul(x [m, k], packed w, addend...)  ->  [m, n]
///
/// An element's bits do not depend on the rows that are computed with it; see `PackedMatrix`.
package struct PackedMatMul: OpDefinition {
  /// What the sums are added to; nil for zero.
  package let addend: MatMulAdd.Addend?
  /// The columns of the result.
  package let columns: Int

  package init(_ addend: MatMulAdd.Addend?, columns: Int) {
    self.addend = addend
    self.columns = columns
  }

  package var name: String { "PackedMatMul" }
  package static let attributes = [
    Attribute(derived: "addend", \PackedMatMul.addendText),
    Attribute(derived: "columns", \.columns),
  ]
  private var addendText: String {
    switch addend {
    case nil: ""
    case .matrix: "matrix"
    case .row: "row"
    case .rows(let missing): "rows, missing \(missing.rawValue)"
    }
  }

  package func infer(_ context: InferenceContext) throws(GraphError) -> [TensorType] {
    try context.expect(0, isOneOf: MatMulAdd.dtypes)
    try context.expect(0, rank: 2)
    return [TensorType(context.dtype(), [context.shape(0)[0], columns])]
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
    let x = request.inputShape(0)
    let (m, k, n) = (x[0], x[1], columns)
    guard m > 0, n > 0 else { return .nothing }
    let layout = PackedMatrix<Scalar>(k: k, n: n)
    // Blocks of panels, all rows: the packed form is read once.
    // With few rows the time is that of reading the weights.
    let perPanel = max(m, 16) * max(1, k) * PackedMatrix<Scalar>.panelColumns
    let panelsPerBlock = max(1, min(layout.panelCount, Self.blockSize / perPanel))
    let blocks = (layout.panelCount + panelsPerBlock - 1) / panelsPerBlock
    let addend = try start(request, type)
    return Kernel(
      blocks: blocks, inPlace: self.addend == .matrix ? [2] : [],
      flops: 2 * Double(m * n) * Double(k)
    ) { arguments, block throws(RunFailure) in
      let first = block * panelsPerBlock
      addend.with(arguments) { start in
        layout.multiply(
          rows: 0..<m, panels: first..<min(layout.panelCount, first + panelsPerBlock),
          packed: arguments.input(1, as: type), x: arguments.input(0, as: type), xStride: k,
          addend: start, out: arguments.output(0, as: type), outStride: n,
          isDescending: arguments.isDescending)
      }
    }
  }

  /// Multiplications that a block has.
  private static let blockSize = 1 << 21

  private func start<Scalar: ProductScalar>(
    _ request: KernelRequest, _ type: Scalar.Type
  ) throws(GraphError) -> PackedAddend<Scalar> {
    guard case .rows(let missing) = addend else {
      return PackedAddend(kind: addend == .row ? .row : addend == nil ? .zero : .matrix(columns))
    }
    let table = request.inputShape(2)
    guard GatherRows.idTypes.contains(request.inputs[3].dtype) else {
      throw request.unsupported(name)
    }
    return PackedAddend(
      kind: .rows(
        request.inputs[3].dtype, rowCount: table[0], ids: request.inputShape(3)[0], missing,
        stride: table[1]))
  }
}

/// What the sums of a packed product are added to, for the operands of a kernel.
private struct PackedAddend<Scalar: ProductScalar>: Sendable {
  enum Kind: Sendable {
    case zero
    case row
    case matrix(Int)
    case rows(DType, rowCount: Int, ids: Int, GatherRows.Missing, stride: Int)
  }

  let kind: Kind

  func with(_ arguments: Arguments, _ body: (PackedMatrix<Scalar>.Addend) -> Void) {
    switch kind {
    case .zero: body(.zero)
    case .row: body(.row(arguments.input(2, as: Scalar.self)))
    case .matrix(let stride): body(.matrix(arguments.input(2, as: Scalar.self), stride: stride))
    case .rows(let dtype, let rowCount, let count, let missing, let stride):
      let table = arguments.input(2, as: Scalar.self)
      if missing == .zeros, dtype == .int32 {
        body(
          .rows32(
            of: table, stride: stride, count: rowCount, ids: arguments.input(3, as: Int32.self)))
      } else if missing == .zeros, dtype == .int64 {
        body(
          .rows64(
            of: table, stride: stride, count: rowCount, ids: arguments.input(3, as: Int64.self)))
      } else {
        // Ids that name the row of those that are out of range.
        ThreadScratch.with(count * MemoryLayout<Int64>.stride) { scratch in
          let ids = scratch.assumingMemoryBound(to: Int64.self)
          Self.resolve(arguments, dtype, count, rowCount, missing, ids)
          body(.rows64(of: table, stride: stride, count: rowCount, ids: UnsafePointer(ids)))
        }
      }
    }
  }

  private static func resolve(
    _ arguments: Arguments, _ dtype: DType, _ count: Int, _ rowCount: Int,
    _ missing: GatherRows.Missing, _ ids: UnsafeMutablePointer<Int64>
  ) {
    let last = missing == .lastRow ? rowCount - 1 : rowCount
    func fill<Id: FixedWidthInteger>(_ source: UnsafePointer<Id>) {
      for i in 0..<count {
        let id = Int(truncatingIfNeeded: source[i])
        ids[i] = Int64(id >= 0 && id < last ? id : last)
      }
    }
    switch dtype {
    case .int32: fill(arguments.input(3, as: Int32.self))
    case .int64: fill(arguments.input(3, as: Int64.self))
    default: fill(arguments.input(3, as: UInt8.self))
    }
  }
}
