internal import GraphArrays
internal import Synchronization

/// A run with fixed feeds and fetches: no dictionary and no lookup.
///
///     let step = try session.makeCallable(feeds: (x, labels), fetches: (loss, train))
///     let (l, _) = try step(batch, ids)
public struct Callable<each Input: Sendable, Output: Sendable>: Sendable {
  private let body: @Sendable (repeat each Input) throws -> Output

  package init(body: @escaping @Sendable (repeat each Input) throws -> Output) {
    self.body = body
  }

  /// Runs with these values.
  ///
  /// - Throws: As `Session.run`.
  public func callAsFunction(_ inputs: repeat each Input) throws -> Output {
    try body(repeat each inputs)
  }
}

extension Session {
  /// A run that is given `feeds`, tensors or structures, and returns `fetches`.
  ///
  /// Arrays have to be of the tensors' dtypes. A plan is compiled at the first call, and again for
  /// other shapes.
  ///
  /// - Throws: `GraphError` where the graph has a mistake.
  public func makeCallable<each Input: TensorStructure, each Output: Fetchable>(
    feeds: (repeat each Input), fetches: (repeat each Output), options: RunOptions = RunOptions()
  ) throws -> Callable<repeat (each Input).Fetched, (repeat (each Output).Fetched)> {
    if let error = graph.error { throw error }
    var request = FetchRequest()
    repeat (each fetches).ask(&request)
    var tensors: [Tensor] = []
    repeat tensors += (each feeds).tensors
    let prepared = PreparedCall(session: self, request: request, tensors: tensors, options: options)
    return Callable { (inputs: repeat (each Input).Fetched) in
      var arrays: [NDArray] = []
      repeat (each Input).unpack(each inputs, into: &arrays)
      var reply = try prepared.run(arrays)
      return (repeat (each fetches).take(&reply))
    }
  }
}

/// What a callable does, whatever the types of its arguments.
private final class PreparedCall: Sendable {
  private let session: Session
  private let request: FetchRequest
  private let tensors: [Tensor]
  private let options: RunOptions
  /// The plan of the last call: most calls have the same shapes.
  private let last = Mutex<PreparedRun?>(nil)

  init(session: Session, request: FetchRequest, tensors: [Tensor], options: RunOptions) {
    self.session = session
    self.request = request
    self.tensors = tensors
    self.options = options
  }

  func run(_ arrays: [NDArray]) throws -> FetchReply {
    var metadata = RunMetadata()
    return try session.execute(
      try prepared(arrays), arrays, session.makeState(options), &metadata)
  }

  private func prepared(_ arrays: [NDArray]) throws -> PreparedRun {
    if let known = last.withLock({ $0 }), known.key.fits(arrays) { return known }
    guard arrays.count == tensors.count else {
      throw SessionError(.invalidArgument, "got \(arrays.count) arrays, wants \(tensors.count)")
    }
    var feeds = FeedList()
    for (tensor, array) in zip(tensors, arrays) { feeds.append(tensor, try array.validated()) }
    let prepared = try session.prepare(request, feeds)
    last.withLock { $0 = prepared }
    return prepared
  }
}

extension PlanKey {
  /// Whether the plan is for arrays of these types.
  fileprivate func fits(_ arrays: [NDArray]) -> Bool {
    guard arrays.count == shapes.count else { return false }
    for i in arrays.indices
    where arrays[i].dtype != dtypes[i] || arrays[i].shape != shapes[i] {
      return false
    }
    return true
  }
}
