import StaticGraph
import Testing

@Suite("Concurrency of sessions")
struct ConcurrencyTests {
  /// Eight threads share a session: four take steps of gradient descent, four read. A step moves
  /// both variables alike, so whoever sees them differ has seen half of a run.
  @Test("eight threads, a thousand runs each, half of them training, on one session")
  func eightThreads() async throws {
    let runs = 1000
    let graph = Graph(seed: 1)
    let x = graph.placeholder(.float32, shape: [nil], name: "x")
    let w = graph.variable("w", initial: graph.zeros([32]))
    let twin = graph.variable("twin", initial: graph.zeros([32]))
    let steps = graph.variable("steps", initial: 0, trainable: false)
    let loss = reduceMean(square(w - x)) + reduceMean(square(twin - x))
    let count = assignAdd(steps, 1)
    let train = GradientDescentOptimizer(learningRate: 0.1).minimize(loss)
    let distance = reduceMax(abs(w - twin))
    let session = try Session(graph, options: .init(workers: 2))
    try session.run(graph.globalVariablesInitializer())
    let target = NDArray(Array(repeating: Float(1), count: 32), shape: [32])

    try await withThrowingTaskGroup(of: Void.self) { group in
      for thread in 0..<8 {
        group.addTask {
          for _ in 0..<runs {
            if thread < 4 {
              _ = try session.run(train, count, feeding: [x: target])
            } else {
              let apart = try session.run(distance)
              #expect(apart.scalar() == 0)
            }
          }
        }
      }
      try await group.waitForAll()
    }
    #expect(try session.run(steps).scalar(as: Int.self) == 4 * runs)
    #expect(try session.run(loss, feeding: [x: target]).scalar() < 1e-3)
  }
}
