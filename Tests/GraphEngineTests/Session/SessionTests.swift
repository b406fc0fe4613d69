import Dispatch
import GraphArrays
import GraphEngine
import Synchronization
import Testing

@Suite("Session")
struct SessionTests {
  @Test("A run is given feeds and returns the values of fetches")
  func run() throws {
    let graph = Graph()
    let x = graph.placeholder(.float32, shape: [nil], name: "x")
    let y = x * 2 + 1
    let session = try Session(graph, options: .init(workers: 1))
    #expect(try session.run(y, feeding: [x: [1, 2, 3]]) == NDArray([3.0, 5.0, 7.0]))
    #expect(try session.run(y, feeding: [x: [0.5]]) == NDArray([2.0]))
    let (a, b, all) = try session.run(x, y.as(Float.self), [x, y], feeding: [x: [4.0]])
    #expect(a == NDArray([4.0]))
    #expect(b == 9)
    #expect(all == [NDArray([4.0]), NDArray([9.0])])
    let named = try session.run(["y": y], feeding: [x: [1.0]])
    #expect(named["y"] == NDArray([3.0]))
  }

  @Test("Any tensor can be fed")
  func intermediates() throws {
    let graph = Graph()
    let x = graph.constant([1.0, 2.0])
    let y = x + 1
    let z = y * 10
    let session = try Session(graph)
    #expect(try session.run(z) == NDArray([20.0, 30.0]))
    #expect(try session.run(z, feeding: [y: [0.5, 0.25]]) == NDArray([5.0, 2.5]))
    #expect(try session.run(z, feeding: [x: [0.0, 1.0]]) == NDArray([10.0, 20.0]))
  }

  @Test("What is fed, constant or a variable is returned without a copy")
  func noCopies() throws {
    let graph = Graph()
    let x = graph.placeholder(.float32, shape: [3])
    let w = graph.variable("w", initial: [1.0, 2.0, 3.0])
    let session = try Session(graph)
    try session.run(graph.globalVariablesInitializer())
    let value = NDArray([7.0, 8.0, 9.0])
    let (a, b, c) = try session.run(x, w, w, feeding: [x: value])
    func address(_ array: NDArray) -> UnsafeRawPointer? {
      array.withUnsafeBytes { $0.baseAddress }
    }
    #expect(address(a) == address(value))
    #expect(address(b) == address(c))
  }

  // MARK: Mistakes

  private static func message(_ body: () throws -> Void) -> String {
    do {
      try body()
      return "nothing was thrown"
    } catch {
      return "\(error)"
    }
  }

  @Test("Feeds are checked before anything runs")
  func feeds() throws {
    let graph = Graph()
    let inputs = graph.placeholder(.int32, shape: [nil, nil], name: "inputs")
    let y = inputs * 2
    let session = try Session(graph)
    #expect(
      Self.message { _ = try session.run(y, feeding: [inputs: NDArray.zeros([50, 50])]) }
        == "session: feed \"inputs:0\": got float32[50, 50], wants int32[?, ?]")
    #expect(
      Self.message { _ = try session.run(y, feeding: [inputs: [1, 2]]) }
        == "session: feed \"inputs:0\": got int32[2], wants int32[?, ?]")
    #expect(
      Self.message { _ = try session.run(y, feeding: [inputs: [[0.5]]]) }
        == "session: feed \"inputs:0\": 0.5 does not fit int32 at [0, 0]")
    #expect(
      Self.message { _ = try session.run(y, feeding: [inputs: [[1]], inputs: [[2]]]) }
        == "session: feed \"inputs:0\" is given twice")
    let other = Graph().placeholder(.int32, name: "p")
    #expect(
      Self.message { _ = try session.run(y, feeding: [inputs: [[1]], other: 1]) }
        == "session: feed \"p:0\": it belongs to another graph")
    #expect(
      Self.message { _ = try session.run(other) }
        == "session: fetch \"p:0\": it belongs to another graph")
  }

  @Test("A placeholder that is needed and not fed is named, with its place")
  func missingFeed() throws {
    let graph = Graph()
    let line = #line + 1
    let inputs = graph.placeholder(.int32, shape: [nil, nil], name: "inputs")
    let loss = abs(inputs, name: "loss")
    let session = try Session(graph)
    #expect(
      Self.message { _ = try session.run(loss) }
        == "session: placeholder \"inputs\" (int32[?, ?], SessionTests.swift:\(line)) is needed by "
        + "\"loss\" and was not fed")
  }

  @Test("A variable without a value is named, with its place")
  func uninitialized() throws {
    let graph = Graph()
    let line = #line + 1
    let w = graph.variable("w", initial: 1.0)
    let session = try Session(graph)
    #expect(
      Self.message { _ = try session.run(w + 1) }
        == "session: variable \"w\" (SessionTests.swift:\(line)) has no value: run its initializer "
        + "first")
  }

  @Test("The first mistake of a graph is thrown by a session and by a run")
  func graphMistake() throws {
    let graph = Graph()
    let x = graph.constant([1.0, 2.0])
    let session = try Session(graph)
    _ = x + graph.constant([1.0, 2.0, 3.0])
    #expect(throws: GraphError.self) { try session.run(x + 1) }
    #expect(throws: GraphError.self) { try Session(graph) }
  }

  @Test("Operations declared after the session can be run")
  func laterOperations() throws {
    let graph = Graph()
    let x = graph.constant(2.0)
    let session = try Session(graph)
    #expect(try session.run(x + 1).scalar() == 3)
    #expect(try session.run(x * 5).scalar() == 10)
  }

  // MARK: Variables

  @Test("Assignments take effect when the run ends, each run reads one value")
  func assignments() throws {
    let graph = Graph()
    let w = graph.variable("w", initial: 1.0)
    let next = assignAdd(w, 2.0)
    let session = try Session(graph)
    try session.run(graph.globalVariablesInitializer())
    let (before, _) = try session.run(w * 10, next)
    #expect(before.scalar() == 10)
    #expect(try session.run(w).scalar() == 3)
    let variable = try #require(w.variable)
    #expect(try session.value(of: variable).scalar() == 3)
    try session.assign(NDArray(5.0), to: variable)
    #expect(try session.run(w).scalar() == 5)
    #expect(throws: SessionError.self) { try session.assign(NDArray([1.0, 2.0]), to: variable) }
  }

  @Test("A run that fails changes no variable", arguments: [1, 2])
  func allOrNothing(workers: Int) throws {
    let graph = Graph()
    let x = graph.placeholder(.int64, shape: [1])
    let a = graph.variable("a", initial: NDArray(Int64(1)))
    let b = graph.variable("b", initial: NDArray(Int64(1)))
    let checked = graph.tensor(FailFrom(limit: 10, message: "too large"), [x])
    let updateA = assignAdd(a, 1)
    let updateB = assignAdd(b, reshape(checked, []))
    let session = try Session(graph, options: .init(workers: workers))
    try session.run(graph.globalVariablesInitializer())
    _ = try session.run([updateA, updateB], feeding: [x: [4]])
    #expect(throws: SessionError.self) { try session.run([updateA, updateB], feeding: [x: [10]]) }
    let (p, q) = try session.run(a, b)
    #expect(p.scalar(as: Int.self) == 2)
    #expect(q.scalar(as: Int.self) == 5)
  }

  @Test("Values that a run returned stay as they were when the variable changes")
  func oldValues() throws {
    let graph = Graph()
    let w = graph.variable("w", initial: graph.zeros([20_000]))
    let update = assignAdd(w, graph.ones([20_000]))
    let session = try Session(graph)
    try session.run(graph.globalVariablesInitializer())
    let old = try session.run(w)
    for _ in 0..<5 { try session.run(update) }
    #expect(old == NDArray.zeros([20_000]))
    #expect(try session.run(w) == NDArray.full([20_000], 5.0))
  }

  @Test("Runs from many threads: those that assign follow each other", arguments: [1, 2])
  func concurrentRuns(workers: Int) throws {
    let graph = Graph()
    let a = graph.variable("a", initial: NDArray(Int64(0)))
    let b = graph.variable("b", initial: NDArray(Int64(0)))
    let step = graph.group([assignAdd(a, 1), assignAdd(b, 1)])
    let difference = a - b
    let session = try Session(graph, options: .init(workers: workers))
    try session.run(graph.globalVariablesInitializer())
    let failures = Mutex(0)
    let rounds = 100
    DispatchQueue.concurrentPerform(iterations: 8) { thread in
      for _ in 0..<rounds {
        do {
          if thread % 2 == 0 {
            try session.run(step)
          } else if try session.run(difference).scalar(as: Int.self) != 0 {
            failures.withLock { $0 += 1 }
          }
        } catch {
          failures.withLock { $0 += 1 }
        }
      }
    }
    #expect(failures.withLock { $0 } == 0)
    let (p, q) = try session.run(a, b)
    #expect(p.scalar(as: Int.self) == 4 * rounds)
    #expect(q.scalar(as: Int.self) == 4 * rounds)
  }

  // MARK: Callables, records

  @Test("A callable runs without a dictionary, for any shapes")
  func callable() throws {
    let graph = Graph()
    let x = graph.placeholder(.float32, shape: [nil])
    let y = graph.placeholder(.float32, shape: [])
    let session = try Session(graph)
    let call = try session.makeCallable(feeds: (x, y), fetches: (x * y, y + 1))
    for count in [1, 3, 3, 2] {
      let (a, b) = try call(NDArray.ones([count]), NDArray(2.5))
      #expect(a == NDArray.full([count], 2.5))
      #expect(b.scalar() == 3.5)
    }
    #expect(throws: SessionError.self) { try call(NDArray.ones([2, 2]), NDArray(1.0)) }
    #expect(throws: SessionError.self) { try call(NDArray.ones([2], .int32), NDArray(1.0)) }
  }

  @Test("Plans are kept for feeds of the same shapes, and the oldest given up")
  func planCache() throws {
    let graph = Graph()
    let x = graph.placeholder(.float32, shape: [nil])
    let y = x + 1
    let session = try Session(graph)
    for _ in 0..<3 { _ = try session.run(y, feeding: [x: [1.0, 2.0]]) }
    #expect(session.planCount == 1)
    for count in 1...200 {
      #expect(try session.run(y, feeding: [x: NDArray.zeros([count])]) == NDArray.ones([count]))
    }
    #expect(session.planCount == 128)
  }

  @Test("The plan of a run can be read, and a run tells what it did")
  func explanation() throws {
    let graph = Graph()
    let x = graph.placeholder(.float32, shape: [nil, 784], name: "x")
    let w = graph.placeholder(.float32, shape: [784, 10], name: "w")
    let y = matmul(x, w, name: "product") + 1
    let session = try Session(graph)
    let text = try session.explain(y, shapes: [x: [50, 784], w: [784, 10]])
    #expect(text.contains("MatMul \"product\""))
    #expect(text.contains("float32[50, 10]"))
    var metadata = RunMetadata()
    let feeds: Feeds = [x: NDArray.ones([50, 784]), w: NDArray.ones([784, 10])]
    _ = try session.run(y, feeding: feeds, metadata: &metadata)
    #expect(metadata.stepCount == 2)
    #expect(metadata.wallTime > .zero)
    #expect(metadata.peakMemory >= 2000)
  }
}
