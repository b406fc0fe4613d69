import GraphArrays
import GraphEngine
import Testing

@Suite("Gradients of loops and branches")
struct LoopGradientTests {
  @Test("agree with differences, to second order", arguments: LoopCase.all)
  func differences(_ example: LoopCase) throws {
    try example.check(shapesAreKnown: true)
  }

  @Test("agree with differences where shapes are not known", arguments: LoopCase.all)
  func unknownShapes(_ example: LoopCase) throws {
    try example.check(shapesAreKnown: false)
  }

  @Test("of third order agree with differences of the second")
  func thirdOrder() throws {
    let example = LoopCase("third", [NDArray([0.4], shape: [1], dtype: .float64)]) { graph, x in
      func power(_ x: Tensor) -> Tensor {
        whileLoop(graph.constant(0), x) { i, _ in
          i .< 2
        } body: { i, a in
          (i + 1, sin(a) * a)
        }.1
      }
      return gradients(of: power(x[0]), withRespectTo: x)[0] ?? x[0]
    }
    try example.check(shapesAreKnown: true)
  }

  /// A loop that counts its turns in a variable.
  private func counted() throws -> (Session, x: Tensor, loss: Tensor, gradient: Tensor, Tensor) {
    let graph = Graph()
    let turns = graph.variable("turns", initial: 0)
    let x = graph.placeholder(.float32, shape: [2])
    let (_, y) = whileLoop(graph.constant(0), x) { i, _ in
      i .< 5
    } body: { i, y in
      assignAdd(turns, 1)
      return (i + 1, tanh(y))
    }
    let loss = reduceSum(y)
    let gradient = try #require(gradients(of: loss, withRespectTo: [x])[0])
    let session = try Session(graph)
    try session.run(graph.globalVariablesInitializer())
    return (session, x, loss, gradient, turns)
  }

  @Test("execute the forward loop once when loss and gradients are fetched together")
  func once() throws {
    let (session, x, loss, gradient, turns) = try counted()
    _ = try session.run(loss, gradient, feeding: [x: [0.1, 0.2]])
    #expect(try session.run(turns).scalar(as: Int.self) == 5)
    _ = try session.run(gradient, feeding: [x: [0.1, 0.2]])
    #expect(try session.run(turns).scalar(as: Int.self) == 10)
  }

  @Test("with respect to what a body captures are made inside of it")
  func inside() throws {
    let graph = Graph()
    let w = graph.constant(3.0)
    // Newton's method for w a^2 = 12, with the derivative of what is in the body.
    let (_, root) = whileLoop(graph.constant(0), graph.constant(1.0)) { i, _ in
      i .< 20
    } body: { i, a in
      let f = w * a * a - 12
      let slope = gradients(of: f, withRespectTo: [a])[0] ?? a
      return (i + 1, a - f / slope)
    }
    let value = try Session(graph).run(root).scalar(as: Float.self)
    #expect(abs(value - 2) < 1e-6)
  }

  @Test("of variables are summed over all places that read them")
  func variables() throws {
    let graph = Graph()
    let w = graph.variable("w", initial: 0.5)
    let (_, y) = whileLoop(graph.constant(0), w) { i, _ in
      i .< 2
    } body: { i, y in
      (i + 1, y * w)
    }
    let gradient = try #require(gradients(of: y, withRespectTo: [w])[0])
    let session = try Session(graph)
    try session.run(graph.globalVariablesInitializer())
    #expect(try session.run(gradient).scalar(as: Float.self) == 0.75)
  }
}
