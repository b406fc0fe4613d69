import GraphArrays
import GraphEngine
import Testing

@Suite("ForwardLists")
struct ForwardListsTests {
  private let graph = Graph()
  private let element = TensorType(.float64, [2])

  private func item(_ values: Double...) -> Tensor {
    graph.constant(float64(values, [values.count]))
  }

  private func row(_ x: Tensor, _ list: Tensor, at index: Int) -> Tensor {
    tensorListSetItem(list, graph.constant(index), x)
  }

  private func reserved(_ count: Int) -> Tensor {
    graph.reservedList(of: element, length: graph.constant(count))
  }

  /// Expects that no list is left of what computes `fetch`, from `x`, and that it has this value.
  private func expect(
    _ fetch: Tensor, fed x: Tensor, _ value: NDArray, is wanted: NDArray,
    _ place: Testing.SourceLocation = #_sourceLocation
  ) throws {
    let program = try compiled(fetch, x).program
    let lists = program.instructions.filter { $0.definition.name.contains("TensorList") }
    #expect(lists.isEmpty, "\(program)", sourceLocation: place)
    #expect(
      try Session(graph).run(fetch, feeding: [x: value]) == wanted, sourceLocation: place)
  }

  private func compiled(_ fetch: Tensor, _ x: Tensor) throws -> CompiledProgram {
    try Compiler.compile(
      graph: graph, fetches: [fetch], targets: [], feeds: [x],
      feedTypes: [TensorType(x.dtype, exact: x.shape.known ?? [])])
  }

  private let rows = float64([1, 2, 3, 4, 5, 6], [3, 2])

  @Test("items that were put in at constant indices stand in an array")
  func items() throws {
    let x = graph.placeholder(.float64, shape: [3, 2])
    let changed = row(item(7, 8), tensorListFromTensor(x), at: 1)
    try expect(tensorListStack(changed), fed: x, rows, is: float64([1, 2, 7, 8, 5, 6], [3, 2]))
    let twice = row(x[0], row(item(7, 8), reserved(4), at: 1), at: 1)
    try expect(
      tensorListStack(row(x[2], twice, at: 3)), fed: x, rows,
      is: float64([0, 0, 1, 2, 0, 0, 5, 6], [4, 2]))
    let read = [0, 1, 2].map { tensorListGetItem(changed, graph.constant($0)) }
    try expect(addN(read), fed: x, rows, is: float64([13, 16], [2]))
    try expect(
      tensorListGetItem(row(x[0], reserved(2), at: 1), graph.constant(0)), fed: x, rows,
      is: float64([0, 0], [2]))
  }

  @Test("sums of lists are sums of arrays, an item that is not written counts as zeros")
  func sums() throws {
    let x = graph.placeholder(.float64, shape: [3, 2])
    let list = tensorListFromTensor(x)
    let sum = addN([row(item(7, 8), reserved(3), at: 1), list, row(x[0], reserved(3), at: 1)])
    try expect(tensorListStack(sum), fed: x, rows, is: float64([1, 2, 11, 14, 5, 6], [3, 2]))
    let zeros = graph.tensor(ZerosLike(), [list])
    try expect(
      tensorListStack(addN([zeros, row(x[1], reserved(3), at: 2)])), fed: x, rows,
      is: float64([0, 0, 0, 0, 3, 4], [3, 2]))
  }

  @Test("questions are answered without the list")
  func questions() throws {
    let x = graph.placeholder(.float64, shape: [3, 2])
    let n = graph.placeholder(.int32, shape: [])
    let changed = row(item(7, 8), tensorListFromTensor(x), at: 1)
    try expect(tensorListLength(changed), fed: x, rows, is: NDArray(scalar: Int32(3)))
    let open = graph.reservedList(of: element, length: n)
    try expect(
      tensorListLength(graph.tensor(ZerosLike(), [row(item(7, 8), open, at: 1)])), fed: n,
      NDArray(scalar: Int32(5)), is: NDArray(scalar: Int32(5)))
    let shape = graph.tensor(TensorListElementShape(shapeType: .int32), [open])
    try expect(shape, fed: n, NDArray(scalar: Int32(5)), is: NDArray([2] as [Int32]))
  }

  @Test("an index that is outside of the list fails in the run as before")
  func outside() throws {
    let x = graph.placeholder(.float64, shape: [3, 2])
    let put = tensorListStack(row(item(7, 8), tensorListFromTensor(x), at: 3))
    let read = tensorListGetItem(tensorListFromTensor(x), graph.constant(-1))
    for fetch in [put, read] {
      #expect(throws: SessionError.self) { try Session(graph).run(fetch, feeding: [x: rows]) }
    }
  }

  @Test("an item read where it was put in the same turn is what was put")
  func sameTurn() throws {
    let x = graph.placeholder(.float64, shape: [3, 2])
    let (_, _, h) = whileLoop(graph.constant(0), tensorListFromTensor(x), item(0, 0)) { i, _, _ in
      i .< 3
    } body: { i, list, h in
      let old = tensorListGetItem(list, i)
      let next = tensorListSetItem(list, i, h + old)
      return (i + 1, next, tensorListGetItem(next, i) * 2)
    }
    #expect(try compiled(h, x).loops.isEmpty)
    try expect(h, fed: x, rows, is: float64([30, 44], [2]))
  }

  @Test("a loop may write some rows of an array: the others stay")
  func someRows() throws {
    let x = graph.placeholder(.float64, shape: [5, 2])
    let value = samples([5, 2])
    let old = value.scalars(as: Double.self)
    for isDown in [false, true] {
      let (_, list) = whileLoop(graph.constant(0), tensorListFromTensor(x)) { i, _ in
        i .< 3
      } body: { i, list in
        let at = isDown ? 3 - i : i + 1
        return (i + 1, tensorListSetItem(list, at, tensorListGetItem(list, at) * 2))
      }
      let stacked = tensorListStack(list)
      #expect(try compiled(stacked, x).loops.isEmpty)
      let wanted = old.enumerated().map { $0.offset / 2 % 4 == 0 ? $0.element : $0.element * 2 }
      try expect(stacked, fed: x, value, is: float64(wanted, [5, 2]))
    }
  }

  @Test("a loop may add several items to a list in each turn")
  func severalItems() throws {
    let x = graph.placeholder(.float64, shape: [4, 2])
    let value = samples([4, 2])
    let list = tensorListFromTensor(x)
    for start in [graph.tensor(ZerosLike(), [list]), list] {
      let (_, sums) = whileLoop(graph.constant(0), start) { i, _ in
        i .< 3
      } body: { i, sums in
        let graph = sums.graph.innermost
        func only(_ x: Tensor, _ index: Tensor) -> Tensor {
          tensorListSetItem(
            graph.reservedList(of: element, length: graph.constant(4)), index, x)
        }
        let row = tensorListGetItem(list, i)
        return (i + 1, addN([only(row, i), addN([sums, only(row * 3, i + 1)])]))
      }
      let stacked = tensorListStack(sums)
      #expect(try compiled(stacked, x).loops.isEmpty)
      let old = value.scalars(as: Double.self)
      let wanted = old.indices.map { k -> Double in
        (start == list ? old[k] : 0) + (k < 6 ? old[k] : 0) + (k >= 2 ? 3 * old[k - 2] : 0)
      }
      let found = try Session(graph).run(stacked, feeding: [x: value])
      #expect(found.isClose(to: float64(wanted, [4, 2]), rtol: 1e-14, atol: 1e-14))
    }
  }

  @Test("a loop that adds another list, or reads what it adds to, is no Scan")
  func refused() throws {
    let x = graph.placeholder(.float64, shape: [3, 2])
    let list = tensorListFromTensor(x)
    let zeros = graph.tensor(ZerosLike(), [list])
    let (_, doubled) = whileLoop(graph.constant(0), zeros) { i, _ in
      i .< 3
    } body: { i, sums in
      (i + 1, addN([sums, list]))
    }
    let stacked = tensorListStack(doubled)
    #expect(try compiled(stacked, x).loops.map(\.reason) == ["a list is a sum with another one"])
    #expect(
      try Session(graph).run(stacked, feeding: [x: rows])
        == float64([3, 6, 9, 12, 15, 18], [3, 2]))
  }
}
