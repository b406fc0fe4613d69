import StaticGraph

/// What a turn of a loop costs: two small operations, and the condition.
struct WhileOverhead: Row {
  let name = "while-overhead"

  private static let turns = 100_000

  private struct Workload: Encodable {
    let workload = "while"
    let turns, threads: Int
  }

  func rivals(_ setting: Setting) throws -> [any Contender] {
    try setting.start(
      [.tensorflow], Workload(turns: WhileOverhead.turns / 10, threads: setting.workers))
  }

  func prepare(_ setting: Setting) throws -> any Contender {
    let turns = WhileOverhead.turns
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
