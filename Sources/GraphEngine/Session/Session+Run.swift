internal import GraphArrays
internal import Dispatch
internal import Synchronization

extension Session {
  /// Runs what `fetch` needs, and returns its value: an `NDArray` for a tensor, nothing for an
  /// operation, the same arrangement of arrays for a structure.
  ///
  /// - Throws: `SessionError` where a feed does not fit, an operation fails or the time is up,
  ///   `GraphError` where the graph or the shapes of the feeds contradict themselves. No variable
  ///   has changed then.
  public func run<F: Fetchable>(
    _ fetch: F, feeding feeds: Feeds = [:], options: RunOptions = RunOptions()
  ) throws -> F.Fetched {
    var metadata = RunMetadata()
    return try run(fetch, feeding: feeds, options: options, metadata: &metadata)
  }

  /// Runs once for several fetches, and returns a tuple of their values.
  ///
  /// - Throws: As `run` of one fetch.
  public func run<A: Fetchable, B: Fetchable, each F: Fetchable>(
    _ first: A, _ second: B, _ others: repeat each F, feeding feeds: Feeds = [:],
    options: RunOptions = RunOptions()
  ) throws -> (A.Fetched, B.Fetched, repeat (each F).Fetched) {
    var metadata = RunMetadata()
    return try run(
      first, second, repeat each others, feeding: feeds, options: options, metadata: &metadata)
  }

  /// Runs what `fetch` needs, and records what the run did.
  ///
  /// - Throws: As `run` without a record.
  public func run<F: Fetchable>(
    _ fetch: F, feeding feeds: Feeds = [:], options: RunOptions = RunOptions(),
    metadata: inout RunMetadata
  ) throws -> F.Fetched {
    var request = FetchRequest()
    fetch.ask(&request)
    var reply = try measured(request, feeds, options, &metadata)
    return fetch.take(&reply)
  }

  /// Runs once for several fetches, and records what the run did.
  ///
  /// - Throws: As `run` of one fetch.
  public func run<A: Fetchable, B: Fetchable, each F: Fetchable>(
    _ first: A, _ second: B, _ others: repeat each F, feeding feeds: Feeds = [:],
    options: RunOptions = RunOptions(), metadata: inout RunMetadata
  ) throws -> (A.Fetched, B.Fetched, repeat (each F).Fetched) {
    var request = FetchRequest()
    first.ask(&request)
    second.ask(&request)
    repeat (each others).ask(&request)
    var reply = try measured(request, feeds, options, &metadata)
    return (first.take(&reply), second.take(&reply), repeat (each others).take(&reply))
  }

  private func measured(
    _ request: FetchRequest, _ feeds: Feeds, _ options: RunOptions, _ metadata: inout RunMetadata
  ) throws -> FetchReply {
    let start = ContinuousClock.now
    let reply = try execute(request, feeds, makeState(options), &metadata)
    metadata.wallTime = ContinuousClock.now - start
    return reply
  }

  /// Runs on the session's own threads while the caller's task is suspended.
  ///
  /// - Throws: As `run`; `SessionError` with code `.cancelled` where the task is cancelled.
  public func submit<F: Fetchable>(
    _ fetch: F, feeding feeds: Feeds = [:], options: RunOptions = RunOptions()
  ) async throws -> F.Fetched {
    var request = FetchRequest()
    fetch.ask(&request)
    var reply = try await submitted(request, feeds, options)
    return fetch.take(&reply)
  }

  /// Runs once for several fetches while the caller's task is suspended.
  ///
  /// - Throws: As `submit` of one fetch.
  public func submit<A: Fetchable, B: Fetchable, each F: Fetchable>(
    _ first: A, _ second: B, _ others: repeat each F, feeding feeds: Feeds = [:],
    options: RunOptions = RunOptions()
  ) async throws -> (A.Fetched, B.Fetched, repeat (each F).Fetched) {
    var request = FetchRequest()
    first.ask(&request)
    second.ask(&request)
    repeat (each others).ask(&request)
    var reply = try await submitted(request, feeds, options)
    return (first.take(&reply), second.take(&reply), repeat (each others).take(&reply))
  }

  private func submitted(
    _ request: FetchRequest, _ feeds: Feeds, _ options: RunOptions
  ) async throws -> FetchReply {
    let run = makeState(options)
    // A serial queue has a thread of its own: long runs on the shared pool would keep tasks from
    // running, the one that cancels them included.
    let queue = DispatchQueue(label: "StaticGraph.Session.submit")
    // What the run gives passes through a lock: ThreadSanitizer does not see that a continuation
    // orders what comes before it.
    let outcome = Outcome()
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        queue.async {
          outcome.result.withLock { result in
            result = Result {
              var metadata = RunMetadata()
              return try self.execute(request, feeds, run, &metadata)
            }
          }
          continuation.resume()
        }
      }
    } onCancel: {
      run.cancel()
    }
    guard let result = outcome.result.withLock({ $0 }) else {
      throw SessionError(.internal, "a submitted run ended without a result")
    }
    return try result.get()
  }
}

/// What a submitted run gives.
private final class Outcome: Sendable {
  let result = Mutex<Result<FetchReply, any Error>?>(nil)
}
