/// The times of one contender: a median for each round, in milliseconds.
struct Times {
  let name: String
  var rounds: [Double] = []

  var median: Double { Times.median(rounds) }
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
  /// Nil where the row is void.
  let ours: Times?
  let rivals: [Times]
  let check: LossCheck?
  let flops: Double?
  /// GFLOP/s of this machine, measured in the same rounds.
  let peak: Double?

  /// Whether the check failed, so that times say nothing.
  var isVoid: Bool { check.map { !$0.passed } ?? false }

  /// The speed of a contender, where the row has one.
  func speed(_ times: Times) -> Double? { flops.map { $0 / times.median / 1e6 } }
  /// Our time as a multiple of a rival's.
  func ratio(to rival: Times) -> Double? { ours.map { $0.median / rival.median } }
}

/// Executions before the first round.
private let warmUp = 3

/// Checks a row, and times its contenders in turn.
func measure(_ row: any Row, _ setting: Setting) throws -> RowResult {
  let rivals = try row.rivals(setting)
  let check = try row.check(setting, rivals)
  if let check, !check.passed {
    return RowResult(
      row: row.name, ours: nil, rivals: [], check: check, flops: row.flops, peak: nil)
  }
  let ours = try row.prepare(setting)
  let peak = row.flops == nil ? nil : try peakContender(workers: setting.workers)
  let contenders = [ours] + rivals + [peak].compactMap { $0 }
  var times = contenders.map { Times(name: $0.name) }
  for contender in contenders { _ = try contender.times(warmUp) }
  for _ in 0..<setting.rounds {
    for (index, contender) in contenders.enumerated() {
      times[index].rounds.append(Times.median(try contender.times(row.executions)))
    }
  }
  return RowResult(
    row: row.name, ours: times[0], rivals: Array(times.dropFirst().prefix(rivals.count)),
    check: check,
    flops: row.flops, peak: peak.flatMap { _ in times.last.map { peakFlops / $0.median / 1e6 } })
}
