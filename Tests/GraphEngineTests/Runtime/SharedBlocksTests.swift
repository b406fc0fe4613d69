import GraphArrays
import GraphEngine
import Testing

@Suite("Loops that workers help with blocks")
struct SharedBlocksTests {
  /// The last state of a loop over one row whose product is large.
  private static func states(workers: Int, isCounted: Bool) throws -> NDArray {
    let graph = Graph()
    let w = graph.randomUniform([512, 1024], min: -0.05, max: 0.05, seed: 1)
    let v = graph.randomUniform([1024, 512], min: -0.05, max: 0.05, seed: 2)
    let limit = graph.placeholder(.int32, shape: [], name: "limit")
    let turns = isCounted ? graph.constant(40) : limit
    let start = graph.randomUniform([1, 512], min: -1, max: 1, seed: 3)
    let (_, h) = whileLoop(graph.constant(0), start) { i, _ in
      i .< turns
    } body: { i, h in
      (i + 1, tanh(matmul(sigmoid(matmul(h, w)), v)))
    }
    let session = try Session(graph, options: .init(workers: workers))
    return try session.run(h, feeding: [limit: 40])
  }

  @Test("States have the same bits for any number of workers", arguments: [true, false])
  func sameBits(isCounted: Bool) throws {
    let one = try Self.states(workers: 1, isCounted: isCounted)
    for workers in [2, 3, 4] {
      for _ in 0..<3 {
        #expect(try Self.states(workers: workers, isCounted: isCounted) == one)
      }
    }
  }
}
