import Foundation

/// The table: a line for each contender of a row.
enum Table {
  static let header = line([
    "row", "who", "median", "least..greatest", "ratio", "GFLOP/s", "of peak",
  ])

  /// The lines of a row.
  static func lines(_ result: RowResult) -> String {
    var lines: [String] = []
    let contenders = [result.ours].compactMap { $0 } + result.rivals
    for (index, figures) in contenders.enumerated() {
      let speed = result.speed(figures)
      let isOurs = index == 0
      let (least, greatest) = (amount(figures.least, result), amount(figures.greatest, result))
      lines.append(
        line([
          isOurs ? result.row : "", figures.name, amount(figures.median, result),
          "\(least)..\(greatest)",
          isOurs ? "" : text("%.2f", result.ratio(to: figures)), text("%.1f", speed),
          share(speed, of: result.peak),
        ]))
    }
    if let check = result.check {
      lines.append(
        line([
          result.isVoid ? result.row : "", result.isVoid ? "void" : "check", check.message,
        ]))
    }
    return lines.joined(separator: "\n")
  }

  private static let widths = [22, 12, 10, 22, 7, 9, 8]

  /// Columns side by side, the first two to the left, the others to the right.
  private static func line(_ columns: [String]) -> String {
    let padded = zip(columns, widths).enumerated().map { index, pair in
      let (column, width) = pair
      let space = String(repeating: " ", count: max(0, width - column.count))
      return index < 2 || columns.count == 3 && index == 2 ? column + space : space + column
    }
    var line = padded.joined(separator: " ")
    while line.last == " " { line.removeLast() }
    return line
  }

  /// A figure of a row with its unit.
  static func amount(_ figure: Double, _ result: RowResult) -> String {
    switch (result.unit, figure) {
    case (.megabytes, _): String(format: "%.0f MB", figure)
    case (.milliseconds, 1...): String(format: "%.1f ms", figure)
    case (.milliseconds, 0.001..<1): String(format: "%.2f us", figure * 1e3)
    case (.milliseconds, _): String(format: "%.0f ns", figure * 1e6)
    }
  }

  static func text(_ format: String, _ value: Double?) -> String {
    value.map { String(format: format, $0) } ?? ""
  }

  static func share(_ speed: Double?, of peak: Double?) -> String {
    guard let speed, let peak else { return "" }
    return String(format: "%.0f %%", 100 * speed / peak)
  }
}

/// The table in Markdown: a line for each contender of a row.
enum MarkdownTable {
  static let header = """
    | row | who | median (least to greatest) | ours as a multiple | GFLOP/s | of peak |
    |---|---|---|---|---|---|
    """

  /// The lines of a row.
  static func lines(_ result: RowResult) -> String {
    guard let ours = result.ours else { return line([result.row, "void", "", "", "", ""]) }
    return ([ours] + result.rivals).enumerated().map { index, figures in
      let speed = result.speed(figures)
      let (least, median, greatest) = (
        Table.amount(figures.least, result), Table.amount(figures.median, result),
        Table.amount(figures.greatest, result)
      )
      return line([
        index == 0 ? result.row : "", figures.name, "\(median) (\(least) to \(greatest))",
        index == 0 ? "" : Table.text("%.2f", result.ratio(to: figures)), Table.text("%.1f", speed),
        Table.share(speed, of: result.peak),
      ])
    }.joined(separator: "\n")
  }

  private static func line(_ columns: [String]) -> String {
    "| " + columns.joined(separator: " | ") + " |"
  }
}

extension RowResult: Encodable {
  private enum Key: String, CodingKey {
    case row, peers, gflops, spread
    case milliseconds = "ours_ms"
    case megabytes = "ours_mb"
    case peakShare = "share_of_peak"
    case check = "loss_check"
  }

  private struct Rival: Encodable {
    var ms, mb: Double?
    let spread: [Double]
    let ratio: Double?
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    let speed = ours.flatMap { self.speed($0) }
    let isTime = unit == .milliseconds
    var peers: [String: Rival] = [:]
    for figures in rivals {
      peers[figures.name] = Rival(
        ms: isTime ? figures.median : nil, mb: isTime ? nil : figures.median,
        spread: [figures.least, figures.greatest], ratio: ratio(to: figures))
    }
    // `encode` writes null where there is nothing, `encodeIfPresent` would leave the key out.
    try container.encode(row, forKey: .row)
    try container.encode(isTime ? ours?.median : nil, forKey: .milliseconds)
    if !isTime { try container.encode(ours?.median, forKey: .megabytes) }
    try container.encode(ours.map { [$0.least, $0.greatest] }, forKey: .spread)
    try container.encode(peers, forKey: .peers)
    try container.encode(speed, forKey: .gflops)
    try container.encode(speed.flatMap { speed in peak.map { speed / $0 } }, forKey: .peakShare)
    try container.encode(check, forKey: .check)
  }
}
