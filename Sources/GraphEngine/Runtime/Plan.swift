internal import GraphArrays

/// An immutable schedule of a program for exact feeds: steps in program order, the slots that they
/// read and write, and where the memory of each is.
///
/// `@unchecked Sendable` because the memory behind its two pointers is filled by `init` and never
/// written again.
final class Plan: @unchecked Sendable {
  /// The steps, in an order in which each depends only on earlier ones. Raw memory, so that the run
  /// path reads a field without a copy of the step.
  let steps: UnsafePointer<PlanStep>
  let stepCount: Int
  /// Slots of all steps, one after the other: operands, then results.
  let slotTable: UnsafePointer<Int32>
  private let slotTableCount: Int
  let slotCount: Int
  /// Slots in the arena, with their offsets.
  let planned: [(slot: Int, offset: Int)]
  let constants: [(slot: Int, value: NDArray)]
  /// Extents of values that have owners, where they are known: others may be told them.
  let extents: [(slot: Int, extents: [Int])]
  let parameters: [PlanParameter]
  let results: [PlanResult]
  let updates: [PlanUpdate]
  /// Slots with reader counts, and how many readers each has: what holds an object no longer than
  /// it is read.
  let counted: [(slot: Int, readers: Int32)]
  /// Slots whose objects are given up when the frame is done.
  let cleared: [Int]
  /// Steps that wait for none.
  let initialSteps: [Int]
  /// The size of a frame's arena, with those of its nested frames.
  let arenaByteCount: Int
  /// Whether the steps are run in order by one thread, because sharing them would cost more.
  let isSequential: Bool
  /// Estimated time of all steps on one thread, in nanoseconds.
  let cost: Double
  /// How many steps find their kernel when they run.
  let dynamicCount: Int
  /// Whether a loop, nested ones included, is carried on by one worker with the help of others.
  let hasHelpedLoop: Bool
  /// Bytes of a thread's own memory that a block of any step needs at most.
  let scratchByteCount: Int

  init(_ parts: Parts) {
    let steps = UnsafeMutablePointer<PlanStep>.allocate(capacity: max(1, parts.steps.count))
    steps.initialize(from: parts.steps, count: parts.steps.count)
    self.steps = UnsafePointer(steps)
    stepCount = parts.steps.count
    let table = UnsafeMutablePointer<Int32>.allocate(capacity: max(1, parts.slotTable.count))
    table.initialize(from: parts.slotTable, count: parts.slotTable.count)
    slotTable = UnsafePointer(table)
    slotTableCount = parts.slotTable.count
    slotCount = parts.slotCount
    planned = parts.planned
    constants = parts.constants
    extents = parts.extents
    parameters = parts.parameters
    results = parts.results
    updates = parts.updates
    counted = parts.counted
    cleared = parts.cleared
    initialSteps = parts.steps.indices.filter { parts.steps[$0].dependencyCount == 0 }
    arenaByteCount = parts.arenaByteCount
    isSequential = parts.isSequential
    cost = parts.steps.reduce(0) { $0 + $1.cost }
    dynamicCount = parts.dynamicCount
    hasHelpedLoop = parts.steps.contains(where: \.hasHelpedLoop)
    scratchByteCount = parts.steps.reduce(0) { max($0, $1.scratchByteCount) }
  }

  /// Whether a loop's turn is too short for its steps to be made ready one by one, and has steps
  /// with which other workers can help.
  var isHelpedInOrder: Bool {
    guard !isSequential, cost < PlanCost.longTurn else { return false }
    return (0..<stepCount).allSatisfy { steps[$0].kind == .kernel || !steps[$0].isLarge }
      && (0..<stepCount).contains { steps[$0].isLarge && steps[$0].blocks > 1 }
  }

  /// What the builder puts together.
  struct Parts {
    var steps: [PlanStep] = []
    var slotTable: [Int32] = []
    var slotCount = 0
    var planned: [(slot: Int, offset: Int)] = []
    var constants: [(slot: Int, value: NDArray)] = []
    var extents: [(slot: Int, extents: [Int])] = []
    var parameters: [PlanParameter] = []
    var results: [PlanResult] = []
    var updates: [PlanUpdate] = []
    var counted: [(slot: Int, readers: Int32)] = []
    var cleared: [Int] = []
    var arenaByteCount = 0
    var isSequential = true
    var dynamicCount = 0
  }

  deinit {
    UnsafeMutablePointer(mutating: steps).deinitialize(count: stepCount)
    steps.deallocate()
    slotTable.deallocate()
  }
}

/// A value that a frame is given.
struct PlanParameter {
  let slot: Int
  let source: Program.Source
  let type: TensorType
}

/// A value that a frame gives back.
struct PlanResult {
  let slot: Int
  let type: TensorType
}

/// The new value of a variable.
struct PlanUpdate {
  let variable: VariableKey
  let slot: Int
  let type: TensorType
}

/// One operation of a plan.
struct PlanStep {
  enum Kind {
    /// A kernel chosen when the plan was built.
    case kernel
    /// Types, kernel and memory are found when the step runs.
    case dynamic
    case loop
    case branch
  }

  let kind: Kind
  let label: StepLabel
  /// Where this step's slots begin in the plan's table.
  let firstSlot: Int
  let inputCount: Int
  let outputTypes: [TensorType]
  var outputCount: Int { outputTypes.count }
  /// The kernel's body and number of blocks; a body that does nothing for other kinds.
  let body: Kernel.Body
  let blocks: Int
  let flops: Double
  /// Bytes of a thread's own memory that a block of the kernel, or of one in a nested plan, needs.
  let scratchByteCount: Int
  let streamDraws: UInt64
  /// The number of the random stream among those of the run; -1 where nothing is drawn.
  let stream: Int
  /// What the step needs beyond its kernel, by kind.
  let dynamic: DynamicStep?
  /// A loop; or the loops of a batch that is split, one for each block of its rows.
  let loops: [LoopStep]
  let branch: BranchStep?
  /// Whether a Scan leaves it out in its last turn.
  let isDeadInLastTurn: Bool
  /// Position among the frame's nested frames, or among its dynamic steps.
  let nestedIndex: Int
  /// The slot whose memory the arenas of nested frames are in; -1 where they need none.
  let scratch: Int
  /// Results that get a storage of their own just before the step runs.
  let fresh: [(slot: Int, byteCount: Int)]
  /// Operands with reader counts.
  let counted: [CountedOperand]
  var dependencyCount: Int
  var successors: [Int]
  /// Estimated time on one thread, in nanoseconds.
  let cost: Double
  /// Whether it is a loop that others help with, or contains one.
  var hasHelpedLoop: Bool {
    loops.contains { loop in
      if loop.isHelped || loop.body.hasHelpedLoop { return true }
      if case .condition(let condition, _) = loop.turns { return condition.hasHelpedLoop }
      return false
    } || branch?.branches.contains { $0.plan.hasHelpedLoop } == true
  }
  /// Whether the step takes long enough to be given to another worker.
  var isLarge: Bool { cost >= PlanCost.worthSharing }
}

/// An operand whose object is given up after its last reader.
struct CountedOperand {
  /// Position among the frame's reader counts.
  let index: Int
  let slot: Int
  /// One bit for each position at which the step reads the slot.
  let positions: UInt64
}
