internal import Dispatch
internal import Synchronization

/// Execution of a plan by several workers.
///
/// The caller's thread begins alone. Once there is work worth sharing it enters the team, through
/// one `concurrentPerform`: every worker then takes a block of a ready step, and after the last
/// block of a step what waited for it. Nothing waits for a worker that has not come: late or
/// missing ones cost speed, never progress.
///
/// Loops and branches are continued by whoever completes the frame of their body, so nothing blocks
/// in them either.
///
/// `@unchecked Sendable` because `queue` and `parked` are touched only under the monitor's lock
/// or before there is a second worker, and the rest is constant or atomic.
final class Execution: @unchecked Sendable {
  /// A step that is ready, or the blocks of one that began.
  private struct Ready {
    let frame: Frame
    let step: Int
    /// The blocks that are not taken yet; nil for a step that did not begin.
    var blocks: Range<Int>?
    /// What the blocks of the step run; nil for a step that did not begin.
    var kernel: Kernel.Body?
    var streamPosition: UInt64 = 0
    var streamIndex: UInt64 = 0
  }

  /// What one worker keeps to itself: steps too short to be worth another's attention.
  private struct Worker {
    var steps: [Ready] = []
  }

  private let root: Frame
  private let run: RunState
  private let workers: Int
  private let monitor = Monitor()
  /// Shared work, the oldest first. Under the monitor's lock.
  private var queue: [Ready] = []
  /// Workers that wait for a signal. Under the monitor's lock.
  private var parked = 0
  /// The number of entries in `queue`: a hint for those who look without the lock.
  private let shared = Atomic<Int>(0)
  private let isDone = Atomic<Bool>(false)

  init(_ root: Frame, _ run: RunState, workers: Int) {
    self.root = root
    self.run = run
    self.workers = workers
  }

  /// Runs the plan to its end, or until nothing is left that could change which failure is told.
  func perform() {
    var worker = Worker()
    start(root, &worker)
    if root.plan.hasHelpedLoop {
      // Unowned because blocks are shared only while this function runs.
      run.sharedBlocks = SharedBlocks { [unowned self] in self.wake() }
    }
    while !isDone.load(ordering: .acquiring) {
      if shared.load(ordering: .relaxed) == 0, worker.steps.last.map(wantsHelp) != true,
        let next = worker.steps.popLast()
      {
        begin(next, &worker)
      } else {
        enterTeam(&worker)
      }
    }
  }

  private func wantsHelp(_ ready: Ready) -> Bool {
    ready.frame.plan.steps[ready.step].loops.first?.isHelped == true
  }

  /// Wakes workers that wait for work.
  private func wake() {
    monitor.lock()
    if parked > 0 { monitor.broadcast() }
    monitor.unlock()
  }

  private func enterTeam(_ worker: inout Worker) {
    queue += worker.steps
    shared.store(queue.count, ordering: .relaxed)
    worker.steps = []
    WorkerTeam.perform(workers: workers) { self.work() }
  }

  /// What each worker of the team does until the run is done.
  private func work() {
    var worker = Worker()
    while true {
      while let next = worker.steps.popLast() { begin(next, &worker) }
      guard let next = take() else { return }
      if let blocks = next.blocks {
        perform(next, block: blocks.lowerBound, &worker)
      } else {
        begin(next, &worker)
      }
    }
  }

  // MARK: Shared work

  private func publish(_ ready: some Collection<Ready>) {
    monitor.lock()
    queue += ready
    shared.store(queue.count, ordering: .relaxed)
    if parked > 0 { monitor.broadcast() }
    monitor.unlock()
  }

  /// A step, or one block of a step; waits where there is none. Nil when the run is done.
  private func take() -> Ready? {
    var mayWatch = WorkerTeam.mayWatch
    // Whether a loop offered nothing for long.
    var isBored = false
    monitor.lock()
    defer { monitor.unlock() }
    while true {
      if let next = takeFirst() { return next }
      if isDone.load(ordering: .acquiring) { return nil }
      if let blocks = run.sharedBlocks, blocks.isOpen, WorkerTeam.mayWatch, !isBored {
        monitor.unlock()
        blocks.help { shared.load(ordering: .relaxed) > 0 || isDone.load(ordering: .relaxed) }
        isBored = blocks.isOpen && shared.load(ordering: .relaxed) == 0
        monitor.lock()
        continue
      }
      if mayWatch {
        // Work that follows within microseconds is found sooner by looking than by waking up.
        mayWatch = false
        monitor.unlock()
        WorkerTeam.watch {
          shared.load(ordering: .relaxed) > 0 || isDone.load(ordering: .relaxed)
        }
        monitor.lock()
      } else {
        parked += 1
        monitor.wait()
        parked -= 1
        isBored = false
        mayWatch = WorkerTeam.mayWatch
      }
    }
  }

  /// Takes from the oldest entry. Under the monitor's lock.
  private func takeFirst() -> Ready? {
    guard !queue.isEmpty else { return nil }
    guard let blocks = queue[0].blocks else {
      shared.store(queue.count - 1, ordering: .relaxed)
      return queue.removeFirst()
    }
    var next = queue[0]
    next.blocks = blocks.prefix(1)
    if blocks.count > 1 {
      queue[0].blocks = blocks.dropFirst()
    } else {
      queue.removeFirst()
      shared.store(queue.count, ordering: .relaxed)
    }
    return next
  }

  // MARK: Steps

  /// Begins a step: runs it, or shares its blocks.
  private func begin(_ ready: Ready, _ worker: inout Worker) {
    let frame = ready.frame
    let index = ready.step
    let step = frame.plan.steps + index
    if run.needsAttention, !run.mayRun(frame.path(index)) {
      complete(frame, index, &worker)
      return
    }
    switch step.pointee.kind {
    case .kernel where step.pointee.blocks > 1 && step.pointee.isLarge:
      if !step.pointee.fresh.isEmpty { frame.makeFresh(step, run) }
      share(
        ready, step.pointee.body, step.pointee.blocks, draws: step.pointee.streamDraws, &worker)
    case .dynamic: beginDynamic(ready, &worker)
    case .loop where step.pointee.loops.count > 1:
      if !step.pointee.fresh.isEmpty { frame.makeFresh(step, run) }
      guard case .parts(let parts) = frame.nested[step.pointee.nestedIndex] else { break }
      share(ready, parts.body, parts.frames.count, draws: 0, &worker)
    case .loop where step.pointee.loops.first?.isSequential == false,
      .branch where step.pointee.branch?.isSequential == false:
      if !step.pointee.fresh.isEmpty { frame.makeFresh(step, run) }
      switch frame.nested[step.pointee.nestedIndex] {
      case .loop(let frames):
        frames.begin(lastUses: frame.lastUses(step))
        advance(frames, in: frame, index, &worker)
      case .branch(let frames):
        let chosen = frames.begin(lastUses: frame.lastUses(step))
        if chosen.plan.isSequential {
          _ = chosen.runInOrder(run)
          finish(frames, in: frame, index, &worker)
        } else {
          start(chosen, &worker)
        }
      case .parts: break
      }
    case .kernel, .loop, .branch:
      _ = frame.runStep(index, run, releases: false)
      complete(frame, index, &worker)
    }
  }

  private func beginDynamic(_ ready: Ready, _ worker: inout Worker) {
    let frame = ready.frame
    do throws(RunFailure) {
      let kernel = try frame.resolveDynamic(ready.step, run)
      // What its types are worth is known only now.
      if kernel.blocks > 1,
        PlanCost.kernel(flops: kernel.flops, byteCount: 0) >= PlanCost.worthSharing
      {
        share(ready, kernel.body, kernel.blocks, draws: kernel.streamDraws, &worker)
        return
      }
      _ = frame.runResolved(kernel, ready.step, run)
    } catch {
      frame.record(error, ready.step, 0, run)
    }
    complete(frame, ready.step, &worker)
  }

  private func share(
    _ ready: Ready, _ body: @escaping Kernel.Body, _ blocks: Int, draws: UInt64,
    _ worker: inout Worker
  ) {
    var shared = ready
    let step = ready.frame.plan.steps + ready.step
    if step.pointee.stream >= 0 {
      (shared.streamPosition, shared.streamIndex) =
        run.streams?.draw(step.pointee.stream, draws) ?? (0, 0)
    }
    ready.frame.counters[ready.step].blocks.store(blocks, ordering: .relaxed)
    shared.kernel = body
    shared.blocks = 0..<blocks
    publish(CollectionOfOne(shared))
  }

  /// Runs one block of a shared step, and completes the step after the last one.
  private func perform(_ ready: Ready, block: Int, _ worker: inout Worker) {
    let frame = ready.frame
    var arguments = frame.arguments(frame.plan.steps + ready.step, run)
    arguments.streamPosition = ready.streamPosition
    arguments.streamIndex = ready.streamIndex
    do throws(RunFailure) {
      try ready.kernel?(arguments, block)
    } catch {
      frame.record(error, ready.step, block, run)
    }
    // The last one sees what all others wrote, and so do the steps that it makes ready.
    let left = frame.counters[ready.step].blocks.subtract(1, ordering: .acquiringAndReleasing)
    if left.newValue == 0 { complete(frame, ready.step, &worker) }
  }

  /// Counts a step as done: steps that waited for it alone become ready.
  private func complete(_ frame: Frame, _ index: Int, _ worker: inout Worker) {
    let step = frame.plan.steps + index
    if !step.pointee.counted.isEmpty { frame.releaseOperands(step) }
    var large: [Ready] = []
    // Backwards, since what is kept last is begun first.
    for successor in step.pointee.successors.reversed() {
      let waits = frame.counters[successor].pending.subtract(1, ordering: .acquiringAndReleasing)
      guard waits.newValue == 0 else { continue }
      add(Ready(frame: frame, step: successor), &worker, &large)
    }
    hand(large, &worker)
    if frame.remaining.subtract(1, ordering: .acquiringAndReleasing).newValue == 0 {
      completed(frame, &worker)
    }
  }

  private func add(_ ready: Ready, _ worker: inout Worker, _ large: inout [Ready]) {
    if ready.frame.plan.steps[ready.step].isLarge {
      large.append(ready)
    } else {
      worker.steps.append(ready)
    }
  }

  /// Shares large steps; one of them is kept where the worker has nothing else to do.
  private func hand(_ large: [Ready], _ worker: inout Worker) {
    guard let first = large.last else { return }
    if worker.steps.isEmpty {
      worker.steps.append(first)
      if large.count > 1 { publish(large.dropLast().reversed()) }
    } else {
      publish(large.reversed())
    }
  }

  // MARK: Frames

  /// Makes the steps of a frame ready that wait for none.
  private func start(_ frame: Frame, _ worker: inout Worker) {
    let plan = frame.plan
    for index in 0..<plan.stepCount {
      frame.counters[index].pending.store(
        plan.steps[index].dependencyCount, ordering: .relaxed)
    }
    frame.remaining.store(plan.stepCount, ordering: .relaxed)
    guard plan.stepCount > 0 else {
      completed(frame, &worker)
      return
    }
    var large: [Ready] = []
    for index in plan.initialSteps.reversed() {
      add(Ready(frame: frame, step: index), &worker, &large)
    }
    hand(large, &worker)
  }

  /// Goes on after the last step of a frame: with the loop or branch that it belongs to, or to the
  /// end of the run.
  private func completed(_ frame: Frame, _ worker: inout Worker) {
    guard let outer = frame.outer else {
      monitor.withLock {
        isDone.store(true, ordering: .releasing)
        monitor.broadcast()
      }
      return
    }
    let step = frame.outerStep
    switch outer.nested[outer.plan.steps[step].nestedIndex] {
    case .loop(let frames): advance(frames, in: outer, step, &worker)
    case .branch(let frames): finish(frames, in: outer, step, &worker)
    // Parts of a batch run in order, so their frames are never completed by steps.
    case .parts: break
    }
  }

  /// Carries a loop on until it has to wait for a frame, or is done.
  private func advance(
    _ frames: LoopFrames, in outer: Frame, _ step: Int, _ worker: inout Worker
  ) {
    while true {
      if run.needsAttention, !run.mayRun(frames.path) {
        frames.clear()
        break
      }
      switch frames.phase {
      case .condition:
        frames.phase = .test
        guard let condition = frames.condition else { continue }
        frames.prepareCondition(condition)
        guard enter(condition, &worker) else { return }
      case .test:
        guard frames.hasNextTurn else {
          frames.end()
          complete(outer, step, &worker)
          return
        }
        frames.prepareBody(run)
        frames.phase = .turnEnd
        guard enter(frames.body, &worker) else { return }
      case .turnEnd:
        frames.endTurn()
        frames.phase = .condition
      }
    }
    complete(outer, step, &worker)
  }

  /// Runs a frame here if it is short; false where its steps were made ready instead.
  private func enter(_ frame: Frame, _ worker: inout Worker) -> Bool {
    guard frame.plan.isSequential else {
      start(frame, &worker)
      return false
    }
    _ = frame.runInOrder(run)
    return true
  }

  private func finish(
    _ frames: BranchFrames, in outer: Frame, _ step: Int, _ worker: inout Worker
  ) {
    // After a failure inside, results are missing, and whoever would read them does not run.
    if run.needsAttention, !run.mayRun(outer.path(step) + [2]) {
      frames.clear()
    } else {
      frames.end()
    }
    complete(outer, step, &worker)
  }
}
