import GraphArrays
import GraphEngine
import Testing

@Suite("Loops and branches in a run")
struct LoopTests {
  private static let workerCounts = [1, 2, 4]

  /// The same session for several numbers of workers.
  private static func sessions(_ graph: Graph) throws -> [Session] {
    try workerCounts.map { try Session(graph, options: .init(workers: $0)) }
  }

  @Test("Variables that change places, for any number of turns")
  func swapping() throws {
    let graph = Graph()
    let limit = graph.placeholder(.int32, shape: [])
    let (_, a, b) = whileLoop(
      graph.constant(0), graph.constant([1.0, 2.0]), graph.constant([3.0, 4.0])
    ) { i, _, _ in
      i .< limit
    } body: { i, a, b in
      (i + 1, b, a + 1)
    }
    for session in try Self.sessions(graph) {
      var (x, y): ([Float], [Float]) = ([1, 2], [3, 4])
      for turns in 0..<7 {
        let (p, q) = try session.run(a, b, feeding: [limit: turns])
        #expect(p.scalars(as: Float.self) == x)
        #expect(q.scalars(as: Float.self) == y)
        (x, y) = (y, x.map { $0 + 1 })
      }
    }
  }

  @Test("A loop in a loop, whose bodies are shared among workers")
  func nestedLoops() throws {
    let graph = Graph()
    let recorder = Recorder()
    let x = graph.placeholder(.int64, shape: [1])
    let outer = graph.placeholder(.int32, shape: [])
    let inner = graph.placeholder(.int32, shape: [])
    func work(_ key: String, _ operands: [Tensor]) -> Tensor {
      graph.tensor(Work(key: key, blocks: 1, recorder: recorder), operands)
    }
    let (_, result) = whileLoop(graph.constant(0), x) { i, _ in
      i .< outer
    } body: { i, value in
      let (_, next) = whileLoop(graph.constant(0), value) { j, _ in
        j .< inner
      } body: { j, value in
        let (a, b) = (work("a", [value]), work("b", [value]))
        return (j + 1, work("c", [a, b]))
      }
      return (i + 1, work("d", [next]))
    }
    for session in try Self.sessions(graph) {
      for (m, n) in [(0, 3), (1, 0), (3, 2), (2, 5)] {
        var expected: Int64 = 1
        for _ in 0..<m {
          for _ in 0..<n { expected = 1 &+ 2 &* (expected &+ 1) }
          expected &+= 1
        }
        let value = try session.run(result, feeding: [x: [1], outer: m, inner: n])
        #expect(value.scalars(as: Int64.self) == [expected])
      }
    }
  }

  @Test("A failure in a loop is that of the first turn and the first operation of it")
  func failures() throws {
    let graph = Graph()
    let recorder = Recorder()
    let x = graph.placeholder(.int64, shape: [1])
    let (_, result) = whileLoop(graph.constant(0), x) { i, _ in
      i .< 20
    } body: { i, value in
      let next = graph.tensor(Work(key: "next", blocks: 1, recorder: recorder), [value])
      let first = graph.tensor(FailFrom(limit: 7, message: "first"), [next], name: "first")
      let second = graph.tensor(FailFrom(limit: 6, message: "second"), [value], name: "second")
      return (i + 1, first + second * 0)
    }
    func message(_ session: Session, _ start: Int) throws -> String {
      do {
        _ = try session.run(result, feeding: [x: [start]])
        return "nothing failed"
      } catch let error as SessionError {
        return error.message
      }
    }
    for session in try Self.sessions(graph) {
      for _ in 0..<20 { #expect(try message(session, 1) == "first") }
      #expect(try message(session, 6) == "first")
    }
  }

  @Test("A variable whose extents change from turn to turn")
  func growing() throws {
    let graph = Graph()
    let limit = graph.placeholder(.int32, shape: [])
    let x = graph.placeholder(.float32, shape: [nil])
    let (_, result) = whileLoop(graph.constant(0), x) { i, _ in
      i .< limit
    } body: { i, value in
      (i + 1, concat([value, reshape(cast(i, to: .float32), [1])], axis: 0))
    }
    for session in try Self.sessions(graph) {
      for turns in [0, 1, 4] {
        let value = try session.run(result, feeding: [limit: turns, x: [9.0]])
        #expect(value.scalars(as: Float.self) == [9] + (0..<turns).map(Float.init))
      }
    }
  }

  @Test("States of a loop that are kept are those of their turns")
  func keptStates() throws {
    let graph = Graph()
    let x = graph.placeholder(.float32, shape: [nil, 2])
    let states = scan(x, initial: graph.constant([0.0, 0.0])) { x, h in h * 2 + x }
    for session in try Self.sessions(graph) {
      for count in [1, 2, 6] {
        var state: [Float] = [0, 0]
        var expected: [Float] = []
        for _ in 0..<count {
          state = [state[0] * 2 + 1, state[1] * 2 + 1]
          expected += state
        }
        let value = try session.run(states, feeding: [x: NDArray.ones([count, 2])])
        #expect(value.scalars(as: Float.self) == expected)
      }
    }
  }

  @Test("A branch runs one side, and hands values on")
  func branches() throws {
    let graph = Graph()
    let recorder = Recorder()
    let x = graph.placeholder(.int64, shape: [1])
    let p = graph.placeholder(.bool, shape: [])
    func work(_ key: String, _ operands: [Tensor]) -> Tensor {
      graph.tensor(Work(key: key, blocks: 1, recorder: recorder), operands)
    }
    let (a, b) = cond(p) {
      (work("then", [work("then", [x]), work("then", [x])]), x)
    } else: {
      (x, work("else", [x]))
    }
    for session in try Self.sessions(graph) {
      let (thenA, thenB) = try session.run(a, b, feeding: [x: [5], p: true])
      #expect(thenA.scalars(as: Int64.self) == [13])
      #expect(thenB.scalars(as: Int64.self) == [5])
      let (elseA, elseB) = try session.run(a, b, feeding: [x: [5], p: false])
      #expect(elseA.scalars(as: Int64.self) == [5])
      #expect(elseB.scalars(as: Int64.self) == [6])
    }
    #expect(recorder["then.0"] == 9)
    #expect(recorder["else.0"] == 3)
  }
}
