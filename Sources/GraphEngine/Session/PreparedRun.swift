internal import GraphArrays
internal import GraphKernels
internal import Synchronization

/// What is asked for and given, as the key of compiled plans.
struct PlanKey: Hashable, Sendable {
  let fetches: [Tensor]
  let targets: [Operation]
  let feeds: [Tensor]
  let dtypes: [DType]
  let shapes: [[Int]]

  init(_ request: FetchRequest, _ feeds: FeedList) {
    fetches = request.tensors
    targets = request.targets
    self.feeds = feeds.tensors
    dtypes = feeds.arrays.map(\.dtype)
    shapes = feeds.arrays.map(\.shape)
  }

  /// All but the dtypes, which rarely tell keys apart.
  func hash(into hasher: inout Hasher) {
    hasher.combine(fetches.count)
    for tensor in fetches { hasher.combine(tensor) }
    for operation in targets { hasher.combine(operation) }
    for tensor in feeds { hasher.combine(tensor) }
    for shape in shapes { hasher.combine(shape) }
  }
}

/// A compiled plan with all that its runs need of the session.
final class PreparedRun: Sendable {
  let key: PlanKey
  let plan: Plan
  /// Numbers in the session of the random streams that the plan draws from.
  let streams: [Int]
  /// Bytes of intermediate values and results, and of what workers pack and keep aside.
  let peakMemory: Int
  /// Bytes of the workers' own memory.
  let scratchByteCount: Int
  /// Frames that no run uses now.
  private let frames = Mutex<[Frame]>([])

  init(_ key: PlanKey, _ plan: Plan, streams: [Int], workers: Int) {
    self.key = key
    self.plan = plan
    self.streams = streams
    scratchByteCount =
      ThreadScratch.size(for: plan.scratchByteCount) * (plan.isSequential ? 1 : workers)
    peakMemory =
      plan.arenaByteCount + scratchByteCount
      + (0..<plan.stepCount).reduce(0) { sum, step in
        plan.steps[step].fresh.reduce(sum) { $0 + $1.byteCount }
      }
  }

  /// Whether no other run of this kind may be under way: it changes variables or random streams.
  var isExclusive: Bool { !plan.updates.isEmpty || !streams.isEmpty }

  /// A frame that is the caller's until it gives it back.
  func takeFrame() -> Frame { frames.withLock { $0.popLast() } ?? Frame(plan) }

  func giveBack(_ frame: Frame) {
    frame.clear()
    frames.withLock { $0.append(frame) }
  }
}

/// The plans of a session, the ones used least recently given up first.
struct PlanCache {
  private var entries: [PlanKey: (prepared: PreparedRun, use: Int)] = [:]
  private var uses = 0
  private let limit: Int

  init(limit: Int) { self.limit = limit }

  /// The plan for this key; nil where it has to be compiled.
  mutating func find(_ key: PlanKey) -> PreparedRun? {
    guard let index = entries.index(forKey: key) else { return nil }
    uses += 1
    entries.values[index].use = uses
    return entries.values[index].prepared
  }

  mutating func add(_ prepared: PreparedRun) {
    if entries.count >= limit, let oldest = entries.min(by: { $0.value.use < $1.value.use }) {
      entries.removeValue(forKey: oldest.key)
    }
    uses += 1
    entries[prepared.key] = (prepared: prepared, use: uses)
  }

  var count: Int { entries.count }
}
