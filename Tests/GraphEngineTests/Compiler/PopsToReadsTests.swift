import GraphArrays
import GraphEngine
import Testing

@Suite("PopsToReads")
struct PopsToReadsTests {
  /// A loop of `turns` turns over the rows of `x`, `[4, 2]`, from the last one on.
  private struct Loop {
    let graph = Graph()
    let x: Tensor
    /// `h * 2 + row` after the last turn.
    let result: Tensor
    let rest: Tensor

    /// - Parameters:
    ///   - length: The rows of `x`.
    ///   - use: What else a turn makes of the list that is left, and of what was taken off.
    init(
      turns: Int = 4, start: Int = 0, length: Int = 4,
      _ use: (_ rest: Tensor, _ item: Tensor) -> (Tensor, Tensor) = { ($0, $1) }
    ) {
      let graph = graph
      let x = graph.placeholder(.float64, shape: [length, 2])
      let element = TensorType(.float64, [2])
      let (_, rest, result) = whileLoop(
        graph.constant(start), tensorListFromTensor(x), graph.zeros([2], .float64)
      ) { i, _, _ in
        i .< start + turns
      } body: { i, list, h in
        let popped = graph.tensors(
          TensorListPopBack(element: element), [list, graph.constant([2], dtype: .int32)])
        let (rest, item) = use(popped[0], popped[1])
        return (i + 1, rest, h * 2 + item)
      }
      self.x = x
      self.rest = rest
      self.result = result
    }

    func compiled(_ fetches: [Tensor]) throws -> CompiledProgram {
      try Compiler.compile(
        graph: graph, fetches: fetches, targets: [], feeds: [x],
        feedTypes: [TensorType(.float64, exact: x.shape.known ?? [])])
    }

    func run(_ fetch: Tensor) throws -> NDArray {
      try Session(graph).run(fetch, feeding: [x: samples(x.shape.known ?? [])])
    }
  }

  /// `h * 2 + row`, from the last row on.
  private func expected(_ rows: Int = 4, of length: Int = 4) -> NDArray {
    let x = samples([length, 2]).scalars(as: Double.self)
    var h = [0.0, 0.0]
    for row in (length - rows..<length).reversed() {
      h = [h[0] * 2 + x[2 * row], h[1] * 2 + x[2 * row + 1]]
    }
    return float64(h, [2])
  }

  @Test("makes a loop that pops one that reads, which is then brought into normal form")
  func popped() throws {
    let loop = Loop()
    let compiled = try loop.compiled([loop.result])
    #expect(compiled.loops.isEmpty)
    let scan = try #require(
      compiled.program.instructions.lazy.compactMap { $0.definition as? Scan }.first)
    #expect(scan.isReversed && scan.scanned.count == 1 && scan.turns == 4)
    #expect(try loop.run(loop.result) == expected())
  }

  @Test("leaves out items that no turn takes")
  func longer() throws {
    let loop = Loop(turns: 3)
    #expect(try loop.compiled([loop.result]).loops.isEmpty)
    #expect(try loop.run(loop.result) == expected(3))
  }

  @Test("counts turns in a variable of its own where none starts at 0")
  func otherStart() throws {
    let loop = Loop(start: 5)
    #expect(try loop.compiled([loop.result]).loops.isEmpty)
    #expect(try loop.run(loop.result) == expected())
  }

  @Test("fails in a run that takes more items than there are")
  func shorter() throws {
    let loop = Loop(turns: 5)
    #expect(try !loop.compiled([loop.result]).loops.isEmpty)
    #expect(throws: SessionError.self) { try loop.run(loop.result) }
  }

  @Test("does not fire where the rest of the list is used behind the loop")
  func restUsed() throws {
    let loop = Loop(turns: 3)
    let rows = tensorListStack(loop.rest)
    #expect(try !loop.compiled([loop.result, rows]).loops.isEmpty)
    #expect(try loop.run(loop.result) == expected(3))
    let x = samples([4, 2]).scalars(as: Double.self)
    #expect(try loop.run(rows) == float64(Array(x[..<2]), [1, 2]))
  }

  @Test("does not fire where a turn takes two items, or looks at the rest")
  func usedOtherwise() throws {
    let element = TensorType(.float64, [2])
    let twice = Loop(turns: 2) { rest, item in
      let parts = rest.graph.innermost.tensors(
        TensorListPopBack(element: element), [rest, rest.graph.constant([2], dtype: .int32)])
      return (parts[0], item * 2 + parts[1])
    }
    #expect(try !twice.compiled([twice.result]).loops.isEmpty)
    let x = samples([4, 2]).scalars(as: Double.self)
    let wanted = (0..<2).map { column -> Double in
      let first = x[6 + column] * 2 + x[4 + column]
      let second = x[2 + column] * 2 + x[column]
      return first * 2 + second
    }
    #expect(
      try twice.run(twice.result).isClose(to: float64(wanted, [2]), rtol: 1e-14, atol: 1e-14))
    let counted = Loop { rest, item in
      (rest, item * cast(tensorListLength(rest), to: .float64))
    }
    #expect(try !counted.compiled([counted.result]).loops.isEmpty)
  }

  @Test("keeps what pops wait for, and what waits for them")
  func controls() throws {
    let graph = Graph()
    let x = graph.constant(samples([3, 2]))
    let seen = graph.variable("seen", initial: 0)
    let (_, _, h) = whileLoop(
      graph.constant(0), tensorListFromTensor(x), graph.zeros([2], .float64)
    ) { i, _, _ in
      i .< 3
    } body: { i, list, h in
      let add = assignAdd(seen, 1)
      let popped = graph.controlDependencies([add]) {
        graph.tensors(
          TensorListPopBack(element: TensorType(.float64, [2])),
          [list, graph.constant([2], dtype: .int32)])
      }
      return (i + 1, popped[0], h * 2 + popped[1])
    }
    let session = try Session(graph)
    try session.run(graph.globalVariablesInitializer())
    let wanted = expected(3, of: 3)
    #expect(try session.run(h).isClose(to: wanted, rtol: 1e-14, atol: 1e-14))
    #expect(try session.run(seen) == NDArray(scalar: Int32(3)))
  }
}

@Suite("HoistListFacts")
struct HoistListFactsTests {
  @Test("answers before a loop how long a list is that the loop reads, and what its items are")
  func questions() throws {
    let graph = Graph()
    let x = graph.placeholder(.float64, shape: [nil, 2])
    let list = tensorListFromTensor(x)
    let (_, h) = whileLoop(graph.constant(0), graph.zeros([2], .float64)) { i, _ in
      i .< 3
    } body: { i, h in
      let shape = list.graph.innermost.tensor(TensorListElementShape(shapeType: .int32), [list])
      let facts = reduceSum(shape) + tensorListLength(list)
      return (i + 1, h * cast(facts, to: .float64) + tensorListGetItem(list, i))
    }
    let compiled = try Compiler.compile(
      graph: graph, fetches: [h], targets: [], feeds: [x],
      feedTypes: [TensorType(.float64, exact: [3, 2])])
    #expect(compiled.loops.isEmpty, "\(compiled.loops)")
    let value = try Session(graph).run(h, feeding: [x: float64([1, 2, 3, 4, 5, 6], [3, 2])])
    #expect(value == float64([1 * 25 + 3 * 5 + 5, 2 * 25 + 4 * 5 + 6], [2]))
  }
}
