import GraphArrays
import GraphEngine
import Testing

/// What a program that did not declare a graph can find out about it.
@Suite("Reading a graph")
struct ReadingGraphTests {
  @Test("A loop has two bodies, a branch too, any other operation none")
  func bodies() throws {
    let graph = Graph()
    let x = graph.placeholder(.float32, shape: [], name: "x")
    let root = whileLoop(x) {
      $0 .< 10
    } body: {
      $0 * 2 + x
    }
    let either = cond(x .> 1) {
      x
    } else: {
      x + 1
    }
    #expect(x.operation.bodies.isEmpty)
    let loop = try #require(graph.operations.first { $0.type == "While" })
    #expect(root.operation.inputs == [loop.outputs[0]])
    #expect(loop.bodies.count == 2)
    #expect(loop.bodies[0].results.map(\.type) == [TensorType(.bool, .scalar)])
    #expect(loop.bodies[1].parameters.count == loop.inputs.count)
    #expect(loop.bodies[1].graph.operations.map(\.type).contains("Mul"))
    let branch = either.operation
    #expect(branch.bodies.map(\.results.count) == [1, 1])
  }

  @Test("The value of a constant is there before anything runs, that of a placeholder is not")
  func constantValues() {
    let graph = Graph()
    let weights = graph.constant([[1.5, 2.5], [3.5, 4.5]])
    let x = graph.placeholder(.float32, shape: [nil, 7])
    #expect(weights.constantValue == NDArray([[1.5, 2.5], [3.5, 4.5]]))
    #expect(x.constantValue == nil)
    #expect((weights + 1).constantValue == nil)
    #expect(x.dynamicShape[1].constantValue == NDArray(7))
  }

  @Test("Sessions of one seed draw the same numbers from operations without a seed")
  func sessionSeed() throws {
    let graph = Graph()
    let numbers = graph.randomUniform([8])
    let draws = try [1, 1, 2].map { seed in
      let session = try Session(graph, options: .init(seed: seed))
      return try [session.run(numbers), session.run(numbers)]
    }
    #expect(draws[0] == draws[1])
    #expect(draws[0] != draws[2])
    #expect(draws[0][0] != draws[0][1])
  }
}
