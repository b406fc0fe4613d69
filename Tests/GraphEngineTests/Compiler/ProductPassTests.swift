import GraphArrays
import GraphEngine
import Testing

/// A loop over the rows `[5, 2, 3]` of `x`, with a state `[2, 4]`; `w` is `[7, 4]`, `b` is `[4]`.
private func loop(
  _ body: (_ x: Tensor, _ h: Tensor, _ w: Tensor, _ b: Tensor) -> Tensor
) throws -> Program {
  let graph = Graph()
  let x = graph.placeholder(.float32, shape: [5, 2, 3], name: "x")
  let h = graph.placeholder(.float32, shape: [2, 4], name: "h")
  let w = graph.placeholder(.float32, shape: [7, 4], name: "w")
  let b = graph.placeholder(.float32, shape: [4], name: "b")
  let hs = scan(x, initial: h) { x, h in body(x, h, w, b) }
  return try scanProgram(
    graph, fetching: [hs], feeding: [(x, [5, 2, 3]), (h, [2, 4]), (w, [7, 4]), (b, [4])])
}

extension Program {
  /// The operations of the first Scan's body with the extents of their results, constants left out.
  fileprivate var bodyOutline: [String] {
    guard let body = instructions.first(where: { $0.definition is Scan })?.bodies.first else {
      return []
    }
    return body.instructions.filter { !($0.definition is Const) }.map {
      "\($0.definition.name) \(body.type($0.outputs[0]).extents ?? [])"
    }
  }
}

@Suite("DistributeMatMuls")
struct DistributeMatMulsTests {
  @Test("takes the product of a joined row and state apart, and cuts the weights")
  func concatenation() throws {
    let before = try loop { x, h, w, _ in tanh(matmul(concat([x, h], axis: 1), w)) }
    let after = try before.after(DistributeMatMuls.self, Prune.self)
    #expect(
      after.bodyOutline == [
        "Slice [3, 4]", "MatMul [2, 4]", "Slice [4, 4]", "MatMul [2, 4]", "AddV2 [2, 4]",
        "Tanh [2, 4]",
      ])
    #expect(
      try after.after(HoistInvariants.self, VectorizeOverTime.self).outline
        == "Slice Slice Reshape MatMul Reshape Scan{MatMul AddV2 Tanh}")
  }

  @Test("leaves parts that change alike, other axes, and weights that change")
  func refusesConcatenation() throws {
    for body: (Tensor, Tensor, Tensor, Tensor) -> Tensor in [
      { x, h, w, _ in matmul(concat([sin(h), exp(h)], axis: 1), concat([w, w[0..<1]], axis: 0)) },
      { x, h, w, _ in matmul(concat([h, exp(w[0..<2])], axis: 0), w[0..<4])[1..<3] },
      { x, h, w, _ in matmul(concat([x, h], axis: 1), w * h[0, 0]) },
    ] {
      let before = try loop(body)
      #expect(try before.after(DistributeMatMuls.self).description == before.description)
    }
  }

  @Test("computes only the columns of a product that are read")
  func columns() throws {
    let before = try loop { x, h, w, _ in
      tanh(slice(matmul(h, w, transposeB: true), begin: [0, 3], size: [2, 4]))
    }
    #expect(before.bodyOutline == ["MatMul [2, 7]", "Slice [2, 4]", "Tanh [2, 4]"])
    let after = try before.after(DistributeMatMuls.self, Prune.self)
    #expect(after.bodyOutline == ["Slice [4, 4]", "MatMul [2, 4]", "Tanh [2, 4]"])
  }

  @Test("leaves a product of which rows are cut")
  func rows() throws {
    let before = try loop { x, h, w, _ in
      let row = slice(matmul(h, w, transposeB: true), begin: [1, 0], size: [1, 4])
      return h * row
    }
    #expect(try before.after(DistributeMatMuls.self).description == before.description)
  }

  @Test("adds only the part of a sum that is read")
  func sums() throws {
    let before = try loop { x, h, w, _ in
      let sum = matmul(h, w, transposeB: true) + concat([x, h], axis: 1)
      return tanh(slice(sum, begin: [0, 3], size: [2, 4]))
    }
    let after = try before.after(DistributeMatMuls.self, Simplify.self, Prune.self)
    #expect(after.bodyOutline == ["Slice [4, 4]", "MatMul [2, 4]", "AddV2 [2, 4]", "Tanh [2, 4]"])
    let whole = try loop { x, h, w, _ in
      let sum = sin(concat([x, h], axis: 1)) + concat([h, x], axis: 1)
      let rest = slice(sum, begin: [0, 4], size: [2, 3])
      return slice(sum, begin: [0, 0], size: [2, 4]) * reduceSum(rest)
    }
    #expect(try whole.after(DistributeMatMuls.self).description == whole.description)
  }

  @Test("does not multiply zeros around a value")
  func pads() throws {
    let before = try loop { x, h, w, _ in
      let left = matmul(pad(h, [[0, 0], [3, 0]]), w)
      let right = matmul(pad(x, [[0, 0], [0, 1]]), h, transposeA: true)
      return tanh(left + matmul(h, right))
    }
    let after = try before.after(DistributeMatMuls.self, Prune.self)
    #expect(
      after.bodyOutline == [
        "Slice [4, 4]", "MatMul [2, 4]", "MatMul [3, 4]", "Pad [4, 4]", "MatMul [2, 4]",
        "AddV2 [2, 4]", "Tanh [2, 4]",
      ])
  }
}

@Suite("ReassociateSums")
struct ReassociateSumsTests {
  @Test("adds what changes less often first")
  func fires() throws {
    let before = try loop { x, h, w, b in
      tanh(biasAdd(matmul(h, w[0..<4]) + matmul(x, w[4...]), b))
    }
    let after = try before.after(HoistInvariants.self, ReassociateSums.self, Prune.self)
    #expect(
      after.bodyOutline == [
        "MatMul [2, 4]", "MatMul [2, 4]", "BiasAdd [2, 4]", "AddV2 [2, 4]", "Tanh [2, 4]",
      ])
    #expect(
      try after.after(VectorizeOverTime.self).outline.hasSuffix("BiasAdd Scan{MatMul AddV2 Tanh}"))
  }

  @Test("leaves two terms, terms of one level, sums in order, and inner sums that others read")
  func refuses() throws {
    for body: (Tensor, Tensor, Tensor, Tensor) -> Tensor in [
      { x, h, w, b in tanh(h + matmul(x, w[0..<3])) },
      { x, h, w, b in tanh(h) + sin(h) + exp(h) },
      { x, h, w, b in matmul(x, w[0..<3]) + sin(h) + exp(h) },
      { x, h, w, b in
        let sum = sin(h) + exp(h)
        return sum * (sum + matmul(x, w[0..<3]))
      },
    ] {
      let before = try loop(body)
      #expect(try before.after(ReassociateSums.self).description == before.description)
    }
  }
}

@Suite("GatherOneHotMatMuls")
struct GatherOneHotMatMulsTests {
  /// The outline of a program with ids `[4, 3]`, weights `[7, 5]` and rows `[12, 5]` after the pass.
  private func outline(
    _ declare: (_ ids: Tensor, _ w: Tensor, _ g: Tensor) -> Tensor
  ) throws -> String {
    let graph = Graph()
    let ids = graph.placeholder(.int32, shape: [4, 3], name: "ids")
    let w = graph.placeholder(.float32, shape: [7, 5], name: "w")
    let g = graph.placeholder(.float32, shape: [12, 5], name: "g")
    let program = try scanProgram(
      graph, fetching: [declare(ids, w, g)],
      feeding: [(ids, [4, 3]), (w, [7, 5]), (g, [12, 5])])
    return try program.after(GatherOneHotMatMuls.self, Prune.self).outline
  }

  private func rows(_ ids: Tensor, depth: Int = 7) -> Tensor {
    reshape(oneHot(ids, depth: depth), [12, depth])
  }

  @Test("gathers rows instead of a product with one-hot rows")
  func gather() throws {
    #expect(try outline { ids, w, _ in matmul(rows(ids), w) } == "Reshape GatherRows")
    let moved = try outline { ids, w, _ in
      let steps = transpose(oneHot(ids, depth: 7), permutation: [1, 0, 2])
      return reshape(matmul(reshape(steps, [12, 7]), w), [3, 4, 5])
    }
    #expect(moved == "Transpose Reshape Reshape GatherRows")
    #expect(
      try outline { ids, w, _ in
        let part = slice(oneHot(ids, depth: 7), begin: [1, 0, 0], size: [1, 3, 7])
        return matmul(reshape(part, [3, 7]), w)
      } == "Slice Reshape GatherRows")
  }

  @Test("sums rows by ids instead of a product with transposed one-hot rows")
  func segmentSum() throws {
    #expect(
      try outline { ids, _, g in matmul(rows(ids), g, transposeA: true) } == "Reshape SegmentSum")
    let joined = try outline { ids, _, g in
      let x = concat([oneHot(ids, depth: 7), reshape(g, [4, 3, 5])], axis: 2)
      return matmul(reshape(x, [12, 12]), g, transposeA: true)
    }
    #expect(joined.hasSuffix("SegmentSum MatMul ConcatV2"))
    #expect(!joined.contains("OneHot"))
  }

  @Test("takes a product with one-hot rows beside others apart")
  func joined() throws {
    let joined = try outline { ids, w, g in
      matmul(concat([rows(ids, depth: 2), g], axis: 1), w)
    }
    #expect(joined == "Reshape Slice GatherRows Slice MatMul AddV2")
  }

  @Test("leaves other values than 1 and 0, other axes, and transposed weights")
  func refuses() throws {
    for declare: (Tensor, Tensor, Tensor) -> Tensor in [
      { ids, w, _ in matmul(reshape(oneHot(ids, depth: 7, on: 2), [12, 7]), w) },
      { ids, w, _ in matmul(reshape(oneHot(ids, depth: 7, off: -1), [12, 7]), w) },
      { ids, w, _ in matmul(oneHot(reshape(ids, [12]), depth: 7, axis: 0), w, transposeA: true) },
      { ids, w, _ in matmul(rows(ids, depth: 5), w, transposeB: true) },
      { ids, w, _ in matmul(cast(rows(ids), to: .int32), cast(w, to: .int32)) },
    ] {
      let found = try outline(declare)
      #expect(found.contains("OneHot"))
      #expect(!found.contains("GatherRows") && !found.contains("SegmentSum"))
    }
  }

  @Test("adds a bias to the table where that has fewer rows than are gathered")
  func bias() throws {
    let few = try outline { ids, w, g in biasAdd(matmul(rows(ids), w), reduceSum(g, axis: 0)) }
    #expect(few == "Reshape Sum Pad BiasAdd GatherRows")
    let many = try outline { ids, w, g in
      biasAdd(matmul(oneHot(ids[0], depth: 7), w), reduceSum(g, axis: 0))
    }
    #expect(many == "Slice Reshape GatherRows Sum BiasAdd")
  }

  @Test("an id out of range has the bias alone, a zero row, and adds to no sum")
  func outOfRange() throws {
    let graph = Graph()
    let ids = graph.constant([-1, 2, 3, 0, 7, 1, 1, -5] as [Int32])
    let w = graph.constant(samples([3, 2], seed: 1))
    let b = graph.constant(samples([2], seed: 2))
    let x = oneHot(ids, depth: 3, dtype: .float64)
    let y = matmul(x, w)
    let tensors =
      [y, biasAdd(y, b)]
      + gradients(of: reduceSum(square(biasAdd(y, b))), withRespectTo: [w, b]).compactMap { $0 }
    var options = Session.Options()
    options.disabledPasses = ["GatherOneHotMatMuls"]
    let expected = try Session(graph, options: options).run(tensors)
    for (value, expected) in zip(try Session(graph).run(tensors), expected) {
      for (a, b) in zip(value.scalars(as: Double.self), expected.scalars(as: Double.self)) {
        #expect((a - b).magnitude <= 1e-13)
      }
    }
  }

  @Test("a loop whose products read one-hot rows reads rows of ids")
  func loops() throws {
    let graph = Graph()
    let ids = graph.placeholder(.int32, shape: [2, 5], name: "ids")
    let h = graph.placeholder(.float32, shape: [2, 4], name: "h")
    let w = graph.placeholder(.float32, shape: [3, 4], name: "w")
    let x = transpose(oneHot(ids, depth: 3), permutation: [1, 0, 2])
    let hs = scan(x, initial: h) { x, h in tanh(matmul(x, w) + h) }
    let program = try scanProgram(
      graph, fetching: [hs], feeding: [(ids, [2, 5]), (h, [2, 4]), (w, [3, 4])])
    #expect(program.outline == "OneHot Transpose Scan{MatMul AddV2 Tanh}")
    let after = try program.after(GatherOneHotMatMuls.self, Prune.self)
    #expect(after.outline == "Transpose Scan{GatherRows AddV2 Tanh}")
  }
}

@Suite("AccumulateIntoProducts")
struct AccumulateIntoProductsTests {
  /// The outline of a program with `x` `[6, 3]`, `w` `[3, 4]`, `a` `[6, 4]` and `b` `[4]`.
  private func outline(
    _ dtype: DType = .float32, _ declare: (Tensor, Tensor, Tensor, Tensor) -> Tensor
  ) throws -> String {
    let graph = Graph()
    let shapes = [[6, 3], [3, 4], [6, 4], [4]]
    let tensors = zip(["x", "w", "a", "b"], shapes).map {
      graph.placeholder(dtype, shape: Shape($1), name: $0)
    }
    let program = try scanProgram(
      graph, fetching: [declare(tensors[0], tensors[1], tensors[2], tensors[3])],
      feeding: Array(zip(tensors, shapes)))
    let after = try program.after(AccumulateIntoProducts.self, Prune.self)
    return after.instructions.filter { !($0.definition is Const) }.map { instruction in
      guard let sum = instruction.definition as? MatMulAdd else {
        return instruction.definition.name
      }
      return "MatMulAdd(\(sum.addend))"
    }.joined(separator: " ")
  }

  @Test("begins products with matrices, biases and gathered rows")
  func fires() throws {
    #expect(try outline { x, w, a, _ in tanh(a) + matmul(x, w) } == "Tanh MatMulAdd(matrix)")
    #expect(try outline { x, w, _, b in biasAdd(matmul(x, w), b) } == "MatMulAdd(row)")
    #expect(try outline { x, w, _, b in matmul(x, w) + b } == "MatMulAdd(row)")
    let rows = try outline { x, w, a, _ in
      let ids = x.graph.constant([1, 0, 2, 9, -1, 1] as [Int32])
      return matmul(x, w) + x.graph.tensor(GatherRows(), [a, ids])
    }
    #expect(rows.hasPrefix("MatMulAdd(rows("))
  }

  @Test("lets one product after the other accumulate")
  func chain() throws {
    #expect(
      try outline { x, w, a, b in matmul(x, w) + matmul(exp(x), w) + b + a }
        == "Exp BiasAdd MatMulAdd(matrix) MatMulAdd(matrix)")
    #expect(
      try outline { x, w, _, _ in matmul(x, w) + matmul(exp(x), w) }
        == "Exp MatMul MatMulAdd(matrix)")
  }

  @Test("a chain of additions may be as long as it likes")
  func long() throws {
    let found = try outline { x, w, a, _ in
      (0..<3000).reduce(matmul(x, w)) { sum, _ in sum + a }
    }
    #expect(found.hasSuffix("AddV2 MatMulAdd(matrix)"))
  }

  @Test("leaves products that others read, integers, and addends that are broadcast otherwise")
  func refuses() throws {
    #expect(
      try outline { x, w, a, _ in
        let product = matmul(x, w)
        return product * (product + a)
      } == "MatMul AddV2 Mul")
    #expect(try outline(.int32) { x, w, a, _ in matmul(x, w) + a } == "MatMul AddV2")
    #expect(try outline { x, w, a, _ in matmul(x, w) + reduceSum(a) } == "MatMul Sum AddV2")
    #expect(
      try outline { x, w, a, _ in matmul(x, w) + reduceSum(a, axis: 1, keepDims: true) }
        == "MatMul Sum AddV2")
  }
}

@Suite("GatherIntoProducts")
struct GatherIntoProductsTests {
  /// A compiled loop over one-hot rows, the product of which with `w` is done for all turns at once:
  /// what its products begin with, and whether rows are gathered before it.
  private func compiled(
    without disabled: Set<String> = [],
    _ body: (_ xw: Tensor, _ h: Tensor, _ u: Tensor) -> Tensor
  ) throws -> (addends: [MatMulAdd.Addend], gathersBefore: Bool) {
    let graph = Graph()
    let ids = graph.placeholder(.int32, shape: [5, 2], name: "ids")
    let h = graph.placeholder(.float32, shape: [2, 4], name: "h")
    let w = graph.placeholder(.float32, shape: [3, 4], name: "w")
    let u = graph.placeholder(.float32, shape: [4, 4], name: "u")
    let hs = scan(oneHot(ids, depth: 3), initial: h) { x, h in body(matmul(x, w), h, u) }
    let program = try compiledProgram(
      graph, fetching: [hs], feeding: [(ids, [5, 2]), (h, [2, 4]), (w, [3, 4]), (u, [4, 4])],
      without: disabled)
    let loop = program.instructions.first { $0.definition is Scan }
    let sums = loop?.bodies[0].instructions.compactMap { $0.definition as? MatMulAdd } ?? []
    return (sums.map(\.addend), program.instructions.contains { $0.definition is GatherRows })
  }

  @Test("lets a product in a loop gather the rows that it begins with")
  func fires() throws {
    let found = try compiled { xw, h, u in tanh(xw + matmul(h, u)) }
    #expect(found.addends == [.rows(.zeros)])
    #expect(!found.gathersBefore)
    let without = try compiled(without: [GatherIntoProducts.name]) { xw, h, u in
      tanh(xw + matmul(h, u))
    }
    #expect(without.addends == [.matrix])
    #expect(without.gathersBefore)
  }

  @Test("leaves rows that something else reads")
  func refuses() throws {
    let found = try compiled { xw, h, u in tanh(xw + matmul(h, u)) * xw }
    #expect(found.addends == [.matrix])
    #expect(found.gathersBefore)
  }
}

@Suite("SumColumnsInProducts")
struct SumColumnsInProductsTests {
  /// The outline of the gradients of a dense layer's weights and bias, for inputs `[rows, depth]`
  /// and `width` outputs, under another shape.
  private func outline(
    _ shape: [Int], width: Int, _ dtype: DType = .float32, adding: Bool = false
  ) throws -> String {
    let graph = Graph()
    let x = graph.placeholder(dtype, shape: Shape(shape), name: "x")
    let w = graph.placeholder(dtype, shape: [shape[shape.count - 1], width], name: "w")
    let b = graph.placeholder(dtype, shape: [width], name: "b")
    let rows = reshape(x, [-1, shape[shape.count - 1]])
    let product = matmul(rows, w)
    let y = tanh(adding ? product + b : biasAdd(product, b))
    let all = gradients(of: reduceSum(square(y)), withRespectTo: [w, b]).compactMap { $0 }
    let program = try scanProgram(
      graph, fetching: all,
      feeding: [(x, shape), (w, [shape[shape.count - 1], width]), (b, [width])])
    return try program.after(SumColumnsInProducts.self).outline
  }

  @Test("sums the gradient of a bias where the gradient of the weights is made")
  func fires() throws {
    for adding in [false, true] {
      let outline = try outline([64, 128], width: 64, adding: adding)
      #expect(outline.contains("MatMulWithSums"))
      #expect(!outline.contains("BiasAddGrad") && !outline.hasSuffix("Sum"))
    }
    #expect(try outline([4, 16, 128], width: 64, .float64).contains("MatMulWithSums"))
  }

  @Test("sums by numbers of rows too, one sum of a kind for each product")
  func segments() throws {
    let graph = Graph()
    let x = graph.placeholder(.float32, shape: [64, 128], name: "x")
    let y = graph.placeholder(.float32, shape: [64, 64], name: "y")
    let ids = graph.placeholder(.int32, shape: [64], name: "ids")
    let rows = tanh(y)
    let fetches = [
      matmul(x, rows, transposeA: true), matmul(sin(x), rows, transposeA: true),
      graph.tensor(SegmentSum(depth: 9), [rows, ids]),
      graph.tensor(SegmentSum(depth: 5), [rows, ids]), reduceSum(rows, axis: 0),
    ]
    let program = try scanProgram(
      graph, fetching: fetches, feeding: [(x, [64, 128]), (y, [64, 64]), (ids, [64])])
    let after = try program.after(SumColumnsInProducts.self)
    #expect(after.outline == "Tanh MatMulWithSums Sin MatMulWithSums")
    let merged = after.instructions.compactMap { $0.definition as? MatMulWithSums }
    #expect(
      merged == [
        MatMulWithSums(transposeX: true, hasTotal: true, depth: 9),
        MatMulWithSums(transposeX: true, hasTotal: false, depth: 5),
      ])
  }

  @Test("leaves small products alone, and sums that a product or another sum needs")
  func refuses() throws {
    #expect(try !outline([8, 16], width: 16).contains("MatMulWithSums"))
    let graph = Graph()
    let x = graph.placeholder(.float32, shape: [64, 64], name: "x")
    let rows = tanh(x)
    let sum = reduceSum(rows, axis: 0)
    let needing = matmul(rows * sum, rows)
    let ids = cast(sum, to: .int32)
    let other = matmul(sin(x), rows)
    let segments = graph.tensor(SegmentSum(depth: 3), [rows, ids])
    let program = try scanProgram(
      graph, fetching: [needing, segments], feeding: [(x, [64, 64])])
    let after = try program.after(SumColumnsInProducts.self)
    #expect(after.outline.contains("MatMulWithSums"))
    let merged = after.instructions.compactMap { $0.definition as? MatMulWithSums }
    #expect(merged == [MatMulWithSums(transposeX: false, hasTotal: false, depth: 3)])
    let both = try scanProgram(
      graph, fetching: [other, segments], feeding: [(x, [64, 64])]
    ).after(SumColumnsInProducts.self)
    // The numbers come from the sum of all rows: only one of both can be made with the product.
    #expect(both.outline.contains("SegmentSum"))
    #expect(
      both.instructions.compactMap { $0.definition as? MatMulWithSums }
        == [MatMulWithSums(transposeX: false, hasTotal: true, depth: nil)])
  }

  @Test("gives what the sums by themselves give")
  func values() throws {
    let graph = Graph()
    let x = graph.constant(samples([70, 130], seed: 1))
    let w = graph.constant(samples([130, 90], seed: 2))
    let b = graph.constant(samples([90], seed: 3))
    let y = tanh(biasAdd(matmul(tanh(x), w), b))
    let ids = graph.constant((0..<70).map { Int32($0 % 13 - 1) })
    let rows = [matmul(x, y, transposeA: true), graph.tensor(SegmentSum(depth: 9), [y, ids])]
    let all = rows + gradients(of: reduceSum(square(y)), withRespectTo: [w, b]).compactMap { $0 }
    func values(_ disabled: Set<String>) throws -> [Double] {
      var options = Session.Options()
      options.disabledPasses = disabled.union(["FoldConstants"])
      return try Session(graph, options: options).run(all).flatMap { $0.scalars(as: Double.self) }
    }
    let expected = try values(["SumColumnsInProducts"])
    #expect(zip(try values([]), expected).allSatisfy { abs($0 - $1) <= 1e-12 * max(1, abs($1)) })
  }
}

@Suite("MoveTransposes")
struct MoveTransposesTests {
  /// The extents that transposes have which the pass leaves of the graph that a test declares over
  /// rows `[5, 2, 16]`, of the fetches and of their gradients.
  private func transposes(
    gradients isDifferentiated: Bool = false, _ declare: (_ x: Tensor, _ w: [Tensor]) -> Tensor
  ) throws -> [[Int]] {
    let graph = Graph()
    let x = graph.placeholder(.float32, shape: [5, 2, 16], name: "x")
    let shapes = [[16, 3], [16, 40], [3]]
    let w = shapes.map { graph.placeholder(.float32, shape: Shape($0)) }
    let y = declare(tanh(x), w)
    let fetches =
      isDifferentiated
      ? gradients(of: reduceSum(square(y)), withRespectTo: [x] + w).compactMap { $0 } : [y]
    let program = try scanProgram(
      graph, fetching: fetches, feeding: [(x, [5, 2, 16])] + zip(w, shapes).map { ($0, $1) })
    let after = try program.after(
      AccumulateIntoProducts.self, MoveTransposes.self, InferTypes.self, Simplify.self,
      MergeCommonSubexpressions.self, Prune.self)
    return after.instructions.filter { $0.definition is Transpose }
      .compactMap { after.type($0.outputs[0]).extents }
  }

  private func turned(_ x: Tensor) -> Tensor { transpose(x, permutation: [1, 0, 2]) }

  @Test("transposes what is narrower, before or behind a product")
  func fires() throws {
    #expect(
      try transposes { x, w in matmul(reshape(turned(x), [10, 16]), w[0]) } == [[2, 5, 3]])
    #expect(
      try transposes { x, w in
        turned(reshape(biasAdd(matmul(reshape(x, [10, 16]), w[0]), w[2]), [5, 2, 3]))
      } == [[2, 5, 3]])
    #expect(
      try transposes { x, w in turned(reshape(matmul(reshape(x, [10, 16]), w[1]), [5, 2, 40])) }
        == [[2, 5, 16]])
  }

  @Test("moves those of gradients too")
  func gradientOfLayer() throws {
    let found = try transposes(gradients: true) { x, w in
      biasAdd(matmul(reshape(turned(x), [10, 16]), w[0]), w[2])
    }
    #expect(!found.isEmpty && found.allSatisfy { $0.last == 3 }, "\(found)")
  }

  @Test("leaves other axes, and products that others read")
  func refuses() throws {
    #expect(
      try transposes { x, w in
        let rows = reshape(transpose(x, permutation: [0, 2, 1]), [10, 16])
        return matmul(rows, w[0])
      } == [[5, 16, 2]])
    #expect(
      try transposes { x, w in
        let product = matmul(reshape(x, [10, 16]), w[1])
        return turned(reshape(product, [5, 2, 40])) + reduceSum(product)
      } == [[2, 5, 40]])
  }

  @Test("gives the same values")
  func values() throws {
    let graph = Graph()
    let x = graph.constant(samples([5, 4, 3, 8], seed: 1))
    let narrow = graph.constant(samples([8, 3], seed: 2))
    let wide = graph.constant(samples([3, 8], seed: 3))
    let row = graph.constant(samples([3], seed: 4))
    let axes = [2, 0, 1, 3]
    let turned = transpose(tanh(x), permutation: axes)
    let y = biasAdd(matmul(reshape(turned, [60, 8]), narrow), row)
    let z = transpose(reshape(matmul(sin(y), wide), [3, 5, 4, 8]), permutation: [1, 2, 0, 3])
    let loss = reduceSum(z * tanh(x))
    let all =
      [y, z] + gradients(of: loss, withRespectTo: [x, narrow, wide, row]).compactMap { $0 }
    func values(_ disabled: Set<String>) throws -> [Double] {
      var options = Session.Options()
      options.disabledPasses = disabled.union(["FoldConstants"])
      return try Session(graph, options: options).run(all).flatMap { $0.scalars(as: Double.self) }
    }
    let expected = try values(["MoveTransposes"])
    #expect(zip(try values([]), expected).allSatisfy { abs($0 - $1) <= 1e-12 * max(1, abs($1)) })
  }
}
