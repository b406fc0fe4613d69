/// Lets one run at a time through: of runs that assign variables or draw random numbers.
///
/// `@unchecked Sendable` because `isOpen` is touched only under the monitor's lock.
final class RunGate: @unchecked Sendable {
  private let monitor = Monitor()
  private var isOpen = true

  /// Waits until no other run is inside; false where the run has to stop before that.
  func enter(_ run: RunState) -> Bool {
    monitor.lock()
    defer { monitor.unlock() }
    while !isOpen {
      if run.isCancelled { return false }
      // A cancellation and the deadline send no signal.
      monitor.wait(atMost: .milliseconds(10))
    }
    isOpen = false
    return true
  }

  /// Lets the next run through.
  func leave() {
    monitor.withLock {
      isOpen = true
      monitor.signal()
    }
  }
}
