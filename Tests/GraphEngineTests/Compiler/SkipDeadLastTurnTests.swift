import GraphArrays
import GraphEngine
import Testing

@Suite("Last turns without what nobody reads")
struct SkipDeadLastTurnTests {
  private let graph = Graph()

  private func dead(_ fetches: [Tensor]) throws -> [Int] {
    let program = try Compiler.compile(
      graph: graph, fetches: fetches, targets: [], feeds: [], feedTypes: []
    ).program
    return program.instructions.compactMap { ($0.definition as? Scan)?.deadInLastTurn.count }
  }

  /// States of a loop over random rows: the stack of the first, and the last value of the second.
  private var states: (stacked: Tensor, final: Tensor) {
    let xs = graph.randomUniform([6, 3, 4], min: -1, max: 1, seed: 1)
    let w = graph.randomUniform([4, 4], min: -1, max: 1, seed: 2)
    let zeros = graph.zeros([3, 4])
    let (_, ys, last) = whileLoop(graph.constant(0), zeros, zeros) { i, _, _ in
      i .< 6
    } body: { i, y, h in
      let next = tanh(h + gather(xs, i))
      return (i + 1, next, matmul(next, w))
    }
    return (ys, last)
  }

  @Test("The product for a next turn is not made in the last one")
  func product() throws {
    let states = states
    #expect(try dead([states.stacked]) == [1])
  }

  @Test("What somebody reads after the loop is made")
  func final() throws {
    let states = states
    #expect(try dead([states.stacked, states.final]) == [0])
  }

  @Test("Values are those of all turns in full")
  func values() throws {
    let states = states
    var options = Session.Options(workers: 2)
    let short = try Session(graph, options: options).run(states.stacked)
    options.disabledPasses = [SkipDeadLastTurn.name]
    #expect(try Session(graph, options: options).run(states.stacked) == short)
  }
}
