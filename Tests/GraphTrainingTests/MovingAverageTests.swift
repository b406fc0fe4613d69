import StaticGraph
import Testing

@Suite("Moving averages")
struct MovingAverageTests {
  @Test(
    "Five updates agree with TensorFlow's to the bit",
    arguments: [("plain", 0.9, false), ("counted", 0.3, true), ("float64", 0.9, false)])
  func fiveUpdates(name: String, decay: Double, counted: Bool) throws {
    let arrays = try TrainingFixtures.arrays("moving_averages/averages.npz")
    let graph = Graph()
    let count = graph.placeholder(.int64, shape: [], name: "count")
    var feeds: [(name: String, variable: Variable, placeholder: Tensor)] = []
    for part in ["matrix", "scalar"] {
      let first = try arrays.array("\(name)/first/\(part)")
      let variable = try #require(graph.variable(part, initial: first).variable)
      feeds.append((part, variable, graph.placeholder(first.dtype, shape: variable.shape)))
    }
    let assigned = feeds.map { assign($0.variable.value, $0.placeholder) }
    let averages = ExponentialMovingAverage(decay: decay, updates: counted ? count : nil)
    let update = graph.controlDependencies(assigned) {
      averages.apply(to: feeds.map(\.variable), in: graph)
    }
    let session = try Session(graph)
    try session.run(graph.globalVariablesInitializer())
    for step in 0..<5 {
      var given: Feeds = [count: step]
      for feed in feeds {
        given.add(try arrays.array("\(name)/\(feed.name)")[step], for: feed.placeholder)
      }
      try session.run(update, feeding: given)
      for feed in feeds {
        let average = try #require(averages.average(of: feed.variable))
        #expect(average.name == "\(feed.name)/ExponentialMovingAverage")
        #expect(!average.isTrainable)
        let expected = try arrays.array("\(name)/average/\(feed.name)")[step]
        #expect(try session.value(of: average) == expected, "\(feed.name), step \(step)")
      }
    }
  }

  @Test("An average starts as its variable does, also where that is drawn")
  func start() throws {
    let graph = Graph(seed: 7)
    let drawn = graph.variable("drawn", shape: [3, 4])
    let variable = try #require(drawn.variable)
    let averages = ExponentialMovingAverage(decay: 0.5)
    #expect(averages.average(of: variable) == nil)
    _ = averages.apply(to: [variable], in: graph)
    let session = try Session(graph)
    try session.run(graph.globalVariablesInitializer())
    let average = try #require(averages.average(of: variable))
    #expect(try session.value(of: average) == session.value(of: variable))
  }
}
