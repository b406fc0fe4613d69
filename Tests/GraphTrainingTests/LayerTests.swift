import StaticGraph
import Testing

@Suite("Layers")
struct LayerTests {
  @Test("A dense layer of any rank multiplies the last axis")
  func denseRanks() throws {
    let graph = Graph(seed: 1)
    let x = graph.placeholder(.float32, shape: [nil, nil, 3])
    let y = dense(
      x, units: 2, activation: { relu($0) },
      kernelInitializer: .constant([[1, 2], [3, 4], [5, -6]]),
      biasInitializer: .constant([0.5, 1.0]))
    let rows = graph.variableScope("", reuse: .always) {
      dense(reshape(x, [-1, 3]), units: 2, activation: { relu($0) }, name: "dense")
    }
    #expect(y.shape.dimensions == [nil, nil, 2])
    let session = try Session(graph)
    try session.run(graph.globalVariablesInitializer())
    let (a, b) = try session.run(
      y, rows, feeding: [x: [[[1, 0, 0], [0, 1, 1]], [[0, 0, 1], [1, 1, 1]]]])
    #expect(a == [[[1.5, 3], [8.5, 0]], [[5.5, 0], [9.5, 1]]])
    #expect(b == a.reshaped([4, 2]))
  }

  @Test("Layers without names are numbered, named ones are shared on request only")
  func names() {
    let graph = Graph()
    let x = graph.placeholder(.float32, shape: [nil, 3])
    _ = dense(x, units: 2)
    _ = dense(x, units: 2, useBias: false)
    graph.variableScope("tower") { _ = dense(x, units: 2) }
    _ = embedding(graph.constant([1, 2]), vocabularySize: 4, units: 2)
    #expect(
      graph.collection(.trainableVariables).map(\.name) == [
        "dense/kernel", "dense/bias", "dense_1/kernel", "tower/dense/kernel", "tower/dense/bias",
        "embedding/embeddings",
      ])
    #expect(graph.error == nil)
    _ = dense(x, units: 2, name: "dense")
    #expect(graph.error?.code == .alreadyExists)
  }

  @Test("An embedding gives the rows of its ids, and its gradient is sparse")
  func embeddings() throws {
    let graph = Graph()
    let ids = graph.constant([[1, 0], [1, 1]])
    let table: [[Double]] = [[1, 2], [3, 4], [5, 6]]
    let y = embedding(ids, vocabularySize: 3, units: 2, initializer: .constant(table))
    let variables = graph.collection(.trainableVariables)
    let slope = gradients(of: y, withRespectTo: variables.map(\.value))
    let indices = try #require(slope[0]?.indexedSlices?.indices)
    let session = try Session(graph)
    try session.run(graph.globalVariablesInitializer())
    let (rows, whole, places) = try session.run(y, slope, indices)
    #expect(rows == [[[3.0, 4], [1, 2]], [[3, 4], [3, 4]]])
    #expect(whole[0] == [[1.0, 1], [3, 3], [0, 0]])
    #expect(places.scalars(as: Int.self) == [1, 0, 1, 1])
  }

  @Test("A dense layer of a vector is a mistake at the user's line")
  func refused() {
    let graph = Graph()
    _ = dense(graph.constant([1.0, 2.0]), units: 2)
    #expect(
      graph.error?.message == "a dense layer wants an operand of rank 2 or more whose last extent "
        + "is known, not float32[2]")
    #expect(graph.error?.location?.file == "LayerTests.swift")
  }
}
