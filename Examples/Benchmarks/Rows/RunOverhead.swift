import StaticGraph

/// What a run costs that computes next to nothing: `x + 1` for a scalar.
struct RunOverhead: Row {
  /// How the session is called.
  enum Entry { case run, callable }
  let entry: Entry

  var name: String { entry == .run ? "run-overhead-session" : "run-overhead-callable" }

  private struct Workload: Encodable {
    let workload = "add-one"
    let threads: Int
  }

  func rivals(_ setting: Setting) throws -> [any Contender] {
    entry == .run ? try setting.start([.tensorflow], Workload(threads: setting.workers)) : []
  }

  func prepare(_ setting: Setting) throws -> any Contender {
    let graph = Graph()
    let x = graph.placeholder(.float32, shape: [])
    let y = x + 1
    let session = try Session(graph, options: .init(workers: setting.workers))
    let value = NDArray(scalar: Float(2))
    let runs = 10_000
    switch entry {
    case .run:
      return Local(units: runs) {
        for _ in 0..<runs { _ = try session.run(y, feeding: [x: value]) }
      }
    case .callable:
      let call = try session.makeCallable(feeds: x, fetches: y)
      return Local(units: runs) {
        for _ in 0..<runs { _ = try call(value) }
      }
    }
  }
}
