import GraphArrays
import GraphEngine
import Testing

/// Numbers without a pattern that rounding could hide in: multiples of 1/8 between -2 and 2, so that
/// sums of products of them are exact.
private func numbers(_ shape: [Int], _ seed: Int, _ dtype: DType) -> NDArray {
  let count = shape.reduce(1, *)
  let values = (0..<count).map { Double(($0 * 37 + seed * 11) % 33 - 16) / 8 }
  return NDArray(values, shape: shape, dtype: dtype)
}

/// Operations that only the compiler makes, in a graph of their own.
@Suite("Operations of the compiler")
struct CompilerOperationTests {
  struct Product: Sendable, CustomTestStringConvertible {
    let m: Int, n: Int, k: Int
    let dtype: DType
    let transposeX: Bool, transposeW: Bool

    var testDescription: String {
      "[\(m), \(k)] x [\(k), \(n)] \(dtype) \(transposeX) \(transposeW)"
    }

    static let all: [Product] = [DType.float32, .float64].flatMap { dtype in
      [(1, 5, 3), (3, 4, 7), (70, 130, 33), (2, 3, 0), (0, 3, 2), (4, 0, 2), (600, 96, 40)]
        .flatMap { m, n, k in
          [(false, false), (false, true), (true, false), (true, true)].map {
            Product(m: m, n: n, k: k, dtype: dtype, transposeX: $0, transposeW: $1)
          }
        }
    }

    func operands(_ graph: Graph) -> (x: Tensor, w: Tensor) {
      (
        graph.constant(numbers(transposeX ? [k, m] : [m, k], 1, dtype)),
        graph.constant(numbers(transposeW ? [n, k] : [k, n], 2, dtype))
      )
    }
  }

  @Test("MatMulAdd is the product with its addend added", arguments: Product.all)
  func matMulAdd(row: Product) throws {
    let graph = Graph()
    let (x, w) = row.operands(graph)
    let product = matmul(x, w, transposeA: row.transposeX, transposeB: row.transposeW)
    func sum(_ addend: MatMulAdd.Addend, _ operands: Tensor...) -> Tensor {
      graph.tensor(
        MatMulAdd(addend, transposeX: row.transposeX, transposeW: row.transposeW),
        [x, w] + operands)
    }
    let matrix = graph.constant(numbers([row.m, row.n], 3, row.dtype))
    let bias = graph.constant(numbers([row.n], 4, row.dtype))
    let table = graph.constant(numbers([6, row.n], 5, row.dtype))
    let ids = (0..<row.m).map { $0 * 5 % 9 - 2 }
    let numbers = graph.constant(NDArray(ids.map { Int32($0) }, shape: [row.m]))
    let hot = oneHot(numbers, depth: 6, dtype: row.dtype)
    let padded = oneHot(
      graph.constant(NDArray(ids.map { (0..<5).contains($0) ? Int32($0) : 5 }, shape: [row.m])),
      depth: 6, dtype: row.dtype)
    if let error = graph.error { throw error }
    let session = try Session(graph)
    let found = try session.run([
      sum(.matrix, matrix), sum(.row, bias), sum(.rows(.zeros), table, numbers),
      sum(.rows(.lastRow), table, numbers),
    ])
    let expected = try session.run([
      matrix + product, biasAdd(product, bias), matmul(hot, table) + product,
      matmul(padded, table) + product,
    ])
    for (found, expected) in zip(found, expected) { #expect(found == expected) }
  }

  @Test("an addend that is read later is not written over")
  func addendIsKept() throws {
    let graph = Graph()
    let x = graph.placeholder(.float32, shape: [2, 2], name: "x")
    let addend = x + 1
    let sum = graph.tensor(MatMulAdd(.matrix), [addend, x, addend])
    let fed = NDArray([1, 2, 3, 4] as [Float], shape: [2, 2])
    let (first, second) = try Session(graph).run(sum, addend, feeding: [x: fed])
    #expect(first == NDArray([13, 19, 23, 33] as [Float], shape: [2, 2]))
    #expect(second == NDArray([2, 3, 4, 5] as [Float], shape: [2, 2]))
  }

  @Test("GatherRows is a product of one-hot rows, whatever the dtype of the ids")
  func gatherRows() throws {
    let graph = Graph()
    let table = graph.constant(numbers([5, 3], 1, .float32))
    let ids = [0, 4, 5, 2, 200, 1]
    for dtype in [DType.int32, .int64, .uint8] {
      let numbers = cast(graph.constant(NDArray(ids.map { Int32($0) }, shape: [2, 3])), to: dtype)
      let gathered = graph.tensor(GatherRows(), [table, numbers])
      let product = matmul(reshape(oneHot(numbers, depth: 5), [6, 5]), table)
      let last = graph.tensor(GatherRows(missing: .lastRow), [table, numbers])
      let (found, expected, padded, rows) = try Session(graph).run(
        gathered, reshape(product, [2, 3, 3]), last, table)
      #expect(found == expected)
      let inRange = ids.map { $0 < 4 ? $0 : 4 }
      let values = inRange.flatMap { rows.scalars(as: Float.self)[$0 * 3..<$0 * 3 + 3] }
      #expect(padded == NDArray(values, shape: [2, 3, 3]))
    }
  }

  @Test("SegmentSum is a product of transposed one-hot rows")
  func segmentSum() throws {
    let graph = Graph()
    let rows = graph.constant(numbers([7, 4], 1, .float32))
    let ids = graph.constant(NDArray([3, -1, 0, 5, 3, 3, 1] as [Int32], shape: [7]))
    let sums = graph.tensor(SegmentSum(depth: 4), [rows, ids])
    let product = matmul(oneHot(ids, depth: 4), rows, transposeA: true)
    let (found, expected) = try Session(graph).run(sums, product)
    #expect(found == expected)
  }
}

@Suite("Levels of a Scan's values")
struct ScanLevelTests {
  @Test("states that depend on each other in a circle are one component, layers come in order")
  func components() throws {
    let graph = Graph()
    let xs = graph.placeholder(.float32, shape: [5, 3], name: "xs")
    let h0 = graph.placeholder(.float32, shape: [3], name: "h0")
    let w = graph.placeholder(.float32, shape: [3], name: "w")
    // The second layer is declared before the first, which it reads.
    let hs = scan(xs, initial: [h0, h0, h0]) { x, states in
      let a = tanh(x * w + states[1] + states[2])
      return [tanh(states[0] + a), a, states[1] * exp(w)]
    }
    let compiled = try scanProgram(
      graph, fetching: hs, feeding: [(xs, [5, 3]), (h0, [3]), (w, [3])])
    let loop = try #require(compiled.instructions.first { $0.definition is Scan })
    let definition = try #require(loop.definition as? Scan)
    let body = loop.bodies[0]
    let levels = ScanLevels(definition, body)
    #expect(levels.components == [[1, 2], [0]])
    let found = body.instructions.filter { !($0.definition is Const) }.map {
      "\($0.definition.name) \(levels[$0.outputs[0]])"
    }
    #expect(
      found == ["Mul 1", "AddV2 2", "AddV2 2", "Tanh 2", "AddV2 3", "Tanh 3", "Exp 0", "Mul 2"])
  }
}
