import GraphArrays
import GraphEngine
import Testing

@Suite("Gradients of loops and branches")
struct LoopGradientTests {
  @Test("agree with differences, to second order", arguments: LoopCase.all + LoopCase.recurrent)
  func differences(_ example: LoopCase) throws {
    try example.check(shapesAreKnown: true)
  }

  @Test(
    "agree with differences where shapes are not known",
    arguments: LoopCase.all + LoopCase.recurrent)
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

  @Test("of variables that a body reads anew reach them through their handles")
  func reads() throws {
    let graph = Graph()
    let w = graph.variable("w", initial: 0.5)
    let variable = try #require(w.variable)
    let (_, y) = whileLoop(graph.constant(0), w) { i, _ in
      i .< 2
    } body: { i, y in
      (i + 1, y * variable.read())
    }
    let gradient = try #require(gradients(of: y, withRespectTo: [w])[0])
    let session = try Session(graph)
    try session.run(graph.globalVariablesInitializer())
    #expect(try session.run(gradient).scalar(as: Float.self) == 0.75)
  }

  @Test("see the random numbers that the forward loop drew")
  func randomNumbers() throws {
    let graph = Graph(seed: 5)
    let x = graph.constant([2.0, 3.0])
    let (_, y) = whileLoop(graph.constant(0), graph.constant([0.0, 0.0])) { i, _ in
      i .< 6
    } body: { i, y in
      (i + 1, y + x * graph.randomUniform([2]))
    }
    let gradient = try #require(gradients(of: y, withRespectTo: [x])[0])
    let (sums, factors) = try Session(graph).run(y, gradient)
    for (place, weight) in [2, 3].enumerated() {
      let product = factors.scalars(as: Float.self)[place] * Float(weight)
      #expect(abs(product - sums.scalars(as: Float.self)[place]) < 1e-5)
    }
  }

  @Test("of rows that are gathered in a body are added up")
  func gathered() throws {
    let graph = Graph()
    let table = graph.variable("table", initial: graph.ones([3, 2]))
    let ids = graph.constant([0, 2, 2, 0, 2])
    let sums = scan(ids, initial: graph.zeros([2])) { id, sum in sum + gather(table, id) }
    let gradient = try #require(gradients(of: sums[4], withRespectTo: [table])[0])
    let session = try Session(graph)
    try session.run(graph.globalVariablesInitializer())
    #expect(
      try session.run(gradient) == NDArray([[2, 2], [0, 0], [3, 3]], dtype: .float32))
  }

  @Test("with respect to tensors from outside are made where the body captures them")
  func captured() throws {
    let graph = Graph()
    let w = graph.placeholder(.float32, shape: [])
    let other = graph.constant(1.0)
    let (_, sum) = whileLoop(graph.constant(0), graph.constant(0.0)) { i, _ in
      i .< 3
    } body: { i, sum in
      let f = w * w * cast(i, to: .float32)
      let found = gradients(of: f, withRespectTo: [w, other])
      #expect(found[1] == nil)
      return (i + 1, sum + (found[0] ?? sum))
    }
    // The sum of 2 w i.
    #expect(try Session(graph).run(sum, feeding: [w: 5.0]).scalar(as: Float.self) == 30)
  }

  @Test("with respect to a tensor of a body are refused outside of it")
  func innerTensor() throws {
    let graph = Graph()
    var inner: Tensor?
    let x = graph.constant(1.0)
    let y = whileLoop(x) { y in
      y .< 5
    } body: { y in
      inner = y
      return y * 2
    }
    #expect(gradients(of: y, withRespectTo: [try #require(inner)]) == [nil])
    #expect(try #require(graph.error).message.contains("to the body of a loop"))
  }
}
