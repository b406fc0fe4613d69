import Foundation

/// Tells how far an epoch is: a bar on a terminal, nothing elsewhere.
struct ProgressMeter {
  private static let isTerminal = isatty(STDOUT_FILENO) == 1
  private static let width = 30

  private let epoch: Int
  private let steps: Int
  private let epochsAfter: Int
  private let charactersPerStep: Int
  private let start = ContinuousClock.now
  private let first: Int
  private var done: Int
  private var drawn = ContinuousClock.now

  /// - Parameters:
  ///   - done: Steps that were done in an earlier run.
  ///   - epochsAfter: Whole epochs that follow this one.
  init(epoch: Int, steps: Int, done: Int, epochsAfter: Int, charactersPerStep: Int) {
    self.epoch = epoch
    self.steps = steps
    self.epochsAfter = epochsAfter
    self.charactersPerStep = charactersPerStep
    self.done = done
    first = done
  }

  /// Counts a step, and draws the bar ten times a second at most.
  mutating func advance() {
    done += 1
    let now = ContinuousClock.now
    guard Self.isTerminal, now - drawn > .milliseconds(100) else { return }
    drawn = now
    let full = Self.width * done / steps
    let bar = String(repeating: "#", count: full) + String(repeating: "-", count: Self.width - full)
    print("\r\u{1B}[KEpoch \(epoch) [\(bar)] \(done)/\(steps)  \(summary)", terminator: "")
    flush()
  }

  /// Takes the bar away.
  func clear() {
    if Self.isTerminal { print("\r\u{1B}[K", terminator: "") }
  }

  /// Characters a second, and the time that is left.
  var summary: String {
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    let perStep = seconds / Double(max(1, done - first))
    let left = Int((perStep * Double(steps - done + epochsAfter * steps)).rounded())
    let speed = perStep > 0 ? Double(charactersPerStep) / perStep : 0
    let time =
      left < 3600
      ? String(format: "%d:%02d", left / 60, left % 60)
      : String(format: "%d:%02d:%02d", left / 3600, left / 60 % 60, left % 60)
    return String(format: "%.0f characters/s  ", speed) + "\(time) left"
  }
}

/// Shows what was printed so far, also where the output is a pipe.
func flush() { fflush(nil) }
