internal import CKernels
internal import Glibc
internal import Synchronization

/// The blocks of one kernel at a time, for a loop that one worker carries on in order while others
/// help it: turns of some tens of microseconds, where making steps ready would cost more than it
/// gains.
///
/// Whoever comes takes blocks from one atomic word. The loop's worker takes them too, and waits
/// only for blocks that somebody took, never for a worker that has not come.
///
/// The loop's worker and its helpers take from both ends of one line of blocks, so that each has
/// the same ones in every turn, whose operands its own cache holds. In one turn they begin at the
/// first and the last block and meet in the middle, in the next they begin there: what was read
/// last is read first.
///
/// `@unchecked Sendable` because `job` is written only while no block is taken or offered, and read
/// only by those who took one: the counter's release and acquire order both.
final class SharedBlocks: @unchecked Sendable {
  private struct Job {
    unowned(unsafe) let frame: Frame
    let step: Int
    let arguments: Arguments
  }

  /// The places in the line that nobody took. One word, so that all of it changes at once.
  private struct Offer: AtomicRepresentable, BitwiseCopyable {
    typealias AtomicRepresentation = UInt64.AtomicRepresentation
    /// Twice the number of the job, which tells jobs apart, and 1 where the line begins in the
    /// middle.
    var job: UInt32 = 0
    var first: UInt16 = 0, end: UInt16 = 0

    var isEmpty: Bool { first == end }
    var beginsInMiddle: Bool { job & 1 == 1 }

    /// The offer of all places, after this one.
    func next(count: Int, beginsInMiddle: Bool) -> Offer {
      Offer(job: (job | 1) &+ (beginsInMiddle ? 2 : 1), first: 0, end: UInt16(count))
    }

    static func encodeAtomicRepresentation(_ value: consuming Offer) -> AtomicRepresentation {
      UInt64.encodeAtomicRepresentation(unsafeBitCast(value, to: UInt64.self))
    }
    static func decodeAtomicRepresentation(_ storage: consuming AtomicRepresentation) -> Offer {
      unsafeBitCast(UInt64.decodeAtomicRepresentation(storage), to: Offer.self)
    }
  }

  /// Who takes a block.
  private enum Taker { case owner, helper }

  private var job: Job?
  private let offer = Atomic(Offer())
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

  /// The most blocks that a step may have to be shared.
  static let mostBlocks = Int(UInt16.max)

  /// Runs all blocks of a step, with whoever helps; false where one failed. By the worker that
  /// opened it only.
  func perform(_ frame: Frame, _ step: Int, _ arguments: Arguments) -> Bool {
    let blocks = frame.plan.steps[step].blocks
    job = Job(frame: frame, step: step, arguments: arguments)
    remaining.store(blocks, ordering: .relaxed)
    hasFailed.store(false, ordering: .relaxed)
    let next = offer.load(ordering: .relaxed)
      .next(count: blocks, beginsInMiddle: arguments.isDescending)
    offer.store(next, ordering: .releasing)
    while runBlock(of: .owner) {}
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
  private func runBlock(of taker: Taker) -> Bool {
    var seen = offer.load(ordering: .acquiring)
    while !seen.isEmpty {
      // Owner and helpers go towards each other, and away from each other in the turn after.
      let takesFirst = seen.beginsInMiddle == (taker == .owner)
      var rest = seen
      if takesFirst { rest.first += 1 } else { rest.end -= 1 }
      let (isMine, current) = offer.weakCompareExchange(
        expected: seen, desired: rest, ordering: .acquiringAndReleasing)
      guard isMine else {
        seen = current
        continue
      }
      run(place: Int(takesFirst ? seen.first : rest.end), isDescending: !takesFirst)
      return true
    }
    return false
  }

  /// Runs a block that was taken.
  private func run(place: Int, isDescending: Bool) {
    guard let job else { return }
    let step = job.frame.plan.steps + job.step
    let count = step.pointee.blocks
    let block = job.arguments.isDescending ? (place + count / 2) % count : place
    var arguments = job.arguments
    arguments.isDescending = isDescending
    do throws(RunFailure) {
      try step.pointee.body(arguments, block)
    } catch {
      job.frame.record(error, job.step, block, job.arguments.run)
      hasFailed.store(true, ordering: .relaxed)
    }
    remaining.subtract(1, ordering: .releasing)
  }

  /// Helps until the loop is over, `isNeeded` says that there is other work, or nothing was offered
  /// for long.
  func help(until isNeeded: () -> Bool) {
    var looks = 0
    while isOpen, looks < Self.patience, !isNeeded() {
      if runBlock(of: .helper) {
        looks = 0
      } else {
        looks += 1
        sg_pause()
      }
    }
  }
}
