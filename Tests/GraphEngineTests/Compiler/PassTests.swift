import GraphArrays
import GraphEngine
import Testing

/// A program of the graph that a test declares, before any pass.
private func program(
  of graph: Graph, fetching fetches: [Tensor], running targets: [Operation] = [],
  feeding feeds: [(Tensor, [Int])] = []
) throws -> Program {
  if let error = graph.error { throw error }
  return try Program(
    importing: graph, fetches: fetches, targets: targets, feeds: feeds.map(\.0),
    feedTypes: feeds.map { TensorType($0.0.dtype, exact: $0.1) })
}

private func run(_ passes: any Pass.Type..., on program: Program) throws -> Program {
  var program = program
  for pass in passes {
    try pass.run(&program)
    try program.verify(after: pass.name)
  }
  return program
}

@Suite("Passes on plain programs")
struct PlainPassTests {
  @Test("Prune removes what no result needs")
  func prune() throws {
    let graph = Graph()
    let x = graph.placeholder(.float32, shape: [2], name: "x")
    let y = tanh(x)
    _ = exp(y)
    var program = try program(of: graph, fetching: [y, exp(x)], feeding: [(x, [2])])
    program.results.removeLast()
    let pruned = try run(Prune.self, on: program)
    #expect(
      pruned.description == """
        %0 = feed 0 float32[2]
        %1 = Tanh(%0) float32[2]
        return %1
        """)
  }

  @Test("a control dependency on a pruned operation becomes one on what that waited for")
  func controls() throws {
    let graph = Graph()
    let x = graph.placeholder(.float32, shape: [2], name: "x")
    let v = graph.variable("v", initial: graph.zeros([2]))
    let step = assign(v, x)
    let middle = graph.controlDependencies([step]) { identity(x) }
    let y = graph.controlDependencies([middle.operation]) { tanh(x) }
    let compiled = try run(
      ResolveVariables.self, Prune.self,
      on: program(of: graph, fetching: [y], feeding: [(x, [2])]))
    #expect(compiled.updates.count == 1)
    #expect(compiled.results.count == 1)
  }

  @Test("a pass runs only on programs that have what it is about")
  func subjects() throws {
    let graph = Graph()
    let x = graph.placeholder(.float32, shape: [4, 2], name: "x")
    let total = scan(x, initial: graph.zeros([2])) { row, sum in sum + tanh(row) }
    func passes(_ fetch: Tensor) throws -> [String] {
      try Compiler.compile(
        graph: graph, fetches: [fetch], targets: [], feeds: [x],
        feedTypes: [TensorType(.float32, exact: [4, 2])]
      ).passes.map(\.name)
    }
    let plain = try passes(tanh(x)), looping = try passes(total)
    let subjects = [ForwardLists.name, RecognizeScans.name, PruneScans.name, PruneLoops.name]
    #expect(!subjects.contains(where: plain.contains))
    #expect(subjects.allSatisfy(looping.contains))
    #expect(plain.contains(Simplify.name))
  }

  @Test("what waits for a placeholder that is fed waits for nothing")
  func fedPlaceholder() throws {
    let graph = Graph()
    let x = graph.placeholder(.float32, shape: [2], name: "x")
    let y = graph.controlDependencies([x.operation]) { x + x }
    let fed = NDArray([Float(1), 2], shape: [2])
    #expect(try Session(graph).run(y, feeding: [x: fed]) == NDArray([Float(2), 4], shape: [2]))
  }

  @Test("MergeCommonSubexpressions computes equal expressions once, and random ones never")
  func merge() throws {
    let graph = Graph(seed: 1)
    let x = graph.placeholder(.float32, shape: [2], name: "x")
    let sum = tanh(x) + tanh(x)
    let noise = graph.randomUniform([2]) + graph.randomUniform([2])
    let merged = try run(
      MergeCommonSubexpressions.self,
      on: program(of: graph, fetching: [sum], feeding: [(x, [2])]))
    #expect(
      merged.description == """
        %0 = feed 0 float32[2]
        %1 = Tanh(%0) float32[2]
        %2 = AddV2(%1, %1) float32[2]
        return %2
        """)
    let drawn = try run(MergeCommonSubexpressions.self, on: program(of: graph, fetching: [noise]))
    #expect(drawn.instructions.filter { $0.definition.name == "RandomUniform" }.count == 2)
  }

  @Test("shapes of feeds are constants")
  func fold() throws {
    let graph = Graph()
    let x = graph.placeholder(.float32, shape: [nil, nil], name: "x")
    let folded = try run(
      InferTypes.self, FoldConstants.self, Prune.self,
      on: program(of: graph, fetching: [x.dynamicShape + 1], feeding: [(x, [2, 3])]))
    #expect(folded.constants[folded.results[0]] == NDArray([3, 4] as [Int32], shape: [2]))
    #expect(folded.instructions.count == 1)
  }

  @Test("Simplify leaves out an identity, but not one that waits for something")
  func simplify() throws {
    let graph = Graph()
    let x = graph.placeholder(.float32, shape: [2], name: "x")
    let check = graph.noOp()
    let plain = tanh(identity(x))
    let waiting = graph.controlDependencies([check]) { identity(x) }
    let simplified = try run(
      Simplify.self,
      on: program(of: graph, fetching: [plain, waiting], feeding: [(x, [2])]))
    #expect(simplified.instructions.map(\.definition.name) == ["NoOp", "Tanh", "Identity"])
  }
}

@Suite("Variables as values")
struct ResolveVariablesTests {
  @Test("a read that comes after an assignment has what it assigns; another has the old value")
  func reads() throws {
    let graph = Graph()
    let v = graph.variable("v", initial: graph.zeros([2]))
    let step = assignAdd(v, graph.ones([2]))
    let late = graph.controlDependencies([step]) { v * 2 }
    let early = v * 3
    let resolved = try run(
      ResolveVariables.self, Prune.self, on: program(of: graph, fetching: [late, early]))
    let names = resolved.instructions.map(\.definition.name).filter { $0 != "Const" }
    #expect(names.sorted() == ["AddV2", "Fill", "Mul", "Mul"].filter { names.contains($0) })
    #expect(resolved.updates.count == 1)
    let updated = resolved.updates[0].value
    let products = resolved.instructions.filter { $0.definition.name == "Mul" }
    #expect(products.filter { $0.inputs.contains(updated) }.count == 1)
    #expect(products.filter { $0.inputs.contains(resolved.parameters[0].value) }.count == 1)
  }

  @Test("two updates of one variable follow each other")
  func twoUpdates() throws {
    let graph = Graph()
    let v = graph.variable("v", initial: graph.zeros([2]))
    let both = graph.group([assignAdd(v, graph.ones([2])), assignSub(v, graph.ones([2]))])
    let resolved = try run(
      ResolveVariables.self, Prune.self, on: program(of: graph, fetching: [], running: [both]))
    let sub = resolved.instructions.first { $0.definition.name == "Sub" }
    let add = resolved.instructions.first { $0.definition.name == "AddV2" }
    #expect(sub?.inputs.first == add?.outputs.first)
    #expect(resolved.updates.map(\.value) == sub?.outputs)
  }

  @Test("a loop that assigns a variable carries its value")
  func loop() throws {
    let graph = Graph()
    let v = graph.variable("v", initial: graph.zeros([]))
    let i = graph.constant(0)
    let n = whileLoop(i) { i in
      i .< 3
    } body: { i in
      let step = assignAdd(v, 1)
      return graph.controlDependencies([step]) { i + 1 }
    }
    let resolved = try run(
      LowerTapes.self, ResolveVariables.self, Prune.self, InferTypes.self,
      on: program(of: graph, fetching: [n]))
    #expect(resolved.updates.count == 1)
    let loop = resolved.instructions.first { !$0.bodies.isEmpty }
    #expect(loop?.outputs.contains(resolved.updates[0].value) == true)
  }
}
