import GraphArrays
import GraphEngine
import Testing

/// What is told of the split of the only Scan of a program.
private struct Split {
  let scan: Scan
  let body: Program

  var rowCount: Int? { scan.partition?.rowCount }
  var refusal: String? { scan.refusal }
  /// For each operand whether it is partitioned.
  var isPartitioned: [Bool]? {
    scan.partition.map { partition in
      body.parameters.map { partition.parameters.contains($0.value) }
    }
  }
}

/// The Scan of the program that fetches a tensor.
private func scan(
  _ y: Tensor, _ feeds: [Tensor], without disabled: Set<String> = []
) throws -> Split? {
  if let error = y.graph.error { throw error }
  let types = feeds.map { TensorType($0.dtype, exact: $0.shape.dimensions?.map { $0 ?? 1 } ?? []) }
  let program = try Compiler.compile(
    graph: y.graph, fetches: [y], targets: [], feeds: feeds, feedTypes: types, without: disabled
  ).program
  try program.verify(after: "all passes")
  let scans = program.instructions.compactMap { instruction in
    (instruction.definition as? Scan).map { Split(scan: $0, body: instruction.bodies[0]) }
  }
  return scans.count == 1 ? scans[0] : nil
}

@Suite("The split of a batch")
struct SplitBatchTests {
  private let graph = Graph()
  private var xs: Tensor { graph.placeholder(.float32, shape: [5, 6, 4], name: "xs") }
  private var start: Tensor { graph.placeholder(.float32, shape: [6, 4], name: "start") }
  private var weights: Tensor { graph.placeholder(.float32, shape: [4, 4], name: "weights") }

  /// The Scan of a loop whose next state is `body(x, h, w)`.
  private func split(
    without disabled: Set<String> = [], _ body: (Tensor, Tensor, Tensor) -> Tensor
  ) throws -> Split? {
    let (xs, start, weights) = (xs, start, weights)
    let hs = GraphEngine.scan(xs, initial: start) { x, h in body(x, h, weights) }
    return try scan(hs, [xs, start, weights], without: disabled)
  }

  @Test("Rows of a product and of elementwise operations are independent, weights are whole")
  func recurrent() throws {
    let found = try split { x, h, w in tanh(x + matmul(h, w)) }
    #expect(found?.refusal == nil)
    #expect(found?.rowCount == 6)
    #expect(found?.isPartitioned == [false, true, true])
  }

  @Test("Columns are split and joined, reduced and broadcast within rows")
  func columns() throws {
    let found = try split { x, h, _ in
      let parts = GraphEngine.split(concat([x, h], axis: 1), into: 2, axis: 1)
      let mean = reduceMean(parts[0], axis: 1, keepDims: true)
      let norm = softmax(reshape(parts[1] - mean, [-1, 2, 2]))
      return reshape(transpose(norm, permutation: [0, 2, 1]), [-1, 4]) * h
    }
    #expect(found?.refusal == nil)
    #expect(found?.rowCount == 6)
  }

  @Test("A sum over rows is refused, and the operation is named")
  func sum() throws {
    let found = try split { x, h, _ in x + h - reduceSum(h, axis: 0, keepDims: true) }
    #expect(found?.rowCount == nil)
    #expect(found?.refusal == "Sum \"Sum\": it reduces over rows")
  }

  @Test("A product with rows on the right is refused")
  func rowsOnTheRight() throws {
    let found = try split { x, h, w in x + matmul(h, matmul(h, h, transposeA: true)) }
    #expect(found?.rowCount == nil)
    #expect(found?.refusal?.contains("MatMul") == true)
  }

  @Test("Random numbers are refused: a draw for some rows would be another")
  func random() throws {
    let found = try split(without: ["VectorizeOverTime"]) { x, h, _ in
      x + h * h.graph.randomUniform([6, 4], seed: 3)
    }
    #expect(found?.rowCount == nil)
    #expect(found?.refusal?.hasSuffix("draws random numbers") == true)
  }

  @Test("Weights with as many rows as the batch are found to be whole")
  func wrongGuess() throws {
    let xs = graph.placeholder(.float32, shape: [5, 4, 4], name: "xs")
    let start = graph.placeholder(.float32, shape: [4, 4], name: "start")
    let weights = graph.placeholder(.float32, shape: [4, 4], name: "weights")
    let hs = GraphEngine.scan(xs, initial: start) { x, h in tanh(x + matmul(h, weights)) }
    let found = try scan(hs, [xs, start, weights])
    #expect(found?.isPartitioned == [false, true, true])
  }

  @Test("A constant with a row for each row of the batch is partitioned as an invariant")
  func constant() throws {
    let offsets = graph.constant([[1], [2], [3], [4], [5], [6.5]] as NDArray)
    let found = try split { x, h, _ in tanh(x + h * offsets) }
    #expect(found?.isPartitioned == [true, true, true])
  }

  @Test("A loop of one row is not split")
  func oneRow() throws {
    let xs = graph.placeholder(.float32, shape: [5, 1, 4], name: "xs")
    let start = graph.placeholder(.float32, shape: [1, 4], name: "start")
    let hs = GraphEngine.scan(xs, initial: start) { x, h in tanh(x + h) }
    #expect(try scan(hs, [xs, start])?.refusal == "there is one row")
  }

  // MARK: Values

  /// States and gradients of a loop with 37 rows, for a number of workers.
  private static func values(workers: Int, skipping: Set<String> = []) throws -> [NDArray] {
    let graph = Graph(seed: 5)
    let xs = graph.randomUniform([9, 37, 16], min: -1, max: 1, seed: 1)
    let h0 = graph.randomUniform([37, 64], min: -1, max: 1, seed: 2)
    let w = graph.randomUniform([80, 128], min: -0.2, max: 0.2, seed: 3)
    let hs = GraphEngine.scan(xs, initial: h0) { x, h in
      let parts = GraphEngine.split(matmul(concat([x, h], axis: 1), w), into: 2, axis: 1)
      let gate = sigmoid(parts[0])
      return gate * h + (1 - gate) * tanh(parts[1])
    }
    let all = gradients(of: reduceSum(square(hs)), withRespectTo: [xs, h0, w]).compactMap { $0 }
    var options = Session.Options(workers: workers, seed: 1)
    options.disabledPasses = skipping
    return try Session(graph, options: options).run([hs] + all)
  }

  @Test("States and gradients have the same bits for 1, 2 and 4 workers")
  func workers() throws {
    let one = try Self.values(workers: 1)
    for workers in [2, 3, 4] { #expect(try Self.values(workers: workers) == one) }
  }

  @Test("States and gradients are those of the loop that is not split")
  func unsplit() throws {
    let whole = try Self.values(workers: 2, skipping: [SplitBatch.name])
    for (a, b) in zip(try Self.values(workers: 2), whole) {
      for (x, y) in zip(a.scalars(as: Float.self), b.scalars(as: Float.self)) {
        #expect(abs(x - y) <= 1e-5 * max(1, abs(y)))
      }
    }
  }
}
