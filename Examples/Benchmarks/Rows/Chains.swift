import StaticGraph

/// Two independent chains of large products, forward or with their gradients, beside the same with
/// one worker: what a second worker is good for.
struct Chains: Row {
  enum Direction { case forward, gradient }
  let direction: Direction

  private static let chains = 2
  private static let links = 4
  private static let extent = 768

  var name: String { direction == .forward ? "chains-forward" : "chains-gradient" }

  /// Forward a product for each link; backward one for each weight, and one for each link but the
  /// first, whose operand needs no gradient.
  var flops: Double? {
    let products = direction == .forward ? Chains.links : 3 * Chains.links - 1
    let extent = Double(Chains.extent)
    return Double(Chains.chains * products) * 2 * extent * extent * extent
  }

  func prepare(_ setting: Setting) throws -> any Contender {
    try contender("ours", workers: setting.workers)
  }

  func rivals(_ setting: Setting) throws -> [any Contender] {
    [try contender("1 worker", workers: 1)]
  }

  private func contender(_ name: String, workers: Int) throws -> any Contender {
    let graph = Graph(seed: 1)
    let extent = Chains.extent
    let shape = [extent, extent]
    var ends: [Tensor] = []
    var weights: [Tensor] = []
    for chain in 0..<Chains.chains {
      var x = graph.variable("x\(chain)", initial: graph.randomNormal(shape), trainable: false)
      for link in 0..<Chains.links {
        let initial = graph.randomNormal(shape) / Float(extent).squareRoot()
        let weight = graph.variable("w\(chain)_\(link)", initial: initial)
        weights.append(weight)
        x = matmul(x, weight)
      }
      ends.append(x)
    }
    let losses = ends.map { reduceSum($0 * $0) }
    let slopes = gradients(of: addN(losses), withRespectTo: weights).compactMap { $0 }
    let targets = direction == .forward ? ends : slopes
    let session = try Session(graph, options: .init(workers: workers))
    try session.run(graph.globalVariablesInitializer())
    let operations = targets.map(\.operation)
    return Local(name) { _ = try session.run(operations) }
  }
}
