internal import CKernels
internal import Glibc
internal import Synchronization

/// The blocks of one kernel at a time, for a loop that one worker carries on in order while others
/// help it: turns of some tens of microseconds, where making steps ready would cost more than it
/// gains.
///
/// Whoever comes takes blocks from an atomic counter. The loop's worker takes them too, and waits
/// only for blocks that somebody took, never for a worker that has not come.
///
/// `@unchecked Sendable` because `job` is written only while no block is taken or offered, and read
/// only by those who took one: the counter's release and acquire order both.
final class SharedBlocks: @unchecked Sendable {
  private struct Job {
    unowned(unsafe) let frame: Frame
    let step: Int
    let arguments: Arguments
  }

  private var job: Job?
  /// The number of the job in the upper half, blocks that nobody took in the lower.
  private let offer = Atomic<UInt64>(0)
  /// Blocks that are not done.
  private let remaining = Atomic<Int>(0)
  private let hasFailed = Atomic<Bool>(false)
  private let isTaken = Atomic<Bool>(false)
  private let invite: @Sendable () -> Void
  /// How often a helper looks in vain before it goes to sleep: some milliseconds.
  private static let patience = 100_000

  /// - Parameter invite: Wakes workers that have nothing to do.
  init(invite: @escaping @Sendable () -> Void) { self.invite = invite }

  /// Whether a loop offers blocks now and then.
  var isOpen: Bool { isTaken.load(ordering: .relaxed) }

  /// Begins to offer the blocks of a loop; false where another loop does.
  func open() -> Bool {
    guard !isTaken.exchange(true, ordering: .acquiring) else { return false }
    invite()
    return true
  }

  /// Ends what `open` began.
  func close() { isTaken.store(false, ordering: .releasing) }

  /// Runs all blocks of a step, with whoever helps; false where one failed. By the worker that
  /// opened it only.
  func perform(_ frame: Frame, _ step: Int, _ arguments: Arguments) -> Bool {
    let blocks = frame.plan.steps[step].blocks
    job = Job(frame: frame, step: step, arguments: arguments)
    remaining.store(blocks, ordering: .relaxed)
    hasFailed.store(false, ordering: .relaxed)
    let number = (offer.load(ordering: .relaxed) >> 32) &+ 1
    offer.store(number << 32 | UInt64(blocks), ordering: .releasing)
    while help() {}
    // A helper that lost its core in the middle of a block gets this one.
    var looks = 0
    while remaining.load(ordering: .acquiring) > 0 {
      sg_pause()
      looks += 1
      if looks.isMultiple(of: 1024) { sched_yield() }
    }
    return !hasFailed.load(ordering: .relaxed)
  }

  /// Runs a block that nobody took; false where there is none.
  func help() -> Bool {
    var seen = offer.load(ordering: .relaxed)
    while seen & 0xFFFF_FFFF != 0 {
      let (isMine, current) = offer.weakCompareExchange(
        expected: seen, desired: seen - 1, ordering: .acquiringAndReleasing)
      guard isMine else {
        seen = current
        continue
      }
      guard let job else { return false }
      let block = Int(seen & 0xFFFF_FFFF) - 1
      do throws(RunFailure) {
        try job.frame.plan.steps[job.step].body(job.arguments, block)
      } catch {
        job.frame.record(error, job.step, block, job.arguments.run)
        hasFailed.store(true, ordering: .relaxed)
      }
      remaining.subtract(1, ordering: .releasing)
      return true
    }
    return false
  }

  /// Helps until the loop is over, `isNeeded` says that there is other work, or nothing was offered
  /// for long.
  func help(until isNeeded: () -> Bool) {
    var looks = 0
    while isOpen, looks < Self.patience, !isNeeded() {
      if help() {
        looks = 0
      } else {
        looks += 1
        sg_pause()
      }
    }
  }
}
