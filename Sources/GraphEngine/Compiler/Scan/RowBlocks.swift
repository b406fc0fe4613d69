internal import GraphArrays

extension Scan.Partition {
  /// Loops shorter than this, in nanoseconds, are not split: handing them on costs more.
  private static let worthSplitting = 2 * PlanCost.worthSharing
  /// The rows of a block, at least, where bits depend on how rows are grouped.
  private static let leastRows = 8

  /// The blocks of rows for which a loop is run by one worker each.
  ///
  /// Where bits do not depend on how rows are grouped, there is a block for each worker: each block
  /// reads all weights in every turn. Otherwise there are two, whatever the number of workers.
  ///
  /// - Parameter cost: The time of the whole loop on one thread, in nanoseconds.
  func blocks(of body: Program, workers: Int, cost: Double) -> [Range<Int>] {
    guard cost >= Self.worthSplitting else { return [0..<rowCount] }
    let isExact = body.instructions.allSatisfy { $0.definition.isRowExact }
    let count = isExact ? min(workers, rowCount) : rowCount >= 2 * Self.leastRows ? 2 : 1
    return (0..<count).map { rowCount * $0 / count..<rowCount * ($0 + 1) / count }
  }

  /// The Scan's body for a block of rows.
  ///
  /// - Throws: `GraphError` where an operation needs all rows, which the proof excludes.
  func body(_ whole: Program, rows: Int) throws(GraphError) -> Program {
    try whole.retyped { value in
      let type = whole.type(value)
      guard parameters.contains(value), let extents = type.extents else { return type }
      return TensorType(type.dtype, exact: [rows] + extents.dropFirst())
    }
  }
}
