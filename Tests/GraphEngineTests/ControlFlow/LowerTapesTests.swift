import GraphArrays
import GraphEngine
import Testing

@Suite("LowerTapes")
struct LowerTapesTests {
  /// The program that computes `fetches`, lowered and cleared of what is not needed.
  private func lowered(
    _ graph: Graph, _ fetches: [Tensor], feeding feeds: [Tensor]
  ) throws -> Program {
    if let error = graph.error { throw error }
    var program = try Program(
      importing: graph, fetches: fetches, targets: [], feeds: feeds,
      feedTypes: feeds.map { TensorType($0.dtype, exact: $0.shape.known ?? []) })
    let passes: [any Pass.Type] = [
      LowerTapes.self, Prune.self, ResolveVariables.self, InferTypes.self, PruneLoops.self,
    ]
    for pass in passes {
      try pass.run(&program)
      try program.verify(after: pass.name)
    }
    return program
  }

  private func loops(_ program: Program) -> [Instruction] {
    program.instructions.filter { $0.definition is While }
  }

  /// The types of operations of a program and of the programs in it, in order.
  private func operations(_ program: Program) -> [String] {
    program.instructions.flatMap { instruction in
      [instruction.definition.name] + instruction.bodies.flatMap(operations)
    }
  }

  @Test("keeps what a gradient reads, in a list for each value")
  func list() throws {
    let graph = Graph()
    let x = graph.placeholder(.float32, shape: [2])
    let (_, y) = whileLoop(graph.constant(0), x) { i, _ in
      i .< 5
    } body: { i, y in
      (i + 1, tanh(y))
    }
    let gradient = try #require(gradients(of: y, withRespectTo: [x])[0])

    let forward = try lowered(graph, [y], feeding: [x])
    #expect(!operations(forward).contains { $0.hasPrefix("TensorList") || $0 == "Tape" })

    let both = try lowered(graph, [y, gradient], feeding: [x])
    let loops = loops(both)
    try #require(loops.count == 2)
    #expect(!operations(both).contains("Tape"))
    // The forward loop has its counter, the value, and the list of what Tanh gave.
    #expect(loops[0].inputs.count == 3)
    #expect(
      loops[0].outputs.map { both.type($0).description } == [
        "int32[]", "float32[2]", "variant<float32[2]>",
      ])
    #expect(operations(loops[0].bodies[1]).count { $0 == "TensorListPushBack" } == 1)
    #expect(operations(loops[1].bodies[1]).contains("TensorListGetItem"))
  }

  @Test("adds a counter to a loop that has none")
  func counter() throws {
    let graph = Graph()
    let x = graph.placeholder(.float32, shape: [])
    let y = whileLoop(x) { y in
      y .< 100
    } body: { y in
      y * y
    }
    let gradient = try #require(gradients(of: y, withRespectTo: [x])[0])
    let loop = try #require(loops(try lowered(graph, [gradient], feeding: [x])).first)
    let additions = loop.bodies[1].instructions.filter { $0.definition.name == "AddV2" }
    #expect(additions.count == 1)
  }

  @Test("makes lists of lists of a loop in a loop")
  func nested() throws {
    let graph = Graph()
    let x = graph.placeholder(.float32, shape: [])
    let (_, y) = whileLoop(graph.constant(0), x) { i, _ in
      i .< 3
    } body: { i, y in
      let (_, z) = whileLoop(graph.constant(0), y) { j, _ in
        j .< i
      } body: { j, z in
        (j + 1, sin(z))
      }
      return (i + 1, z)
    }
    let gradient = try #require(gradients(of: y, withRespectTo: [x])[0])
    let program = try lowered(graph, [gradient], feeding: [x])
    let outer = try #require(loops(program).first)
    #expect(
      outer.outputs.contains { program.type($0).description == "variant<variant<float32[]>>" })
    #expect(!operations(program).contains("Tape"))
  }

  @Test("gives a blank where a branch was not taken")
  func branch() throws {
    let graph = Graph()
    let x = graph.placeholder(.float32, shape: [2])
    let y = cond(reduceSum(x) .> 0) {
      exp(x)
    } else: {
      x
    }
    let gradient = try #require(gradients(of: y, withRespectTo: [x])[0])
    let program = try lowered(graph, [gradient], feeding: [x])
    let branch = try #require(program.instructions.first { $0.definition is If })
    #expect(branch.outputs.map { program.type($0).description } == ["float32[2]"])
    #expect(operations(branch.bodies[0]) == ["Exp"])
    #expect(operations(branch.bodies[1]) == ["Const"])
  }
}
