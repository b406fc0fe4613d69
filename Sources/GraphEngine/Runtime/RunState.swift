package import GraphArrays
internal import Synchronization

/// The run that a kernel's execution belongs to: its log, its randomness, and whether it must stop.
///
/// `@unchecked Sendable` because every stored property is constant, atomic or under its own lock, but
/// for `streams` and `sharedBlocks`, which are set before the first step starts.
package final class RunState: @unchecked Sendable {
  /// Key of random operations that have no seed: another one in each session.
  package let entropy: UInt64
  /// The time at which the run must have ended; nil where there is none.
  let deadline: ContinuousClock.Instant?
  /// Whether there is one: asked before each step, and far cheaper to read than the time itself.
  private let hasDeadline: Bool
  /// Memory for results whose size is known only now.
  let pool: BufferPool
  /// Where the run is in each random stream that its plan draws from. Set once the run has the
  /// session's random streams for itself.
  var streams: RandomStreams?
  /// What a loop offers to other workers. Set before the first step starts; nil where there are none.
  var sharedBlocks: SharedBlocks?
  private let write: @Sendable (String) -> Void

  /// Set once something happened that steps have to look at before they start: a failure, a
  /// cancellation, the deadline. Relaxed: it orders nothing, and who sees it late does work in vain.
  private let attention = Atomic<Bool>(false)
  private let stopped = Atomic<Bool>(false)
  private let limit = Mutex<Failure?>(nil)

  /// A failure and where it happened.
  struct Failure: Sendable {
    /// Place in the run: step, then for each loop or branch around it turn and step.
    let path: [Int]
    /// The step that failed; nil where the run as a whole was stopped.
    let label: StepLabel?
    let cause: RunFailure
  }

  /// A run of its own: nothing is logged, random streams begin at their start.
  package convenience init() { self.init(entropy: 0) }

  /// A run of a session.
  init(
    entropy: UInt64, deadline: ContinuousClock.Instant? = nil,
    log: @escaping @Sendable (String) -> Void = { _ in }
  ) {
    self.entropy = entropy
    self.deadline = deadline
    hasDeadline = deadline != nil
    pool = .shared
    write = log
  }

  /// Reserves counters of a random stream, and tells `arguments` which.
  func draw(_ stream: Int, _ count: UInt64, _ arguments: inout Arguments) {
    (arguments.streamPosition, arguments.streamIndex) = streams?.draw(stream, count) ?? (0, 0)
  }

  /// Writes a line to the session's log.
  package func log(_ line: String) { write(line) }

  /// Whether the run was cancelled or is past its deadline. For kernels that take long.
  package var isCancelled: Bool {
    checkDeadline()
    return stopped.load(ordering: .relaxed)
  }

  /// Memory of this size, uninitialised.
  package func makeStorage(byteCount: Int) -> ArrayStorage {
    pool.makeStorage(byteCount: byteCount)
  }

  /// Stops the run: no further step starts.
  func cancel() { stop(RunFailure(.cancelled, "the run was cancelled")) }

  private func stop(_ cause: RunFailure) {
    stopped.store(true, ordering: .relaxed)
    record(Failure(path: [], label: nil, cause: cause))
  }

  private func checkDeadline() {
    guard let deadline, !stopped.load(ordering: .relaxed), ContinuousClock.now >= deadline else {
      return
    }
    stop(RunFailure(.deadlineExceeded, "the run did not end within its timeout"))
  }

  // MARK: Failures

  /// Whether a step has to ask `mayRun` before it starts.
  @inline(__always)
  var needsAttention: Bool {
    if hasDeadline { checkDeadline() }
    return attention.load(ordering: .relaxed)
  }

  /// Keeps a failure if it comes before all others in the order of the plan.
  func record(_ failure: Failure) {
    limit.withLock { limit in
      if let known = limit, !failure.path.lexicographicallyPrecedes(known.path) { return }
      limit = failure
    }
    attention.store(true, ordering: .relaxed)
  }

  /// Whether a step at `path` still matters: only one that comes before the first failure can
  /// change what is reported.
  func mayRun(_ path: [Int]) -> Bool {
    limit.withLock { limit in
      guard let limit else { return true }
      return path.lexicographicallyPrecedes(limit.path)
    }
  }

  /// The first failure in the order of the plan.
  var failure: Failure? { limit.withLock { $0 } }
}

/// What errors and dumps tell about a step.
struct StepLabel: Sendable {
  let name: String
  let type: String
  let origin: Instruction.Origin?
  /// What else `Session.explain` says of it.
  var detail = ""
}
