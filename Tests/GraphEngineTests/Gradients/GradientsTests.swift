import GraphArrays
import GraphEngine
import Testing

@Suite("gradients")
struct GradientsTests {
  private let graph = Graph()

  private func values(_ tensors: [Tensor?]) throws -> [Float?] {
    let given = try Session(graph).run(tensors)
    return given.map { $0?.scalar(as: Float.self) }
  }

  @Test("add what reaches a tensor on several ways")
  func sum() throws {
    let x = graph.constant(3.0)
    #expect(try values(gradients(of: x * x + x, withRespectTo: [x])) == [7])
  }

  @Test("sum a result that is no scalar, and several results")
  func results() throws {
    let x = graph.constant(2.0)
    let y = x * graph.constant([1.0, 2.0, 3.0])
    #expect(try values(gradients(of: y, withRespectTo: [x])) == [6])
    #expect(try values(gradients(of: [y, x * x], withRespectTo: [x])) == [10])
  }

  @Test("weight results with the gradients that are given for them")
  func outputGradients() throws {
    let x = graph.constant(2.0)
    let y = x * graph.constant([1.0, 2.0, 3.0])
    let given = gradients(
      of: y, withRespectTo: [x], outputGradients: graph.constant([1.0, 0.0, 10.0]))
    #expect(try values(given) == [31])
    _ = gradients(of: y, withRespectTo: [x], outputGradients: graph.constant([1.0, 2.0]))
    #expect(try #require(graph.error).message.contains("is float32[2], wants float32[3]"))
  }

  @Test("are nil, or zeros, where nothing depends on a tensor")
  func unconnected() throws {
    let x = graph.constant(2.0)
    let other = graph.constant(1.0)
    let whole = graph.constant(3)
    let y = x * cast(whole, to: .float32)
    #expect(gradients(of: y, withRespectTo: [other, whole]) == [nil, nil])
    let zeros = gradients(of: y, withRespectTo: [other], unconnected: .zeros)
    #expect(try values(zeros) == [0])
  }

  @Test("stop where they are told to")
  func stops() throws {
    let x = graph.constant(2.0)
    let y = x * x
    #expect(try values(gradients(of: y * x, withRespectTo: [x], stopGradients: [y])) == [4])
    #expect(try values(gradients(of: stopGradient(y) * x, withRespectTo: [x])) == [4])
    // With respect to the stopped tensor itself there is a gradient.
    #expect(try values(gradients(of: y * x, withRespectTo: [y, x], stopGradients: [y])) == [2, 4])
  }

  @Test("are made with respect to intermediate results")
  func intermediates() throws {
    let x = graph.constant(2.0)
    let y = x * x
    #expect(try values(gradients(of: y * y, withRespectTo: [y, x])) == [8, 32])
    #expect(try values(gradients(of: y, withRespectTo: [y])) == [1])
  }

  @Test("undo broadcasting")
  func broadcasting() throws {
    let session: Session
    let x = graph.placeholder(.float32, shape: [nil, 1])
    let row = graph.constant([1.0, 2.0, 3.0])
    let y = x * row
    let found = gradients(of: y, withRespectTo: [x, row]).compactMap { $0 }
    session = try Session(graph)
    let given = try session.run(found, feeding: [x: [[1.0], [10.0]]])
    #expect(given[0] == NDArray([[6], [6]], dtype: .float32))
    #expect(given[1] == NDArray([11, 11, 11], dtype: .float32))
  }

  @Test("of gathered rows stay sparse, and are put behind each other")
  func sparse() throws {
    let table = graph.variable("table", initial: graph.zeros([4, 2]))
    let a = gather(table, graph.constant([1, 1]))
    let b = gather(table, graph.constant([3]))
    let gradient = try #require(
      gradients(of: [a, b], withRespectTo: [table])[0])
    #expect(gradient.indexedSlices != nil)
    #expect(
      try Session(graph).run(gradient)
        == NDArray([[0, 0], [2, 2], [0, 0], [1, 1]], dtype: .float32))
    let mixed = try #require(gradients(of: [a, table * 2], withRespectTo: [table])[0])
    #expect(mixed.indexedSlices == nil)
  }

  @Test("stand in a scope of their own, in the place of what they differentiate")
  func places() throws {
    let x = graph.constant(2.0)
    let line = #line + 1
    let y = tanh(x)
    let gradient = try #require(gradients(of: y, withRespectTo: [x])[0])
    #expect(gradient.operation.name == "gradients/Tanh_grad/TanhGrad")
    #expect(gradient.operation.location?.line == line)
  }

  @Test("are a mistake where an operation has none")
  func missing() throws {
    let x = graph.constant([[2.0, 1.0]])
    struct Odd: OpDefinition {
      var name: String { "Odd" }
      func infer(_ context: InferenceContext) throws(GraphError) -> [TensorType] { [context[0]] }
      func kernel(_ request: KernelRequest) throws(GraphError) -> Kernel { .copy(byteCount: 8) }
    }
    let y = graph.tensor(Odd(), [x])
    #expect(gradients(of: y, withRespectTo: [x]) == [nil])
    #expect(try #require(graph.error).message == "Odd has no gradient")
  }

  @Test("work on long chains in linear time")
  func chains() throws {
    let x = graph.constant(1.0)
    var y = x
    for _ in 0..<5000 { y = y + x }
    let clock = ContinuousClock()
    let duration = clock.measure { _ = gradients(of: y, withRespectTo: [x]) }
    #expect(duration < .seconds(5))
    #expect(graph.error == nil)
  }
}
