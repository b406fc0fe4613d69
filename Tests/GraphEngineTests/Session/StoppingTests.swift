import Dispatch
import Glibc
import GraphArrays
import GraphEngine
import Testing

@Suite("Stopping a run")
struct StoppingTests {
  /// A loop that ends only where `limit` is fed so, and an assignment that waits for it.
  private static func endless() -> (graph: Graph, limit: Tensor, count: Tensor, update: Operation) {
    let graph = Graph()
    let limit = graph.placeholder(.int32, shape: [], name: "limit")
    let w = graph.variable("w", initial: NDArray(Int32(1)))
    let count = whileLoop(graph.constant(0)) { i in
      i .< limit
    } body: { i in
      i * 1
    }
    return (graph, limit, count, assignAdd(w, count + 1))
  }

  @Test("A run that takes too long throws and changes nothing", arguments: [1, 2])
  func timeout(workers: Int) throws {
    let (graph, limit, _, update) = Self.endless()
    let session = try Session(graph, options: .init(workers: workers))
    try session.run(graph.globalVariablesInitializer())
    let start = ContinuousClock.now
    do {
      try session.run(
        update, feeding: [limit: 1], options: .init(timeout: .milliseconds(50)))
      Issue.record("the run ended")
    } catch let error as SessionError {
      #expect(error.code == .deadlineExceeded)
    }
    #expect(ContinuousClock.now - start < .seconds(5))
    try session.run(update, feeding: [limit: 0])
    let w = try #require(graph.collection(.globalVariables).first)
    #expect(try session.value(of: w).scalar(as: Int.self) == 2)
  }

  @Test("A run whose task is cancelled throws and leaves the session usable")
  func cancellation() async throws {
    let (graph, limit, count, _) = Self.endless()
    let session = try Session(graph, options: .init(workers: 2))
    let task = Task { try await session.submit(count, feeding: [limit: 1]) }
    try await Task.sleep(for: .milliseconds(50))
    task.cancel()
    let result = await task.result
    #expect {
      try result.get()
    } throws: { error in
      (error as? SessionError)?.code == .cancelled
    }
    #expect(try await session.submit(count, feeding: [limit: 0]).scalar(as: Int.self) == 0)
  }

  @Test("A run that waits for another one ends with its timeout")
  func waiting() throws {
    let (graph, limit, _, update) = Self.endless()
    let session = try Session(graph, options: .init(workers: 1))
    try session.run(graph.globalVariablesInitializer())
    // On a thread of its own, and this test keeps its thread: tasks wait for those of other tests.
    let ended = DispatchSemaphore(value: 0)
    DispatchQueue(label: "first").async {
      _ = try? session.run(update, feeding: [limit: 1], options: .init(timeout: .seconds(4)))
      ended.signal()
    }
    // From its beginning on no other run gets in.
    var refusal: (any Error)?
    for _ in 0..<3000 where refusal == nil {
      do {
        try session.run(update, feeding: [limit: 0], options: .init(timeout: .milliseconds(20)))
        usleep(10_000)
      } catch {
        refusal = error
      }
    }
    #expect((refusal as? SessionError)?.code == .deadlineExceeded)
    #expect(ended.wait(timeout: .now() + .seconds(60)) == .success)
    try session.run(update, feeding: [limit: 0])
  }
}
