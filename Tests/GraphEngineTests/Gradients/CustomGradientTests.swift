import GraphArrays
import GraphEngine
import Testing

@Suite("customGradient")
struct CustomGradientTests {
  @Test("replaces the gradient of a value")
  func replaced() throws {
    let graph = Graph()
    let x = graph.constant(3.0)
    let y = customGradient(x) { x in (maximum(x, 0), { dy in dy * 7 }) }
    let (value, gradient) = try Session(graph).run(y, gradients(of: y * 2, withRespectTo: [x]))
    #expect(value.scalar(as: Float.self) == 3)
    #expect(gradient[0]?.scalar(as: Float.self) == 14)
  }

  @Test("lets the gradient use the steps to the value, and be differentiated")
  func steps() throws {
    let graph = Graph()
    let x = graph.constant(0.5)
    // log(1 + e^x), whose gradient is the logistic function.
    let y = customGradient(x) { x in
      let e = exp(x)
      return (log(1 + e), { dy in dy * (1 - 1 / (1 + e)) })
    }
    let first = try #require(gradients(of: y, withRespectTo: [x])[0])
    let second = try #require(gradients(of: first, withRespectTo: [x])[0])
    let (a, b) = try Session(graph).run(first.as(Double.self), second.as(Double.self))
    let logistic = 0.622_459_331_201_854_6
    #expect(abs(a - logistic) < 1e-6)
    #expect(abs(b - logistic * (1 - logistic)) < 1e-6)
  }

  @Test("is not merged with another one of the same value")
  func merging() throws {
    let graph = Graph()
    let x = graph.placeholder(.float32, shape: [])
    let a = customGradient(x) { x in (x * 2, { dy in dy * 10 }) }
    let b = customGradient(x) { x in (x * 2, { dy in dy * 100 }) }
    let gradient = try #require(gradients(of: a + b, withRespectTo: [x])[0])
    #expect(try Session(graph).run(gradient, feeding: [x: 1.0]).scalar(as: Float.self) == 110)
  }

  @Test("has gradients of several operands, or none")
  func several() throws {
    let graph = Graph()
    let (x, y) = (graph.constant(2.0), graph.constant(5.0))
    let z = customGradient([x, y]) { xs in (xs[0] * xs[1], { dy in [dy * xs[1], nil] }) }
    let found = gradients(of: z, withRespectTo: [x, y])
    #expect(found[1] == nil)
    #expect(try Session(graph).run(found)[0]?.scalar(as: Float.self) == 5)
  }

  @Test("reads what it needs of each turn of a loop")
  func loops() throws {
    let example = LoopCase("custom", [NDArray([0.3, 0.4], shape: [2], dtype: .float64)]) {
      graph, x in
      let (_, y) = whileLoop(graph.constant(0), x[0]) { i, _ in
        i .< 3
      } body: { i, y in
        let next = customGradient(y) { y in
          let e = exp(sin(y))
          return (e, { dy in dy * e * cos(y) })
        }
        return (i + 1, next)
      }
      return reduceSum(y)
    }
    try example.check(shapesAreKnown: true)
    try example.check(shapesAreKnown: false)
  }
}
