internal import GraphArrays

/// A counted loop in normal form: the compiler's own operation, which no graph contains.
///
///     Scan(turns, invariants..., states..., scanned...) -> finals..., stacked..., sums...
///
/// In turn `t` the body is given every invariant, the states (at first their operands, then what
/// the turn before made of them) and row `offset + t` of each scanned array. It gives back the next
/// states, one row for each stacked result, which stands at row `offset + t` of that result, and one
/// term of each sum over the turns. Rows that no turn writes are zero, but for the row before that
/// of the first turn in stacks of which `starts` names a state: it is the operand of that state.
/// Turns run from 0 up, or from the last down where `isReversed`. A final is a state after the last
/// turn, its operand where there are no turns.
///
/// The body has no counter and reads and writes no list at an index: whether and where an array is
/// touched stands in the ports, so passes need not look for it.
package struct Scan: OpDefinition {
  /// Where the rows of a port's array are.
  package struct Rows: Sendable, Hashable {
    /// The row of the array that turn 0 reads or writes.
    package var offset: Int
    /// The rows of the array.
    package var length: Int

    package init(offset: Int, length: Int) {
      self.offset = offset
      self.length = length
    }
  }

  /// The number of turns.
  package var turns: Int
  package var isReversed: Bool
  package var invariantCount: Int
  package var stateCount: Int
  package var scanned: [Rows]
  package var stacked: [Rows]
  /// For each stacked result the state, by number, whose values it holds: what the state starts as
  /// stands in the row before the first turn's. Nil for most.
  package var starts: [Int?]
  package var sumCount: Int

  package init(
    turns: Int, isReversed: Bool, invariantCount: Int, stateCount: Int, scanned: [Rows],
    stacked: [Rows], starts: [Int?]? = nil, sumCount: Int = 0
  ) {
    self.turns = turns
    self.isReversed = isReversed
    self.invariantCount = invariantCount
    self.stateCount = stateCount
    self.scanned = scanned
    self.stacked = stacked
    self.starts = starts ?? Array(repeating: nil, count: stacked.count)
    self.sumCount = sumCount
  }

  /// How the batch may be split; nil before `SplitBatch`, and where it may not.
  package var partition: Partition?
  /// Why the batch may not be split, in words; nil where it may.
  package var refusal: String?
  /// Instructions of the body, by `id`, that are not executed in the last turn.
  package var deadInLastTurn: Set<Value> = []

  /// The proof that rows of all states, scanned rows and results are independent of other rows.
  package struct Partition: Sendable, Hashable {
    /// The rows of the batch.
    package var rowCount: Int
    /// The parameters of the body that are partitioned along their first axis: states, rows of
    /// scanned arrays and invariants. Every result is.
    package var parameters: Set<Value>
  }

  package var name: String { "Scan" }
  package var outputCount: Int { stateCount + stacked.count + sumCount }
  package static let attributes = [
    Attribute("turns", \Scan.turns), Attribute("reversed", \.isReversed),
    Attribute("invariants", \.invariantCount), Attribute("states", \.stateCount),
    Attribute(derived: "scanned", \.scannedText), Attribute(derived: "stacked", \.stackedText),
    Attribute("sums", \.sumCount),
    Attribute(derived: "split", \.splitText),
    Attribute(derived: "not_in_last_turn", \.deadText),
  ]
  private var scannedText: String { Self.text(scanned) }
  private var stackedText: String {
    zip(stacked, starts).map { rows, start in
      Self.text([rows]) + (start.map { " from state \($0)" } ?? "")
    }.joined(separator: ", ")
  }
  private var deadText: String {
    deadInLastTurn.isEmpty ? "" : "\(deadInLastTurn.count) operations"
  }
  private var splitText: String {
    if let refusal { return "no: \(refusal)" }
    return partition.map { "\($0.rowCount) rows" } ?? ""
  }
  private static func text(_ rows: [Rows]) -> String {
    rows.map { "\($0.offset) of \($0.length)" }.joined(separator: ", ")
  }

  /// Positions of the operands of each kind.
  package var invariants: Range<Int> { 0..<invariantCount }
  package var states: Range<Int> { invariantCount..<invariantCount + stateCount }
  package var scannedInputs: Range<Int> {
    invariantCount + stateCount..<invariantCount + stateCount + scanned.count
  }

  /// The row of stacked result `k` that holds what its state starts as; nil where none does.
  package func startRow(_ k: Int) -> Int? {
    guard starts[k] != nil else { return nil }
    return isReversed ? stacked[k].offset + turns : stacked[k].offset - 1
  }

  /// The compiler infers the types of a Scan with those of its body.
  package func infer(_ context: InferenceContext) throws(GraphError) -> [TensorType] {
    throw GraphError(.unimplemented, "Scan is typed by its body")
  }

  package func kernel(_ request: KernelRequest) throws(GraphError) -> Kernel {
    throw GraphError(.unimplemented, "Scan is executed by the runtime")
  }
}
