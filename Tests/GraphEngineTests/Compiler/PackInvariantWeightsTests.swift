import GraphArrays
import GraphEngine
import Testing

@Suite("Packed weights of loops")
struct PackInvariantWeightsTests {
  private let graph = Graph()

  /// The program of a loop of `turns` turns over `rows` rows, and of its gradient.
  private func program(turns: Int, rows: Int) throws -> Program {
    let xs = graph.placeholder(.float32, shape: [turns, rows, 8], name: "xs")
    let h = graph.placeholder(.float32, shape: [rows, 8], name: "h")
    let w = graph.placeholder(.float32, shape: [8, 8], name: "w")
    let hs = scan(xs, initial: h) { x, h in tanh(x + matmul(h, w)) }
    let all = gradients(of: reduceSum(square(hs)), withRespectTo: [h]).compactMap { $0 }
    let program = try Compiler.compile(
      graph: graph, fetches: all, targets: [], feeds: [xs, h, w],
      feedTypes: [[turns, rows, 8], [rows, 8], [8, 8]].map { TensorType(.float32, exact: $0) }
    ).program
    try program.verify(after: "all passes")
    return program
  }

  @Test("Weights are packed once before the loop, and transposed for the gradient")
  func packed() throws {
    let program = try program(turns: 6, rows: 4)
    let packed = program.instructions.compactMap { $0.definition as? PackMatrix }
    #expect(packed.map(\.isTransposed).sorted { !$0 && $1 } == [false, true])
    for scan in program.instructions where scan.definition is Scan {
      let names = scan.bodies[0].instructions.map(\.definition.name)
      #expect(names.contains("PackedMatMul"))
      #expect(!names.contains("MatMul"))
    }
  }

  @Test("Fewer rows in all turns than packing is worth are multiplied as they are")
  func fewRows() throws {
    let program = try program(turns: 3, rows: 2)
    #expect(!program.instructions.contains { $0.definition is PackMatrix })
  }

  @Test("Weights of a loop that ends by its data are packed once before it, with the same values")
  func whileLoops() throws {
    let h = graph.placeholder(.float64, shape: [2, 24], name: "h")
    let w = graph.randomUniform([24, 24], min: -0.3, max: 0.3, dtype: .float64, seed: 1)
    let v = graph.randomUniform([24, 24], min: -0.3, max: 0.3, dtype: .float64, seed: 2)
    let (turns, last) = whileLoop(graph.constant(0), h) { i, h in
      logicalAnd(i .< 40, reduceSum(h) .< 6)
    } body: { i, h in
      (i + 1, tanh(matmul(h, w) + matmul(h, v, transposeB: true)) + 0.01)
    }
    let types = [TensorType(.float64, exact: [2, 24])]
    let program = try Compiler.compile(
      graph: graph, fetches: [turns, last], targets: [], feeds: [h], feedTypes: types
    ).program
    try program.verify(after: "all passes")
    let packed = program.instructions.compactMap { $0.definition as? PackMatrix }
    #expect(packed.map(\.isTransposed).sorted { !$0 && $1 } == [false, true])
    let loop = try #require(program.instructions.first { $0.definition.name == "While" })
    let names = loop.bodies[1].instructions.map(\.definition.name)
    #expect(names.filter { $0 == "PackedMatMul" }.count == 2)
    #expect(!names.contains("MatMul"))

    let switches: [Set<String>] = [[], [PackInvariantWeights.name]]
    let values = try switches.map { disabled in
      var options = Session.Options(workers: 2, seed: 1)
      options.disabledPasses = disabled
      let session = try Session(graph, options: options)
      return try session.run(turns, last, feeding: [h: NDArray.zeros([2, 24], .float64)])
    }
    #expect(values[0].0 == values[1].0)
    #expect(values[0].0.scalar(as: Int.self) > 1)
    let pairs = zip(values[0].1.scalars(as: Double.self), values[1].1.scalars(as: Double.self))
    for (x, y) in pairs { #expect((x - y).magnitude <= 1e-12) }
  }

  /// In float64, where sums in another order differ by little more than nothing.
  @Test("Values are those of the library's products", arguments: [1, 3, 37])
  func values(rows: Int) throws {
    let graph = Graph()
    let xs = graph.randomUniform([20, rows, 24], min: -1, max: 1, dtype: .float64, seed: 1)
    let h0 = graph.randomUniform([rows, 70], min: -1, max: 1, dtype: .float64, seed: 2)
    let w = graph.randomUniform([94, 70], min: -0.2, max: 0.2, dtype: .float64, seed: 3)
    let b = graph.randomUniform([70], min: -0.2, max: 0.2, dtype: .float64, seed: 4)
    let hs = scan(xs, initial: h0) { x, h in
      tanh(biasAdd(matmul(concat([x, h], axis: 1), w), b))
    }
    let all = gradients(of: reduceSum(square(hs)), withRespectTo: [xs, h0, w, b])
    let fetches = [hs] + all.compactMap { $0 }
    var options = Session.Options(workers: 2)
    let packed = try Session(graph, options: options).run(fetches)
    options.disabledPasses = [PackInvariantWeights.name]
    for (a, b) in zip(packed, try Session(graph, options: options).run(fetches)) {
      for (x, y) in zip(a.scalars(as: Double.self), b.scalars(as: Double.self)) {
        #expect(abs(x - y) <= 1e-12 * max(1, abs(y)))
      }
    }
  }
}
