import GraphArrays
import GraphEngine
import Testing

@Suite("Updates of variables")
struct ResourceUpdateTests {
  private func variable(_ graph: Graph, _ name: String, _ values: [[Double]]) -> Tensor {
    graph.variable(name, initial: graph.constant(values, dtype: .float64))
  }

  @Test("Steps of gradient descent and momentum change the variables and nothing else")
  func steps() throws {
    let graph = Graph()
    let x = variable(graph, "x", [[1, 2]])
    let y = variable(graph, "y", [[1, 2]])
    let accumulator = variable(graph, "accumulator", [[0, 4]])
    let gradient = graph.constant([[2, 4]], dtype: .float64)
    let rate = graph.constant(0.5, dtype: .float64)
    let handles = [x, y, accumulator].compactMap { $0.handle(for: "test") }
    let descent = graph.add(ResourceApplyGradientDescent(), [handles[0], rate, gradient])
    let momentum = graph.add(
      ResourceApplyMomentum(useNesterov: false), [handles[1], handles[2], rate, gradient, rate])
    let session = try Session(graph)
    try session.run(graph.globalVariablesInitializer())
    _ = try session.run(descent, momentum)
    let (a, b, c) = try session.run(x, y, accumulator)
    #expect(a == float64([0, 0], [1, 2]))
    #expect(b == float64([0, -1], [1, 2]))
    #expect(c == float64([2, 6], [1, 2]))
  }

  @Test("Rows are added, subtracted and replaced; an index out of range changes nothing")
  func rows() throws {
    let graph = Graph()
    let x = variable(graph, "x", [[1, 2], [3, 4], [5, 6]])
    let indices = graph.placeholder(.int32, shape: [nil])
    let updates = graph.placeholder(.float64, shape: [nil, 2])
    let add = scatterAdd(x, indices, updates)
    let subtract = scatterSub(x, indices, updates)
    let replace = scatterUpdate(x, indices, updates)
    let session = try Session(graph)
    try session.run(graph.globalVariablesInitializer())
    let rows = float64([1, 1, 2, 2], [2, 2])
    try session.run(add, feeding: [indices: [1, 1], updates: rows])
    #expect(try session.run(x) == float64([1, 2, 6, 7, 5, 6], [3, 2]))
    try session.run(subtract, feeding: [indices: [0, 1], updates: rows])
    #expect(try session.run(x) == float64([0, 1, 4, 5, 5, 6], [3, 2]))
    try session.run(replace, feeding: [indices: [2, 0], updates: rows])
    #expect(try session.run(x) == float64([2, 2, 4, 5, 1, 1], [3, 2]))
    let error = #expect(throws: SessionError.self) {
      try session.run(add, feeding: [indices: [0, 3], updates: rows])
    }
    #expect(error?.message == "indices[1] = 3 is not in [0, 3)")
    #expect(try session.run(x) == float64([2, 2, 4, 5, 1, 1], [3, 2]))
  }

  @Test("Operands that do not fit the variable are refused where they are declared")
  func mistakes() {
    let graph = Graph()
    let x = variable(graph, "x", [[1, 2], [3, 4]])
    scatterAdd(x, graph.constant([0]), graph.constant([[1, 2, 3]], dtype: .float64))
    #expect(graph.error?.operationType == "ResourceScatterAdd")
    let other = Graph()
    scatterAdd(other.constant([1]), other.constant([0]), other.constant([1]))
    #expect(other.error?.message == "\"Const:0\" is not a variable")
  }
}
