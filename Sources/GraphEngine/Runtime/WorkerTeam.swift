internal import Dispatch
internal import Glibc
internal import Synchronization

/// The threads of all runs of the process: those of Dispatch.
enum WorkerTeam {
  /// Cores of the machine.
  static let cores = max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))
  /// Workers of all runs that are in the team now.
  private static let active = Atomic<Int>(0)
  /// How long a worker looks for work before it sleeps.
  private static let watchDuration = Duration.microseconds(30)

  /// Calls `body` on up to `workers` threads, the caller's among them.
  static func perform(workers: Int, _ body: @escaping @Sendable () -> Void) {
    DispatchQueue.concurrentPerform(iterations: workers) { _ in
      active.add(1, ordering: .relaxed)
      body()
      active.subtract(1, ordering: .relaxed)
    }
  }

  /// Whether a worker may look for work for a while: not where it takes a core from another.
  static var mayWatch: Bool { active.load(ordering: .relaxed) <= cores }

  /// Waits until `condition` holds, for some 30 microseconds at most.
  static func watch(until condition: () -> Bool) {
    let end = ContinuousClock.now + watchDuration
    repeat {
      for _ in 0..<16 {
        if condition() { return }
        sched_yield()
      }
    } while ContinuousClock.now < end
  }
}
