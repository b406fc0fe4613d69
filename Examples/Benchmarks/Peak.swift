import StaticGraph

/// The extent of the square matrices whose product is the measure of the machine.
private let extent = 2048

/// Floating-point operations of that product.
let peakFlops = 2 * Double(extent) * Double(extent) * Double(extent)

/// A large product through the engine: what the machine can do at best.
func peakContender(workers: Int) throws -> any Contender {
  let graph = Graph(seed: 1)
  let x = graph.variable("x", initial: graph.randomNormal([extent, extent]))
  let y = graph.variable("y", initial: graph.randomNormal([extent, extent]))
  let product = matmul(x, y).operation
  let session = try Session(graph, options: .init(workers: workers))
  try session.run(graph.globalVariablesInitializer())
  return Local("peak") { try session.run(product) }
}
