import StaticGraph

/// What an operation costs that computes next to nothing: one of a chain of sums of eight numbers.
struct OpOverhead: Row {
  let name = "op-overhead"

  private static let operations = 2000
  private static let runs = 20

  private struct Workload: Encodable {
    let workload = "chain"
    let operations, threads: Int
  }

  func rivals(_ setting: Setting) throws -> [any Contender] {
    try setting.start(
      [.tensorflow, .pytorch],
      Workload(operations: OpOverhead.operations, threads: setting.workers))
  }

  func prepare(_ setting: Setting) throws -> any Contender {
    let graph = Graph()
    let x = graph.placeholder(.float32, shape: [8])
    let step = graph.placeholder(.float32, shape: [8])
    var sum = x
    for _ in 0..<OpOverhead.operations { sum = sum + step }
    let session = try Session(graph, options: .init(workers: setting.workers))
    let call = try session.makeCallable(feeds: (x, step), fetches: sum)
    let (start, one) = (NDArray.zeros([8]), NDArray.ones([8]))
    return Local(units: OpOverhead.operations * OpOverhead.runs) {
      for _ in 0..<OpOverhead.runs { _ = try call(start, one) }
    }
  }
}
