internal import GraphArrays
internal import Synchronization

/// What one execution of a plan changes: where each value is, and how far the steps are.
///
/// Frames are kept and used again, so that a run of a static plan allocates nothing.
///
/// `@unchecked Sendable` because the plan's dependencies order what workers do: a slot is written
/// by one step, or by whoever enters the frame, before any reader of it starts; the counters that
/// several workers change are atomic; everything else is changed only between executions or, as
/// told there, by one worker at a time.
final class Frame: @unchecked Sendable {
  /// Counters of a step in a run that is shared by workers.
  struct Counters: ~Copyable {
    /// Steps that it still waits for.
    let pending: Atomic<Int>
    /// Blocks that are not done yet.
    let blocks: Atomic<Int>
  }

  let plan: Plan
  /// The memory of each slot. Valid as the arena, the constants and `objects` hold it.
  let pointers: UnsafeMutablePointer<UnsafeMutableRawPointer>
  let objects: UnsafeMutablePointer<AnyObject?>
  let shapes: UnsafeMutablePointer<[Int]>
  /// For each counted slot the readers that are not done.
  let readers: UnsafeMutablePointer<Atomic<Int32>>
  let counters: UnsafeMutablePointer<Counters>
  /// Steps that are not done, in a run that is shared by workers.
  let remaining = Atomic<Int>(0)
  /// What each dynamic step found last. Written by the worker that starts the step.
  /// Raw memory, since steps side by side write their own elements at the same time.
  let dynamics: UnsafeMutablePointer<DynamicStep.Resolved?>
  /// Frames of loops and branches, by `PlanStep.nestedIndex`.
  private(set) var nested: [NestedFrames] = []
  /// The frame that this one is nested in, and by which of its steps; nil for the outermost.
  ///
  /// Unowned because the outer frame owns this one.
  unowned(unsafe) let outer: Frame?
  let outerStep: Int
  /// Which turn and which body this execution is: `2 * turn` for a condition or a then,
  /// `2 * turn + 1` for a body or an else. Set by the worker that enters the frame.
  var position = 0
  /// Where blocks of large steps are offered to other workers; nil where none may help. Set by the
  /// worker that runs the frame's steps in order.
  var sharedBlocks: SharedBlocks?
  private let arena: Arena?

  /// What pointers of slots refer to that no step has written yet.
  private static let nothing = Arena(byteCount: MemoryPlanner.alignment)

  /// A frame with memory of its own.
  convenience init(_ plan: Plan) {
    let arena = Arena(byteCount: plan.arenaByteCount)
    self.init(plan, arena: arena, base: arena.pointer, outer: nil, outerStep: 0)
  }

  /// A frame in memory from `base` on.
  init(
    _ plan: Plan, arena: Arena? = nil, base: UnsafeMutableRawPointer, outer: Frame?, outerStep: Int
  ) {
    self.plan = plan
    self.arena = arena
    self.outer = outer
    self.outerStep = outerStep
    let slotCount = max(1, plan.slotCount)
    pointers = .allocate(capacity: slotCount)
    pointers.initialize(repeating: Self.nothing.pointer, count: slotCount)
    objects = .allocate(capacity: slotCount)
    objects.initialize(repeating: nil, count: slotCount)
    shapes = .allocate(capacity: slotCount)
    shapes.initialize(repeating: [], count: slotCount)
    readers = .allocate(capacity: max(1, plan.counted.count))
    for i in 0..<plan.counted.count { (readers + i).initialize(to: Atomic(0)) }
    counters = .allocate(capacity: max(1, plan.stepCount))
    for i in 0..<plan.stepCount {
      (counters + i).initialize(to: Counters(pending: Atomic(0), blocks: Atomic(0)))
    }
    dynamics = .allocate(capacity: max(1, plan.dynamicCount))
    dynamics.initialize(repeating: nil, count: max(1, plan.dynamicCount))
    for (slot, offset) in plan.planned { pointers[slot] = base + offset }
    for (slot, extents) in plan.extents { shapes[slot] = extents }
    for (slot, value) in plan.constants {
      pointers[slot] = value.storage.pointer
      objects[slot] = value.storage
      shapes[slot] = value.shape
    }
    for index in 0..<plan.stepCount {
      let step = plan.steps + index
      let scratch = step.pointee.scratch < 0 ? base : pointers[step.pointee.scratch]
      let loops = step.pointee.loops
      if loops.count > 1 {
        nested.append(.parts(makeParts(loops, index, scratch)))
      } else if let loop = loops.first {
        nested.append(
          .loop(LoopFrames(loop, isPart: false, outer: self, step: index, base: scratch)))
      } else if let branch = step.pointee.branch {
        nested.append(.branch(BranchFrames(branch, outer: self, step: index, base: scratch)))
      }
    }
  }

  private func makeParts(
    _ loops: [LoopStep], _ step: Int, _ base: UnsafeMutableRawPointer
  ) -> LoopParts {
    var base = base
    return LoopParts(
      loops.map { loop in
        defer { base += loop.byteCount }
        return LoopFrames(loop, isPart: true, outer: self, step: step, base: base)
      })
  }

  deinit {
    let slotCount = max(1, plan.slotCount)
    pointers.deallocate()
    objects.deinitialize(count: slotCount)
    objects.deallocate()
    shapes.deinitialize(count: slotCount)
    shapes.deallocate()
    dynamics.deinitialize(count: max(1, plan.dynamicCount))
    dynamics.deallocate()
    readers.deallocate()
    counters.deallocate()
  }

  /// Where a step is in the order of the run: for errors.
  func path(_ step: Int) -> [Int] {
    guard let outer else { return [step] }
    return outer.path(outerStep) + [position, step]
  }

  // MARK: Values

  /// Gives a slot an array.
  func bind(_ slot: Int, _ value: NDArray) {
    pointers[slot] = value.storage.pointer
    objects[slot] = value.storage
    shapes[slot] = value.shape
  }

  /// The array in a slot that has an owner; nil for lists.
  func array(_ slot: Int, _ type: TensorType) -> NDArray? {
    guard let storage = objects[slot] as? ArrayStorage else { return nil }
    return NDArray(dtype: type.dtype, shape: type.extents ?? shapes[slot], storage: storage)
  }

  /// Starts an execution: all readers are to come.
  func resetReaders() {
    for i in 0..<plan.counted.count {
      readers[i].store(plan.counted[i].readers, ordering: .relaxed)
    }
  }

  /// Gives up every object that belongs to one execution.
  func clear() {
    for slot in plan.cleared { objects[slot] = nil }
  }

  // MARK: Around a step

  /// Memory for the results that have a storage of their own.
  func makeFresh(_ step: UnsafePointer<PlanStep>, _ run: RunState) {
    for (slot, byteCount) in step.pointee.fresh {
      let storage = run.makeStorage(byteCount: byteCount)
      pointers[slot] = storage.pointer
      objects[slot] = storage
    }
  }

  /// One bit for each operand that nothing else will read.
  func lastUses(_ step: UnsafePointer<PlanStep>) -> UInt64 {
    var bits: UInt64 = 0
    for operand in step.pointee.counted
    where readers[operand.index].load(ordering: .acquiring) == 1 {
      bits |= operand.positions
    }
    return bits
  }

  /// Gives up the objects of operands that this step was the last to read.
  func releaseOperands(_ step: UnsafePointer<PlanStep>) {
    for operand in step.pointee.counted
    where readers[operand.index].subtract(1, ordering: .acquiringAndReleasing).newValue == 0 {
      objects[operand.slot] = nil
    }
  }

  /// What the kernel of a step is told.
  func arguments(_ step: UnsafePointer<PlanStep>, _ run: RunState) -> Arguments {
    var arguments = Arguments(
      pointers: pointers, objects: objects, shapes: shapes,
      slots: plan.slotTable + step.pointee.firstSlot, inputCount: step.pointee.inputCount, run: run)
    // The number of the turn is odd.
    arguments.isDescending = position & 2 != 0
    return arguments
  }
}

/// The frames of a loop or branch.
enum NestedFrames {
  case loop(LoopFrames)
  case parts(LoopParts)
  case branch(BranchFrames)
}
