import GraphArrays
import GraphEngine
import Testing

@Suite("Worker team")
struct TeamTests {
  /// A random graph of `Work`, and what each of its operations gives in its first element.
  private static func randomGraph(
    operations: Int, seed: UInt64, recorder: Recorder
  ) -> (graph: Graph, start: Tensor, tensors: [Tensor], values: [Int64], blocks: [Int]) {
    var generator = SeededGenerator(seed: seed)
    let graph = Graph()
    let start = graph.placeholder(.int64, shape: [1], name: "start")
    var tensors: [Tensor] = []
    var values: [Int64] = []
    var blocks: [Int] = []
    for index in 0..<operations {
      var operands = [start]
      var value: Int64 = 1 + 5
      for _ in 0..<Int.random(in: 0...2, using: &generator) where !tensors.isEmpty {
        let back = Int.random(in: 1...min(6, tensors.count), using: &generator)
        let operand = tensors.count - back
        operands.append(tensors[operand])
        value &+= values[operand] &* Int64(blocks[operand])
      }
      let count = Int.random(in: 1...4, using: &generator)
      let flops = Bool.random(using: &generator) ? 1e7 : 10.0
      tensors.append(
        graph.tensor(
          Work(key: "\(index)", blocks: count, recorder: recorder, flops: flops), operands))
      values.append(value)
      blocks.append(count)
    }
    return (graph, start, tensors, values, blocks)
  }

  @Test("Each block runs once, after what it depends on", arguments: [1, 2, 4], 0..<6)
  func dependencies(workers: Int, seed: UInt64) throws {
    let recorder = Recorder()
    let (graph, start, tensors, values, blocks) = Self.randomGraph(
      operations: 60, seed: seed, recorder: recorder)
    let session = try Session(graph, options: .init(workers: workers))
    for run in 1...20 {
      let results = try session.run(tensors, feeding: [start: [5]])
      for (index, result) in results.enumerated() {
        #expect(
          result.scalars(as: Int64.self)
            == Array(repeating: values[index], count: blocks[index]))
        for block in 0..<blocks[index] { #expect(recorder["\(index).\(block)"] == run) }
      }
    }
  }

  @Test("Of several failures the first in the order of the plan is told", arguments: [1, 2, 4])
  func firstFailure(workers: Int) throws {
    let graph = Graph()
    let x = graph.placeholder(.int64, shape: [1], name: "x")
    let recorder = Recorder()
    let slow = graph.tensor(Work(key: "slow", blocks: 4, recorder: recorder), [x])
    let first = graph.tensor(FailFrom(limit: 0, message: "the first"), [slow], name: "first")
    let others = (0..<8).map { index in
      graph.tensor(FailFrom(limit: 0, message: "another"), [x], name: "other\(index)")
    }
    let session = try Session(graph, options: .init(workers: workers))
    for round in 0..<50 {
      do {
        _ = try session.run([first] + others, feeding: [x: [3]])
        Issue.record("the run did not fail")
      } catch let error as SessionError {
        #expect(error.operation == "first")
        #expect(error.message == "the first")
        #expect(error.code == .invalidArgument)
        if round == 0 { #expect(error.location?.file == "TeamTests.swift") }
      }
    }
  }

  @Test("Shapes that are known only in the run", arguments: [1, 2])
  func dynamicShapes(workers: Int) throws {
    let graph = Graph()
    let count = graph.placeholder(.int64, shape: [])
    let ones = graph.tensor(OnesOfCount(), [count])
    let sum = graph.tensor(SumOfAny(), [ones])
    let session = try Session(graph, options: .init(workers: workers))
    for n in [3, 0, 7, 7] {
      let (vector, total) = try session.run(ones, sum, feeding: [count: n])
      #expect(vector.shape == [n])
      #expect(total.scalar(as: Int.self) == n)
    }
  }

  @Test("Random streams advance by what each execution draws, and only when a run succeeds")
  func streams() throws {
    let graph = Graph()
    let x = graph.placeholder(.int64, shape: [1], name: "x")
    let a = graph.tensor(StreamPosition(draws: 3), [], name: "a")
    let b = graph.tensor(StreamPosition(draws: 5), [], name: "b")
    let checked = graph.tensor(FailFrom(limit: 10, message: "no"), [x])
    let session = try Session(graph)
    func positions(_ value: Int) throws -> [Int] {
      let (p, q, _) = try session.run(a, b, checked, feeding: [x: [value]])
      return [p.scalar(as: Int.self), q.scalar(as: Int.self)]
    }
    #expect(try positions(0) == [0, 0])
    #expect(try positions(0) == [3, 5])
    #expect(throws: SessionError.self) { try positions(10) }
    #expect(try positions(0) == [6, 10])
    #expect(session.randomState == ["a": 9, "b": 15])
    let other = try Session(graph)
    other.randomState = ["a": 9, "b": 15]
    let (p, q) = try other.run(a, b)
    #expect(p.scalar(as: Int.self) == 9)
    #expect(q.scalar(as: Int.self) == 15)
  }
}
