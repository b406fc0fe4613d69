import GraphEngine
import StaticGraph
import Testing

@Suite("Graphs that TensorFlow writes with functional control flow")
struct ControlFlowFileTests {
  @Test("give TensorFlow's numbers", arguments: try ControlFlowFile.all.get())
  func forward(_ row: ControlFlowFile) throws {
    let file = try LoadedFile(row)
    try file.expect(try file.run(file.tensors(row.values)), "value", row.values)
    let names = file.expected.names.filter { $0.hasPrefix("variable/") }.map {
      String($0.dropFirst("variable/".count))
    }
    try file.expect(try file.run(file.graph.sources(names)), "variable", names)
  }

  @Test(
    "are differentiated here as TensorFlow differentiates them",
    arguments: try ControlFlowFile.rows { $0.wrt != nil })
  func gradient(_ row: ControlFlowFile) throws {
    var gradients: [Tensor?] = []
    let names = try #require(row.wrt)
    let file = try LoadedFile(row) { graph in
      gradients = StaticGraph.gradients(
        of: try #require(graph.tensor(named: "loss")), withRespectTo: try graph.sources(names))
    }
    let tensors = try gradients.map { try #require($0) }
    try file.expect(try file.run(tensors), "gradient", names)
  }

  @Test(
    "compute the gradients that TensorFlow wrote down",
    arguments: try ControlFlowFile.rows { $0.gradients != nil })
  func writtenGradient(_ row: ControlFlowFile) throws {
    let file = try LoadedFile(row, "training")
    let (names, gradients) = (try #require(row.wrt), try #require(row.gradients))
    // In one run, as TensorFlow's: a second one would draw other numbers.
    let results = try file.run(file.tensors(gradients + row.values))
    try file.expect(Array(results.prefix(gradients.count)), "gradient", names)
    try file.expect(Array(results.dropFirst(gradients.count)), "value", row.values)
  }

  @Test(
    "are trained as TensorFlow trains them",
    arguments: try ControlFlowFile.rows { $0.train != nil }, [1, 2])
  func training(_ row: ControlFlowFile, workers: Int) throws {
    let file = try LoadedFile(row, "training", workers: workers)
    let loss = try #require(file.graph.tensor(named: "loss"))
    let step = try #require(row.train)
    let train = try #require(file.graph.operation(named: step))
    let wanted = try #require(file.expected["losses"])
    var losses: [Float] = []
    for _ in 0..<wanted.count {
      losses.append(try file.run(loss, train).0.scalar())
    }
    let found = NDArray(losses, shape: [losses.count])
    #expect(found.isClose(to: wanted, rtol: 1e-4, atol: 1e-5), "\(found), not \(wanted)")
  }

  @Test(
    "are differentiated twice here",
    arguments: try ControlFlowFile.rows {
      ["lstm_exact", "cond", "nested", "until", "scan", "cond_in_loop"].contains($0.name)
    })
  func second(_ row: ControlFlowFile) throws {
    var second: [Tensor?] = []
    let names = try #require(row.wrt)
    let file = try LoadedFile(row) { graph in
      let sources = try graph.sources(names)
      let first = StaticGraph.gradients(
        of: try #require(graph.tensor(named: "loss")), withRespectTo: sources)
      second = StaticGraph.gradients(
        of: first.compactMap { $0 }.map { reduceSum(square($0)) }, withRespectTo: sources)
    }
    try file.expect(
      try file.run(second.map { try #require($0) }), "second", names, tolerance: 5e-5)
  }

  @Test(
    "are differentiated here through the gradients that TensorFlow wrote down",
    arguments: try ControlFlowFile.rows {
      ["lstm_exact", "cond", "nested", "until", "scan", "cond_in_loop"].contains($0.name)
    })
  func gradientOfWrittenGradient(_ row: ControlFlowFile) throws {
    var second: [Tensor?] = []
    let names = try #require(row.wrt)
    let file = try LoadedFile(row, "training") { graph in
      let first = try #require(row.gradients).map { try #require(graph.tensor(named: $0)) }
      second = StaticGraph.gradients(
        of: first.map { reduceSum(square($0)) }, withRespectTo: try graph.sources(names))
    }
    try file.expect(
      try file.run(second.map { try #require($0) }), "second", names, tolerance: 5e-5)
  }

  @Test(
    "compute the second derivatives that TensorFlow wrote down",
    arguments: try ControlFlowFile.rows { $0.second != nil })
  func writtenSecond(_ row: ControlFlowFile) throws {
    let file = try LoadedFile(row, "second")
    let (names, second) = (try #require(row.wrt), try #require(row.second))
    try file.expect(try file.run(file.tensors(second)), "second", names, tolerance: 5e-5)
  }

  @Test("name every type of operation in them that the catalogue lacks: none")
  func operations() throws {
    let types = try ControlFlowFile.all.get().reduce(into: Set<String>()) {
      $0.formUnion($1.operations)
    }
    // What readers turn into other operations: loops and branches without effects, and calls.
    let read: Set<String> = [
      "While", "StatelessWhile", "If", "StatelessIf", "Case", "StatelessCase", "PartitionedCall",
      "StatefulPartitionedCall",
    ]
    let known = Set(OpCatalog.engine.map(\.name))
    #expect(types.subtracting(known).subtracting(read).isEmpty)
  }

  @Test(
    "train in loops in normal form, as what is declared here does",
    arguments: [
      "lstm", "lstm_exact", "lstm_dropout", "lstm_peepholes", "gru", "text_model", "map_fn", "scan",
      "fold",
    ])
  func normalForm(_ name: String) throws {
    let row = try ControlFlowFile.named(name)
    let graph = try row.graph("training")
    let loss = try #require(graph.tensor(named: "loss"))
    let step = try #require(row.train)
    let train = try #require(graph.operation(named: step))
    let expected = try row.expected()
    let feeds = try row.fed.map { try #require(graph.tensor(named: $0)) }
    let types = try row.fed.map { fed in
      let value = try #require(expected["feed/\(fed)"])
      return TensorType(value.dtype, Shape(value.shape))
    }
    let compiled = try Compiler.compile(
      graph: graph, fetches: [loss], targets: [train], feeds: feeds, feedTypes: types)
    #expect(compiled.loops.isEmpty, "\(compiled.loops)")
    #expect(compiled.program.instructions.contains { $0.definition is Scan })
  }
}
