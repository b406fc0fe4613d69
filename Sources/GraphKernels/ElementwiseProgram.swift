internal import CKernels

/// A straight-line program of elementwise functions over rows, `[rows, columns]`, executed in tiles
/// that stay in the first-level cache: what lies between two functions never reaches memory.
///
/// Its operands and results are views of arrays: whole ones, some columns of a wider one, one row
/// or one column for all. A program knows the arrays by their positions in a table of pointers that
/// a run is given. Every element has the bits that the functions would give it one after another,
/// for any division of the rows.
///
/// A result may overwrite an operand that has its elements at the same places: a tile's operands
/// are read before they are overwritten.
package struct ElementwiseProgram: @unchecked Sendable {
  // Unchecked because of the C functions in the steps, which are constants of the program.
  private let steps: [sg_elementwise_step]
  private let constants: [Constant]
  private let columns: Int
  private let tileRows: Int
  private let tileColumns: Int

  /// The bytes of memory that a run needs for itself, best aligned to 64.
  package let scratchByteCount: Int

  /// A value that is the same for all elements, and where it stands in the scratch memory.
  struct Constant {
    var offset: Int
    var bits: UInt64
  }

  init(
    steps: [sg_elementwise_step], constants: [Constant], columns: Int, tileRows: Int,
    tileColumns: Int, scratchByteCount: Int
  ) {
    self.steps = steps
    self.constants = constants
    self.columns = columns
    self.tileRows = tileRows
    self.tileColumns = tileColumns
    self.scratchByteCount = scratchByteCount
  }

  /// The number of functions that are executed for each tile.
  package var stepCount: Int { steps.count }

  /// Executes the program for the rows in `rows`.
  ///
  /// - Parameters:
  ///   - arrays: The bases of the whole arrays, by position.
  ///   - scratch: `scratchByteCount` bytes that nobody else uses meanwhile; their contents are
  ///     nothing before and after.
  package func run(
    arrays: UnsafePointer<UnsafeMutableRawPointer>, rows: Range<Int>,
    scratch: UnsafeMutableRawPointer
  ) {
    for constant in constants {
      scratch.storeBytes(of: constant.bits, toByteOffset: constant.offset, as: UInt64.self)
    }
    steps.withUnsafeBufferPointer { steps in
      guard let base = steps.baseAddress else { return }
      var program = sg_elementwise(
        steps: base, step_count: steps.count, columns: columns, tile_rows: tileRows,
        tile_columns: tileColumns)
      sg_run_elementwise(&program, arrays, rows.lowerBound, rows.upperBound, scratch)
    }
  }
}
