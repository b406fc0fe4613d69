/// The figures of one contender: a median for each round, in the unit of the row.
struct Figures {
  let name: String
  var rounds: [Double] = []

  var median: Double { Figures.median(rounds) }
  var least: Double { rounds.min() ?? .nan }
  var greatest: Double { rounds.max() ?? .nan }

  static func median(_ values: [Double]) -> Double {
    guard !values.isEmpty else { return .nan }
    let sorted = values.sorted()
    let middle = sorted.count / 2
    return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
  }
}

/// What was found out about a row.
struct RowResult {
  let row: String
  let unit: Unit
  /// Nil where the row is void.
  let ours: Figures?
  let rivals: [Figures]
  let check: Check?
  let flops: Double?
  /// GFLOP/s of this machine, measured in the same rounds.
  let peak: Double?

  /// Whether the check failed, so that figures say nothing.
  var isVoid: Bool { check.map { !$0.passed } ?? false }

  /// The speed of a contender, where the row has one.
  func speed(_ figures: Figures) -> Double? { flops.map { $0 / figures.median / 1e6 } }
  /// Our figure as a multiple of a rival's.
  func ratio(to rival: Figures) -> Double? { ours.map { $0.median / rival.median } }
}

/// Executions before the first round.
private let warmUp = 3

/// Checks a row, and measures its contenders in turn.
func measure(_ row: any Row, _ setting: Setting) throws -> RowResult {
  let rivals = try row.rivals(setting)
  let check = try row.check(setting, rivals)
  if let check, !check.passed {
    return RowResult(
      row: row.name, unit: row.unit, ours: nil, rivals: [], check: check, flops: row.flops,
      peak: nil)
  }
  let ours = try row.prepare(setting)
  let peak = row.flops == nil ? nil : try peakContender(workers: setting.workers)
  let contenders = [ours] + rivals + [peak].compactMap { $0 }
  var figures = contenders.map { Figures(name: $0.name) }
  for contender in contenders { _ = try contender.measure(warmUp) }
  for _ in 0..<setting.rounds {
    for (index, contender) in contenders.enumerated() {
      figures[index].rounds.append(Figures.median(try contender.measure(row.executions)))
    }
  }
  return RowResult(
    row: row.name, unit: row.unit, ours: figures[0],
    rivals: Array(figures.dropFirst().prefix(rivals.count)), check: check, flops: row.flops,
    peak: peak.flatMap { _ in figures.last.map { peakFlops / $0.median / 1e6 } })
}
