/// Tells on standard error how far long work is: a bar on a terminal, a line now and then elsewhere.
struct Progress {
  private static let width = 30
  private static let barInterval = Duration.milliseconds(100)
  private static let lineInterval = Duration.seconds(10)

  private let total: Int
  private var done = 0
  private var shown = ContinuousClock.now
  private var isDrawn = false

  /// Nothing is shown before the first interval is over: short work has no progress.
  init(steps: Int) { total = steps }

  mutating func advance() {
    done += 1
    let now = ContinuousClock.now
    let interval = StandardError.isTerminal ? Self.barInterval : Self.lineInterval
    guard now - shown >= interval, done < total else { return }
    shown = now
    if StandardError.isTerminal {
      let full = Self.width * done / total
      let bar =
        String(repeating: "#", count: full) + String(repeating: "-", count: Self.width - full)
      StandardError.write("\r\u{1B}[K[\(bar)] \(done)/\(total)")
      isDrawn = true
    } else {
      StandardError.write("step \(done) of \(total)\n")
    }
  }

  /// Takes the bar away.
  mutating func clear() {
    guard isDrawn else { return }
    StandardError.write("\r\u{1B}[K")
    isDrawn = false
  }
}
