import GraphArrays
import GraphEngine
import Testing

/// The compiled program of the graph that a test declares.
private func compile(
  _ graph: Graph, fetching fetches: [Tensor], feeding feeds: [(Tensor, [Int])] = []
) throws -> Program {
  if let error = graph.error { throw error }
  return try Compiler.compile(
    graph: graph, fetches: fetches, targets: [], feeds: feeds.map(\.0),
    feedTypes: feeds.map { TensorType($0.0.dtype, exact: $0.1) }
  ).program
}

private func scans(_ program: Program) -> [Scan] {
  program.instructions.compactMap { $0.definition as? Scan }
}

@Suite("Recognition of Scans")
struct ScanTests {
  @Test("a loop over the rows of an array is a Scan with one state, one array in and one out")
  func forward() throws {
    let graph = Graph()
    let xs = graph.placeholder(.float32, shape: [5, 3], name: "xs")
    let h0 = graph.placeholder(.float32, shape: [3], name: "h0")
    let hs = scan(xs, initial: h0) { x, h in tanh(x + h) }
    let program = try compile(graph, fetching: [hs], feeding: [(xs, [5, 3]), (h0, [3])])
    let found = scans(program)
    #expect(found.count == 1)
    #expect(found.first?.turns == 5)
    #expect(found.first?.isReversed == false)
    #expect(found.first?.stateCount == 1)
    #expect(found.first?.scanned == [Scan.Rows(offset: 0, length: 5)])
    #expect(found.first?.stacked == [Scan.Rows(offset: 0, length: 5)])
  }

  @Test("the gradient of a Scan is a reversed Scan, and no list is left")
  func gradient() throws {
    let graph = Graph()
    let xs = graph.placeholder(.float32, shape: [5, 2, 3], name: "xs")
    let h0 = graph.placeholder(.float32, shape: [2, 3], name: "h0")
    let w = graph.placeholder(.float32, shape: [3, 3], name: "w")
    let hs = scan(xs, initial: h0) { x, h in tanh(x + matmul(h, w)) }
    let g = gradients(of: reduceSum(hs), withRespectTo: [w]).compactMap { $0 }
    let program = try compile(
      graph, fetching: g, feeding: [(xs, [5, 2, 3]), (h0, [2, 3]), (w, [3, 3])])
    let found = scans(program)
    #expect(RecognizeScans.reasons(in: program).map(\.reason) == [])
    #expect(found.count == 2)
    #expect(found.last?.isReversed == true)
    let names = Set(program.instructions.map(\.definition.name))
    #expect(names.filter { $0.hasPrefix("TensorList") || $0 == "EmptyTensorList" }.isEmpty)
    // The product of the weights' gradient stands behind the loop.
    let inner = program.instructions.last { $0.definition is Scan }?.bodies[0]
    #expect(inner?.instructions.filter { $0.definition.name == "MatMul" }.count == 1)
    #expect(program.instructions.contains { $0.definition.name == "MatMul" })
  }

  @Test("a loop that ends by its own data stays a While, and the reason is told")
  func dataDependent() throws {
    let graph = Graph()
    let x = graph.placeholder(.float32, shape: [], name: "x")
    let y = whileLoop(x) { x in
      x .< 100
    } body: { x in
      x * 2
    }
    let program = try compile(graph, fetching: [y], feeding: [(x, [])])
    #expect(scans(program).isEmpty)
    #expect(
      RecognizeScans.reasons(in: program).map(\.reason)
        == ["its condition depends on more than counters and constants"])
  }
}
