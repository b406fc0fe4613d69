import StaticGraph

/// What a graph of 10,000 operations costs before it runs: they are declared and differentiated, and
/// what gives the loss and its gradients is compiled.
///
/// The rival has four times as many operations and a quarter of its time is told: the ratio is 1 where
/// time grows as the graph does.
struct LargeGraph: Row {
  let name = "graph-10k"
  let executions = 1

  private static let operations = 10_000
  private static let factor = 4

  func prepare(_ setting: Setting) throws -> any Contender {
    let operations = LargeGraph.operations
    return Local.telling { try Self.build(operations, workers: setting.workers) }
  }

  func rivals(_ setting: Setting) throws -> [any Contender] {
    let operations = LargeGraph.operations * LargeGraph.factor
    return [
      Local.telling("1/4 of 40k", units: LargeGraph.factor) {
        try Self.build(operations, workers: setting.workers)
      }
    ]
  }

  /// `x = tanh(x * w + b)` over and over, with ten of each weight in turn.
  private static func build(_ operations: Int, workers: Int) throws -> Double {
    let clock = ContinuousClock()
    let start = clock.now
    let graph = Graph()
    let input = graph.placeholder(.float32, shape: [8])
    let weights = (0..<20).map { _ in graph.placeholder(.float32, shape: [8]) }
    var x = input
    for link in 0..<operations / 3 {
      let pair = 2 * (link % 10)
      x = tanh(x * weights[pair] + weights[pair + 1])
    }
    let loss = reduceSum(x)
    let slopes = gradients(of: loss, withRespectTo: weights)
    let session = try Session(graph, options: .init(workers: workers))
    let declaration = (clock.now - start) / .milliseconds(1)
    var feeds: Feeds = [input: NDArray.ones([8])]
    for weight in weights { feeds.add(NDArray.ones([8]), for: weight) }
    return declaration + (try firstRunExcess { try session.run(loss, slopes, feeding: feeds) })
  }
}
