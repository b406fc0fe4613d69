internal import GraphArrays
internal import GraphKernels

/// Rows of a table by their numbers: what a product of one-hot vectors with the table is. The
/// compiler's own operation, which no graph contains.
///
///     GatherRows(table [depth, n], ids [...])  ->  [..., n]
///
/// It cannot fail: an id out of range has the row that `missing` says, as a one-hot vector of such
/// an id is zero everywhere.
package struct GatherRows: OpDefinition {
  /// The row of an id that is out of range.
  package enum Missing: String, Sendable, Hashable {
    /// Zeros. Ids are in range below the number of rows.
    case zeros
    /// The table's last row, which no id in range names: ids are in range below that.
    case lastRow
  }

  package let missing: Missing

  package init(missing: Missing = .zeros) { self.missing = missing }

  package var name: String { "GatherRows" }
  package static let attributes = [Attribute(derived: "missing", \GatherRows.missing.rawValue)]

  /// The dtypes of ids.
  static let idTypes: Set<DType> = [.int32, .int64, .uint8]

  package func infer(_ context: InferenceContext) throws(GraphError) -> [TensorType] {
    try context.expect(count: 2)
    try context.expect(0, rank: 2)
    try context.expect(1, isOneOf: Self.idTypes)
    guard let ids = context.shape(1).dimensions else {
      return [TensorType(context.dtype(0), .unknown)]
    }
    return [TensorType(context.dtype(0), Shape(dimensions: ids + [context.shape(0)[1]]))]
  }

  package func rowAxes(_ context: RowContext) throws(RowRefusal) -> [Int?] {
    try context.expectWhole(0)
    return [context.axes[1]]
  }

  package func kernel(_ request: KernelRequest) throws(GraphError) -> Kernel {
    try request.requirePlainBytes(name)
    let rows = try TableRows(request, table: 0, missing: missing)
    let rowsPerBlock = max(1, Kernel.copyBlockSize / max(1, rows.rowBytes))
    return .elementwise(
      count: request.inputCount(1), flopsPerElement: 0, blockSize: rowsPerBlock
    ) { arguments, range throws(RunFailure) in
      rows.copy(
        arguments, range, bytes: 0..<rows.rowBytes,
        to: arguments.output() + range.lowerBound * rows.rowBytes)
    }
  }
}

/// Rows of a table, by ids, as two operands of a kernel that follow each other.
struct TableRows: Sendable {
  /// The bytes of a row.
  let rowBytes: Int
  private let table: Int
  private let rowCount: Int
  private let idType: DType
  private let missing: GatherRows.Missing

  /// - Parameter table: The operand that is the table; the ids are the next.
  /// - Throws: `GraphError` where ids are no integers.
  init(_ request: KernelRequest, table: Int, missing: GatherRows.Missing) throws(GraphError) {
    let shape = request.inputShape(table)
    self.table = table
    self.missing = missing
    rowCount = missing == .lastRow ? shape[0] - 1 : shape[0]
    rowBytes = shape[1] * request.inputs[table].dtype.byteSize
    idType = request.inputs[table + 1].dtype
    guard GatherRows.idTypes.contains(idType) else { throw request.unsupported("GatherRows") }
  }

  /// Copies a part of the rows of `positions`, one below the other.
  ///
  /// - Parameters:
  ///   - bytes: The part of each row.
  ///   - target: Where the first of them goes; the others follow at distances of whole rows.
  func copy(
    _ arguments: Arguments, _ positions: Range<Int>, bytes: Range<Int>,
    to target: UnsafeMutableRawPointer
  ) {
    switch idType {
    case .int32: copy(arguments, positions, bytes, target, Int32.self)
    case .int64: copy(arguments, positions, bytes, target, Int64.self)
    default: copy(arguments, positions, bytes, target, UInt8.self)
    }
  }

  private func copy<Id: FixedWidthInteger>(
    _ arguments: Arguments, _ positions: Range<Int>, _ bytes: Range<Int>,
    _ target: UnsafeMutableRawPointer, _ type: Id.Type
  ) {
    let ids = arguments.input(table + 1, as: type)
    let rows = arguments.input(table) + bytes.lowerBound
    var target = target
    for position in positions {
      let id = Int(truncatingIfNeeded: ids[position])
      if id >= 0, id < rowCount {
        target.copyMemory(from: rows + id * rowBytes, byteCount: bytes.count)
      } else if missing == .lastRow {
        target.copyMemory(from: rows + rowCount * rowBytes, byteCount: bytes.count)
      } else {
        target.initializeMemory(as: UInt8.self, repeating: 0, count: bytes.count)
      }
      target += rowBytes
    }
  }
}
