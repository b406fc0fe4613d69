internal import GraphArrays
internal import Synchronization

/// Runs a graph: compiles what a fetch needs, keeps the values of variables, and runs on a team of
/// Dispatch workers.
///
/// A session may be used from any number of threads. Runs that assign variables or draw random
/// numbers follow each other, all others run side by side. A run is all or nothing: one that
/// throws, times out or is cancelled leaves every variable as it was.
public final class Session: Sendable {
  /// How a session works.
  public struct Options: Sendable {
    /// Threads that work on a run; nil: the least of cores, affinity and CPU quota. Results have
    /// the same bits for any number.
    public var workers: Int?
    /// Where Print operations write lines; nil: standard error.
    public var log: (@Sendable (String) -> Void)?
    /// Seed of the random operations that have none of their own; nil: another one each time.
    ///
    /// Sessions with the same seed that make the same runs in the same order draw the same numbers.
    public var seed: Int?
    /// Passes of the compiler that are left out, by name (`Compiler.optionalPasses`): values stay
    /// the same but for rounding. For tests and for hunting differences.
    package var disabledPasses: Set<String> = []

    /// These options.
    public init(
      workers: Int? = nil, log: (@Sendable (String) -> Void)? = nil, seed: Int? = nil
    ) {
      self.workers = workers
      self.log = log
      self.seed = seed
    }
  }

  /// The graph.
  public let graph: Graph
  /// How many threads work on a run.
  public let workers: Int
  let log: @Sendable (String) -> Void
  private let disabledPasses: Set<String>
  /// Key of random operations without a seed.
  let entropy: UInt64
  let variables = Mutex<[VariableKey: NDArray]>([:])
  let streams: Mutex<StreamTable>
  /// Passed by runs that change what other runs read.
  let gate = RunGate()
  private let plans = Mutex(PlanCache(limit: 128))

  /// A session in which no variable has a value yet.
  ///
  /// Operations may be declared also after this.
  ///
  /// - Throws: The first mistake in the declarations of the graph.
  public init(_ graph: Graph, options: Options = Options()) throws(GraphError) {
    if let error = graph.error { throw error }
    self.graph = graph
    workers = max(1, options.workers ?? WorkerCount.available)
    disabledPasses = options.disabledPasses
    log = options.log ?? { line in StandardError.write(line) }
    entropy = options.seed.map { UInt64(bitPattern: Int64($0)) } ?? .random(in: .min ... .max)
    streams = Mutex(StreamTable())
  }

  // MARK: Plans

  /// The plan for a request and feeds, compiled where it is new.
  ///
  /// - Parameter compiled: What the compiler made of them, where that is known.
  /// - Throws: As `compile`.
  func prepare(
    _ request: FetchRequest, _ feeds: FeedList, compiled: CompiledProgram? = nil
  ) throws -> PreparedRun {
    let key = PlanKey(request, feeds)
    if let known = plans.withLock({ $0.find(key) }) { return known }
    let compiled = try compiled ?? compile(request, feeds)
    let (plan, operations) = try PlanBuilder.plan(compiled.program, workers: workers)
    let numbers = streams.withLock { table in operations.map { table.index(of: $0) } }
    let prepared = PreparedRun(key, plan, streams: numbers, workers: workers)
    plans.withLock { $0.add(prepared) }
    return prepared
  }

  /// What the compiler makes of a request.
  ///
  /// - Throws: `SessionError` for feeds that do not fit and tensors that cannot be fetched,
  ///   `GraphError` where the shapes of the feeds contradict the graph.
  func compile(
    _ request: FetchRequest, _ feeds: FeedList, recordsScans: Bool = false
  ) throws -> CompiledProgram {
    if let error = graph.error { throw error }
    try check(request)
    try check(feeds)
    return try Compiler.compile(
      graph: graph, fetches: request.tensors, targets: request.targets, feeds: feeds.tensors,
      feedTypes: feeds.arrays.map { TensorType($0.dtype, exact: $0.shape) },
      without: disabledPasses, recordsScans: recordsScans)
  }

  /// How many compiled plans the session keeps.
  package var planCount: Int { plans.withLock { $0.count } }

  private func check(_ request: FetchRequest) throws {
    for tensor in request.tensors {
      try check(tensor.operation, "fetch \"\(tensor.name)\"")
      guard tensor.dtype != .variant, tensor.dtype != .resource else {
        throw SessionError(
          .invalidArgument, "fetch \"\(tensor.name)\": a \(tensor.type) is no array")
      }
    }
    for operation in request.targets { try check(operation, "target \"\(operation.name)\"") }
  }

  private func check(_ feeds: FeedList) throws {
    var seen: Set<Tensor> = []
    for (tensor, array) in zip(feeds.tensors, feeds.arrays) {
      try check(tensor.operation, "feed \"\(tensor.name)\"")
      guard seen.insert(tensor).inserted else {
        throw SessionError(.invalidArgument, "feed \"\(tensor.name)\" is given twice")
      }
      let type = tensor.type
      guard type.dtype == array.dtype, type.shape.accepts(array.shape) else {
        throw SessionError(
          .invalidArgument,
          "feed \"\(tensor.name)\": got \(array.dtype)\(array.shape), wants \(type)")
      }
    }
  }

  private func check(_ operation: Operation, _ what: String) throws {
    let other = operation.graph
    guard operation.isValid else {
      // What was made of no tensors carries its mistake with it.
      if let error = other.error { throw error }
      throw SessionError(.invalidArgument, "\(what): no operation makes it")
    }
    guard other !== graph else { return }
    let reason =
      other.root === graph.root
      ? "it belongs to the body of a loop or branch" : "it belongs to another graph"
    throw SessionError(.failedPrecondition, "\(what): \(reason)")
  }
}
