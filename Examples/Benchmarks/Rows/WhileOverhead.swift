import StaticGraph

/// What a turn of a loop costs: two small operations, and the condition.
struct WhileOverhead: Row {
  let name = "while-overhead"

  func prepare(_ setting: Setting) throws -> any Contender {
    let turns = 100_000
    let graph = Graph()
    let limit = graph.placeholder(.int32, shape: [])
    let start = graph.placeholder(.float32, shape: [])
    let (_, end) = whileLoop(graph.constant(0), start) { i, _ in
      i .< limit
    } body: { i, x in
      (i + 1, x * 0.999)
    }
    let session = try Session(graph, options: .init(workers: setting.workers))
    let feeds: Feeds = [limit: turns, start: 1.0]
    return Local(units: turns) { _ = try session.run(end, feeding: feeds) }
  }
}
