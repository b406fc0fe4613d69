import GraphArrays
import GraphEngine
import Testing

@Suite("Branches by number")
struct SwitchCaseTests {
  private func declare(_ index: Tensor, _ x: Tensor) -> Tensor {
    switchCase(index, [{ x * 2 }, { sin(x) * x }, { x.graph.zeros([3], .float64) }])
  }

  @Test(
    "compute the branch of the number, and the last one beyond it",
    arguments: [(0, 0), (1, 1), (2, 2), (3, 2), (-1, 2)])
  func values(_ number: Int, _ branch: Int) throws {
    let graph = Graph()
    let index = graph.placeholder(.int32, shape: [])
    let x = graph.constant(samples([3]))
    let wanted = [x * 2, sin(x) * x, zerosLike(x)]
    let results = try Session(graph).run(
      [declare(index, x), wanted[branch]], feeding: [index: NDArray(scalar: Int32(number))])
    #expect(results[0] == results[1])
  }

  @Test("have gradients that agree with differences, to second order", arguments: [0, 1, 2])
  func gradients(_ number: Int) throws {
    let function = ScalarFunction(
      inputs: [samples([3]), NDArray(scalar: Int32(number))], constants: []
    ) { _, operands in reduceSum(square(declare(operands[1], operands[0]))) }
    try function.checkGradients(tolerance: 1e-6, "first order")
    try function.derivative().checkGradients(tolerance: 1e-6, "second order")
  }

  @Test("in loops are differentiated through tapes")
  func loop() throws {
    let function = ScalarFunction(inputs: [samples([3])], constants: []) { graph, operands in
      let (_, y) = whileLoop(graph.constant(0), operands[0]) { i, _ in
        i .< 4
      } body: { i, x in
        (i + 1, switchCase(i, [{ sin(x) }, { x * x }, { exp(x) * 0.5 }]))
      }
      return reduceSum(y * operands[0])
    }
    try function.checkGradients(tolerance: 1e-6, "first order")
    try function.derivative().checkGradients(tolerance: 1e-6, "second order")
  }
}
