import GraphArrays
import GraphEngine
import Testing

@Suite("RecognizeReductions")
struct RecognizeReductionsTests {
  /// A loop over rows with a state `a` that is fetched.
  private func program(
    from start: Float = 0, _ body: (Tensor, Tensor, Tensor) -> (Tensor, Tensor)
  ) throws -> Program {
    let graph = Graph()
    let x = graph.placeholder(.float32, shape: [5, 3], name: "x")
    let h = graph.placeholder(.float32, shape: [3], name: "h")
    let items = tensorListFromTensor(x)
    let a = graph.constant([start, start, start])
    let (_, last, sum) = whileLoop(graph.constant(0), h, a) { i, _, _ in
      i .< 5
    } body: { i, h, a in
      let (next, sum) = body(tensorListGetItem(items, i), h, a)
      return (i + 1, next, sum)
    }
    return try scanProgram(graph, fetching: [last, sum], feeding: [(x, [5, 3]), (h, [3])])
  }

  @Test("makes a state that collects terms a sum")
  func fires() throws {
    let before = try program { x, h, a in (tanh(h), a + x * h) }
    #expect(before.outline == "Scan{Tanh Mul AddV2}")
    let after = try before.after(RecognizeReductions.self)
    #expect(after.outline == "Scan{Tanh Mul}")
    #expect(after.scans.map(\.sumCount) == [1])
    #expect(after.scans.map(\.stateCount) == [1])
  }

  @Test("adds a start that is not zero behind the loop")
  func start() throws {
    let after = try program(from: 2) { x, h, a in (tanh(h), x * h + a) }
      .after(RecognizeReductions.self)
    #expect(after.outline == "Scan{Tanh Mul} AddV2")
  }

  @Test("leaves a state that something else reads, and one that is multiplied")
  func refuses() throws {
    for body: (Tensor, Tensor, Tensor) -> (Tensor, Tensor) in [
      { x, h, a in (tanh(a), a + x * h) }, { x, h, a in (tanh(h), a * x) },
      { x, h, a in (tanh(h), a + a) },
    ] {
      let before = try program(body)
      #expect(try before.after(RecognizeReductions.self).description == before.description)
    }
  }

  @Test("is undone by CarrySums where nothing takes the sum out of the loop")
  func carried() throws {
    let after = try program { x, h, a in (tanh(h), a + x * h) }
      .after(RecognizeReductions.self, CarrySums.self)
    #expect(after.outline == "Scan{Tanh Mul AddV2}")
    #expect(after.scans.map(\.sumCount) == [0])
  }
}

@Suite("InlineShortScans")
struct InlineShortScansTests {
  private func program(rows: Int) throws -> Program {
    let graph = Graph()
    let x = graph.placeholder(.float32, shape: [rows, 3], name: "x")
    let h = graph.placeholder(.float32, shape: [3], name: "h")
    let hs = scan(x, initial: h) { x, h in tanh(x * h) }
    return try scanProgram(graph, fetching: [hs], feeding: [(x, [rows, 3]), (h, [3])])
  }

  @Test("puts the body of a loop of one turn in its place")
  func fires() throws {
    let after = try program(rows: 1).after(InlineShortScans.self)
    #expect(after.outline == "Reshape Mul Tanh Reshape")
  }

  @Test("leaves loops of more turns")
  func refuses() throws {
    let before = try program(rows: 2)
    #expect(before.outline == "Scan{Mul Tanh}")
    #expect(try before.after(InlineShortScans.self).description == before.description)
  }
}

@Suite("HoistInvariants")
struct HoistInvariantsTests {
  @Test("computes what does not change before the loop, in the order of its operations")
  func fires() throws {
    let graph = Graph()
    let h = graph.placeholder(.float32, shape: [3], name: "h")
    let a = graph.placeholder(.float32, shape: [3], name: "a")
    let (_, y) = whileLoop(graph.constant(0), h) { i, _ in
      i .< 5
    } body: { i, h in
      (i + 1, h * tanh(1 - a))
    }
    let before = try scanProgram(graph, fetching: [y], feeding: [(h, [3]), (a, [3])])
    #expect(before.outline == "Scan{Sub Tanh Mul}")
    #expect(try before.after(HoistInvariants.self).outline == "Sub Tanh Scan{Mul}")
  }

  @Test("leaves random operations and what depends on rows or states")
  func refuses() throws {
    let graph = Graph(seed: 1)
    let x = graph.placeholder(.float32, shape: [5, 3], name: "x")
    let h = graph.placeholder(.float32, shape: [3], name: "h")
    let hs = scan(x, initial: h) { x, h in tanh(x) + exp(h) * graph.randomUniform([3]) }
    let before = try scanProgram(graph, fetching: [hs], feeding: [(x, [5, 3]), (h, [3])])
    #expect(try before.after(HoistInvariants.self).description == before.description)
  }
}

@Suite("VectorizeOverTime")
struct VectorizeOverTimeTests {
  /// A loop over the rows of an array.
  private func program(
    rows: [Int], state: [Int], weights: [Int],
    _ body: (_ x: Tensor, _ h: Tensor, _ w: Tensor) -> Tensor
  ) throws -> Program {
    let graph = Graph(seed: 1)
    let x = graph.placeholder(.float32, shape: Shape(rows), name: "x")
    let h = graph.placeholder(.float32, shape: Shape(state), name: "h")
    let w = graph.placeholder(.float32, shape: Shape(weights), name: "w")
    let hs = scan(x, initial: h) { x, h in body(x, h, w) }
    return try scanProgram(
      graph, fetching: [hs], feeding: [(x, rows), (h, state), (w, weights)])
  }

  @Test("multiplies the rows of all turns by one product")
  func product() throws {
    let before = try program(rows: [5, 2, 3], state: [2, 4], weights: [3, 4]) { x, h, w in
      tanh(matmul(x, w) + h)
    }
    #expect(before.outline == "Scan{MatMul AddV2 Tanh}")
    let after = try before.after(VectorizeOverTime.self)
    #expect(after.outline == "Reshape MatMul Reshape Scan{AddV2 Tanh}")
    let product = try #require(after.instructions.first { $0.definition.name == "MatMul" })
    #expect(after.type(product.outputs[0]).description == "float32[10, 4]")
  }

  @Test("draws for all turns at once")
  func draws() throws {
    let before = try program(rows: [5, 3], state: [3], weights: []) { x, h, _ in
      h + x.graph.randomUniform([3])
    }
    #expect(before.outline == "Scan{RandomUniform AddV2}")
    #expect(try before.after(VectorizeOverTime.self).outline == "DrawsOverTime Scan{AddV2}")
  }

  @Test("leaves what depends on states, and products that have no form for all turns")
  func refuses() throws {
    for body: (Tensor, Tensor, Tensor) -> Tensor in [
      { x, h, w in h + matmul(w, x) }, { x, h, w in x * tanh(h) * w },
    ] {
      let before = try program(rows: [5, 3, 3], state: [3, 3], weights: [3, 3], body)
      #expect(try before.after(VectorizeOverTime.self).description == before.description)
    }
  }

  @Test("leaves what would take more memory than the limit")
  func memory() throws {
    let before = try program(rows: [100, 1], state: [], weights: [1_000_000]) { x, h, w in
      h + reduceMax(x * w)
    }
    #expect(before.outline == "Scan{Mul Max AddV2}")
    #expect(try before.after(VectorizeOverTime.self).description == before.description)
  }
}

@Suite("FissionScans")
struct FissionScansTests {
  private func program(
    _ body: (_ x: Tensor, _ a: Tensor, _ b: Tensor, _ w: Tensor) -> (Tensor, Tensor)
  ) throws -> Program {
    let graph = Graph()
    let x = graph.placeholder(.float32, shape: [5, 2, 3], name: "x")
    let s = graph.placeholder(.float32, shape: [2, 3], name: "s")
    let w = graph.placeholder(.float32, shape: [3, 3], name: "w")
    let (_, bs) = scan(x, initial: s, s) { x, a, b in body(x, a, b, w) }
    return try scanProgram(
      graph, fetching: [bs], feeding: [(x, [5, 2, 3]), (s, [2, 3]), (w, [3, 3])])
  }

  @Test("makes a loop of each layer; the input product of the second is one for all turns then")
  func fires() throws {
    let before = try program { x, a, b, w in
      let first = tanh(matmul(a, w) + x)
      return (first, tanh(matmul(first, w) + matmul(b, w)))
    }
    #expect(before.outline == "Scan{MatMul AddV2 Tanh MatMul MatMul AddV2 Tanh}")
    let split = try before.after(FissionScans.self)
    #expect(split.outline == "Scan{MatMul AddV2 Tanh MatMul} Scan{MatMul AddV2 Tanh}")
    #expect(
      try split.after(PruneScans.self, SinkReductions.self).outline
        == "Scan{MatMul AddV2 Tanh} Reshape MatMul Reshape Scan{MatMul AddV2 Tanh}")
  }

  @Test("leaves states that depend on each other in a circle, and layers without products")
  func refuses() throws {
    for body: (Tensor, Tensor, Tensor, Tensor) -> (Tensor, Tensor) in [
      { x, a, b, w in (matmul(b, w) + x, matmul(a, w)) },
      { x, a, b, w in
        let first = matmul(a, w) + x
        return (first, tanh(b + first))
      },
    ] {
      let before = try program(body)
      #expect(try before.after(FissionScans.self).description == before.description)
    }
  }
}

@Suite("SinkReductions")
struct SinkReductionsTests {
  @Test("multiplies what a loop only gives back behind it, by one product")
  func products() throws {
    let graph = Graph()
    let x = graph.placeholder(.float32, shape: [5, 2, 3], name: "x")
    let h = graph.placeholder(.float32, shape: [2, 3], name: "h")
    let w = graph.placeholder(.float32, shape: [3, 4], name: "w")
    let y0 = graph.zeros([2, 4])
    let (_, ys) = scan(x, initial: h, y0) { x, h, _ in
      let next = tanh(h + x)
      return (next, matmul(next, w))
    }
    let before = try scanProgram(
      graph, fetching: [ys], feeding: [(x, [5, 2, 3]), (h, [2, 3]), (w, [3, 4])])
    #expect(before.outline == "Scan{AddV2 Tanh MatMul}")
    let after = try before.after(SinkReductions.self, PruneScans.self)
    #expect(after.outline == "Scan{AddV2 Tanh} Reshape MatMul Reshape")
  }

  @Test("sums products and reductions over turns by one operation each")
  func sums() throws {
    let graph = Graph()
    let x = graph.placeholder(.float32, shape: [5, 2, 3], name: "x")
    let h = graph.placeholder(.float32, shape: [2, 3], name: "h")
    let w = graph.placeholder(.float32, shape: [3, 3], name: "w")
    let b = graph.placeholder(.float32, shape: [3], name: "b")
    let hs = scan(x, initial: h) { x, h in tanh(biasAdd(matmul(h, w), b) + x) }
    let d = gradients(of: reduceSum(hs), withRespectTo: [w, b]).compactMap { $0 }
    let before = try scanProgram(
      graph, fetching: d, feeding: [(x, [5, 2, 3]), (h, [2, 3]), (w, [3, 3]), (b, [3])])
    let recognised = try before.after(RecognizeReductions.self)
    #expect(recognised.scans.map(\.sumCount) == [0, 2])
    let after = try recognised.after(SinkReductions.self, PruneScans.self)
    #expect(after.scans.map(\.sumCount) == [0, 0])
    let behind = after.instructions.drop { $0.definition.name != "Scan" }.dropFirst()
      .drop { $0.definition.name != "Scan" }.dropFirst().map(\.definition.name)
    #expect(behind.filter { $0 == "MatMul" }.count == 1)
    #expect(behind.filter { $0 == "BiasAddGrad" }.count == 1)
    let inner = try #require(after.instructions.last { $0.definition is Scan }?.bodies.first)
    #expect(inner.instructions.filter { $0.definition.name == "MatMul" }.count == 1)
    #expect(!inner.instructions.contains { $0.definition.name == "BiasAddGrad" })
  }

  @Test("sums parts of a product behind loops that are too long to stack it")
  func partsOfLongSums() throws {
    let graph = Graph()
    let x = graph.placeholder(.float32, shape: [5000, 2, 64], name: "x")
    let h = graph.placeholder(.float32, shape: [2, 64], name: "h")
    let w = (0..<2).map { graph.placeholder(.float32, shape: [64, 64], name: "w\($0)") }
    let hs = scan(x, initial: h) { x, h in tanh(matmul(h, w[0]) + x) * sigmoid(matmul(h, w[1])) }
    let d = gradients(of: reduceSum(hs), withRespectTo: w).compactMap { $0 }
    let before = try scanProgram(
      graph, fetching: d,
      feeding: [(x, [5000, 2, 64]), (h, [2, 64])] + w.map { ($0, [64, 64]) }
    ).after(RecognizeReductions.self, MergeProducts.self, PruneScans.self)
    #expect(before.scans.map(\.sumCount) == [0, 2])
    let after = try before.after(SinkReductions.self, PruneScans.self)
    #expect(after.scans.map(\.sumCount) == [0, 0])
  }

  @Test("leaves elementwise work whose array something else than a loop reads")
  func refuses() throws {
    let graph = Graph()
    let x = graph.placeholder(.float32, shape: [5, 3], name: "x")
    let h = graph.placeholder(.float32, shape: [3], name: "h")
    let (_, ys) = scan(x, initial: h, h) { x, h, _ in (tanh(h + x), sigmoid(h)) }
    let before = try scanProgram(graph, fetching: [ys], feeding: [(x, [5, 3]), (h, [3])])
    #expect(try before.after(SinkReductions.self).description == before.description)
  }
}

@Suite("ForwardStacks")
struct ForwardStacksTests {
  /// A loop with a state, and what a turn stacks besides.
  private func program(
    reverse: Bool = false, _ stacked: (_ x: Tensor, _ h: Tensor, _ a: Tensor) -> Tensor
  ) throws -> Program {
    let graph = Graph()
    let x = graph.placeholder(.float32, shape: [5, 3], name: "x")
    let h = graph.placeholder(.float32, shape: [3], name: "h")
    let a = graph.placeholder(.float32, shape: [3], name: "a")
    let (hs, ys) = scan(x, initial: h, h, reverse: reverse) { x, h, _ in
      (tanh(h + x), stacked(x, h, a))
    }
    return try scanProgram(
      graph, fetching: [hs, ys], feeding: [(x, [5, 3]), (h, [3]), (a, [3])])
  }

  @Test("broadcasts what is the same in every turn")
  func invariant() throws {
    let after = try program { _, _, a in a }.after(ForwardStacks.self, PruneScans.self)
    #expect(after.outline == "BroadcastTo Scan{AddV2 Tanh}")
  }

  @Test("takes rows from the array that they are read from")
  func rows() throws {
    let after = try program { x, _, _ in x }.after(ForwardStacks.self, PruneScans.self)
    #expect(after.outline == "Scan{AddV2 Tanh}")
    #expect(after.results[1] == after.parameters[0].value)
  }

  @Test("stacks a state on entry and its next value as one array", arguments: [false, true])
  func shifted(_ reverse: Bool) throws {
    let after = try program(reverse: reverse) { _, h, _ in h }
      .after(ForwardStacks.self, PruneScans.self)
    #expect(after.outline == "Scan{AddV2 Tanh} Slice Slice")
    let scan = try #require(after.scans.first)
    #expect(scan.stacked == [Scan.Rows(offset: reverse ? 0 : 1, length: 6)])
    #expect(scan.starts == [0])
    #expect(scan.startRow(0) == (reverse ? 5 : 0))
  }

  @Test("leaves stacks of what the loop makes")
  func refuses() throws {
    let before = try program { x, h, _ in x * h }
    #expect(try before.after(ForwardStacks.self).description == before.description)
  }

  @Test("reads rows of a slice and of a broadcast array from their source")
  func sources() throws {
    let graph = Graph()
    let x = graph.placeholder(.float32, shape: [7, 3], name: "x")
    let a = graph.placeholder(.float32, shape: [3], name: "a")
    let part = slice(x, begin: [1, 0], size: [5, 3])
    let same = broadcast(a, to: [5, 3])
    let hs = scan([part, same], initial: a) { rows, h in tanh(rows[0] * h + rows[1]) }
    let before = try scanProgram(graph, fetching: [hs], feeding: [(x, [7, 3]), (a, [3])])
    let after = try before.after(ForwardStacks.self, Prune.self)
    #expect(after.outline == "Scan{Mul AddV2 Tanh}")
    #expect(after.scans.map(\.scanned) == [[Scan.Rows(offset: 1, length: 7)]])
    #expect(after.scans.map(\.invariantCount) == [1])
  }
}

@Suite("PullBack")
struct PullBackTests {
  private func program(
    _ arrays: (Tensor) -> Tensor, _ body: (_ y: Tensor, _ h: Tensor) -> Tensor,
    fetchArray: Bool = false
  ) throws -> Program {
    let graph = Graph()
    let x = graph.placeholder(.float32, shape: [5, 3, 3], name: "x")
    let h = graph.placeholder(.float32, shape: [3, 3], name: "h")
    let y = arrays(x)
    let hs = scan(y, initial: h) { y, h in body(y, h) }
    return try scanProgram(
      graph, fetching: fetchArray ? [hs, y] : [hs], feeding: [(x, [5, 3, 3]), (h, [3, 3])])
  }

  @Test("does elementwise work in the loop that alone reads it")
  func fires() throws {
    let before = try program({ tanh($0 * 2) }) { y, h in y * h }
    #expect(before.outline == "Mul Tanh Scan{Mul}")
    #expect(try before.after(PullBack.self).outline == "Scan{Mul Tanh Mul}")
  }

  @Test("leaves what else is needed, what a product reads, and operands that have no rows")
  func refuses() throws {
    let programs = [
      try program({ tanh($0) }, { y, h in y * h }, fetchArray: true),
      try program({ tanh($0) }) { y, h in matmul(h, y) },
      try program({ matmul($0, $0) }) { y, h in y * h },
    ]
    for before in programs {
      #expect(try before.after(PullBack.self).description == before.description)
    }
  }
}
