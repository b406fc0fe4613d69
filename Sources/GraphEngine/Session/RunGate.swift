internal import Dispatch
internal import Synchronization

/// Lets one run at a time through, in the order in which they came: of runs that assign variables
/// or draw random numbers.
final class RunGate: Sendable {
  private struct State {
    var isOpen = true
    var waiting: [DispatchSemaphore] = []
  }

  private let state = Mutex(State())

  /// Waits until no other run is inside; false where the run has to stop before that.
  func enter(_ run: RunState) -> Bool {
    let turn = state.withLock { state -> DispatchSemaphore? in
      if state.isOpen {
        state.isOpen = false
        return nil
      }
      let turn = DispatchSemaphore(value: 0)
      state.waiting.append(turn)
      return turn
    }
    guard let turn else { return true }
    // A cancellation and the deadline send no signal, so they are looked for from time to time.
    while turn.wait(timeout: .now() + .milliseconds(10)) == .timedOut {
      guard run.isCancelled else { continue }
      let isWaiting = state.withLock { state in
        guard let index = state.waiting.firstIndex(where: { $0 === turn }) else { return false }
        state.waiting.remove(at: index)
        return true
      }
      // The turn came just now: it is the next one's.
      if !isWaiting { leave() }
      return false
    }
    return true
  }

  /// Lets the next run through.
  func leave() {
    let next = state.withLock { state -> DispatchSemaphore? in
      guard !state.waiting.isEmpty else {
        state.isOpen = true
        return nil
      }
      return state.waiting.removeFirst()
    }
    next?.signal()
  }
}
