import GraphArrays
import GraphEngine
import Testing

@Suite("Variables that only branches use")
struct GuardVariablesTests {
  private let graph = Graph(seed: 1)
  private let w: Tensor
  private let predicate: Tensor

  init() {
    w = graph.variable("w", initial: [3.0, 4.0])
    predicate = graph.placeholder(.bool, shape: [])
  }

  private func run(_ fetch: Tensor, _ value: Bool, initialized: Bool) throws -> [Float] {
    let session = try Session(graph)
    if initialized { try session.run(graph.globalVariablesInitializer()) }
    return try session.run(fetch, feeding: [predicate: value]).scalars(as: Float.self)
  }

  @Test("need a value in the branch that is taken alone")
  func taken() throws {
    let y = cond(predicate, then: { w * 2 }, else: { graph.ones([2]) })
    #expect(try run(y, false, initialized: false) == [1, 1])
    #expect(try run(y, true, initialized: true) == [6, 8])
    #expect(try run(y, false, initialized: true) == [1, 1])
    let error = #expect(throws: SessionError.self) { try run(y, true, initialized: false) }
    #expect(error?.code == .failedPrecondition)
    #expect(error?.message.contains("has no value: run its initializer first") == true)
  }

  @Test("need one in a branch of a branch")
  func nested() throws {
    let other = graph.placeholder(.bool, shape: [])
    let y = cond(predicate) {
      cond(other, then: { w * 2 }, else: { graph.zeros([2]) })
    } else: {
      graph.ones([2])
    }
    let session = try Session(graph)
    for (outer, inner) in [(false, true), (true, false), (false, false)] {
      let value = try session.run(y, feeding: [predicate: outer, other: inner])
      #expect(value.scalars(as: Float.self) == (outer ? [0, 0] : [1, 1]))
    }
    #expect(throws: SessionError.self) {
      try session.run(y, feeding: [predicate: true, other: true])
    }
  }

  @Test("need one before the run where both branches, or something else, use them")
  func demanded() throws {
    let both = cond(predicate, then: { w * 2 }, else: { w * 3 })
    let beside = cond(predicate, then: { w * 2 }, else: { graph.ones([2]) }) + w
    for fetch in [both, beside] {
      let error = #expect(throws: SessionError.self) {
        try run(fetch, false, initialized: false)
      }
      #expect(error?.description.hasPrefix("session: variable") == true)
    }
    #expect(try run(both, false, initialized: true) == [9, 12])
    #expect(try run(beside, true, initialized: true) == [9, 12])
  }

  @Test("have gradients, and can be assigned in the branch that is taken")
  func gradientsAndAssignment() throws {
    let y = cond(predicate, then: { w * w }, else: { graph.ones([2]) })
    let slope = try #require(gradients(of: y, withRespectTo: [w])[0])
    #expect(try run(slope, true, initialized: true) == [6, 8])
    #expect(try run(slope, false, initialized: true) == [0, 0])
    #expect(try run(slope, false, initialized: false) == [0, 0])
  }
}
