import GraphArrays
import GraphEngine
import Testing

/// The program of a loop over rows `[2, 4]` with a state `[2, 4]` and three matrices `[4, 4]`.
private func program(
  _ body: (_ x: Tensor, _ h: Tensor, _ w: [Tensor]) -> Tensor
) throws -> Program {
  let graph = Graph()
  let x = graph.placeholder(.float32, shape: [5, 2, 4], name: "x")
  let h = graph.placeholder(.float32, shape: [2, 4], name: "h")
  let w = (0..<3).map { graph.placeholder(.float32, shape: [4, 4], name: "w\($0)") }
  let hs = scan(x, initial: h) { x, h in body(x, h, w) }
  return try scanProgram(
    graph, fetching: [hs],
    feeding: [(x, [5, 2, 4]), (h, [2, 4])] + w.map { ($0, [4, 4]) })
}

/// The program of the gradients of two matrices `[4, 4]` and two vectors `[4]` of such a loop, with
/// the sums of its second loop.
private func gradientProgram(
  _ body: (_ x: Tensor, _ h: Tensor, _ w: [Tensor], _ b: [Tensor]) -> Tensor
) throws -> Program {
  let graph = Graph()
  let x = graph.placeholder(.float32, shape: [5, 2, 4], name: "x")
  let h = graph.placeholder(.float32, shape: [2, 4], name: "h")
  let w = (0..<2).map { graph.placeholder(.float32, shape: [4, 4], name: "w\($0)") }
  let b = (0..<2).map { graph.placeholder(.float32, shape: [4], name: "b\($0)") }
  let hs = scan(x, initial: h) { x, h in body(x, h, w, b) }
  let all = gradients(of: reduceSum(hs), withRespectTo: w + b).compactMap { $0 }
  return try scanProgram(
    graph, fetching: all,
    feeding: [(x, [5, 2, 4]), (h, [2, 4])] + w.map { ($0, [4, 4]) } + b.map { ($0, [4]) }
  ).after(RecognizeReductions.self)
}

extension Program {
  /// How many operations of a name the bodies of the Scans have.
  fileprivate func count(_ name: String) -> Int {
    instructions.filter { $0.definition is Scan }.reduce(0) { sum, loop in
      sum + loop.bodies[0].instructions.count { $0.definition.name == name }
    }
  }
}

@Suite("MergeProducts")
struct MergeProductsTests {
  @Test("multiplies a state once by weights that stand side by side")
  func columns() throws {
    let before = try program { x, h, w in tanh(matmul(h, w[0]) * matmul(h, w[1]) + x) }
    #expect(before.outline == "Scan{MatMul MatMul Mul AddV2 Tanh}")
    let after = try before.after(MergeProducts.self)
    #expect(after.outline == "Scan{ConcatV2 MatMul Slice Slice Mul AddV2 Tanh}")
  }

  @Test("makes one product of a sum of them")
  func terms() throws {
    let before = try program { x, h, w in
      matmul(tanh(h), w[0], transposeB: true) + matmul(sin(h), w[1], transposeB: true) + x
    }
    let after = try before.after(MergeProducts.self, PruneScans.self)
    #expect(after.outline == "Scan{Tanh Sin ConcatV2 ConcatV2 MatMul AddV2}")
  }

  @Test("multiplies once for the gradients of several weights")
  func gradients() throws {
    let before = try gradientProgram { x, h, w, _ in
      tanh(matmul(h, w[0]) + x) * sigmoid(matmul(h, w[1]))
    }
    #expect(before.count("MatMul") == 6)
    #expect(try before.after(MergeProducts.self, PruneScans.self).count("MatMul") == 3)
  }

  @Test("leaves products of other values, of what is made in the loop, and those that can leave it")
  func refuses() throws {
    for body: (Tensor, Tensor, [Tensor]) -> Tensor in [
      { x, h, w in tanh(matmul(h, w[0]) * matmul(tanh(h), w[1]) + x) },
      { x, h, w in tanh(matmul(x, w[0]) * matmul(x, w[1]) + h) },
      { x, h, w in matmul(h, tanh(matmul(h, h, transposeA: true))) + x },
    ] {
      let before = try program(body)
      #expect(try before.after(MergeProducts.self).description == before.description)
    }
  }
}

@Suite("JoinSums")
struct JoinSumsTests {
  /// The program after MergeProducts, before and after the pass.
  private func programs(
    _ body: (_ x: Tensor, _ h: Tensor, _ w: [Tensor]) -> Tensor
  ) throws -> (before: Program, after: Program) {
    let before = try program(body).after(MergeProducts.self, PruneScans.self)
    return (before, try before.after(JoinSums.self, PruneScans.self))
  }

  @Test("adds the terms of parts to the whole, products of one matrix as one")
  func fires() throws {
    let found = try programs { x, h, w in
      tanh(matmul(h, w[0]) + matmul(x, w[1])) * sigmoid(matmul(x, w[2]) + matmul(h, w[1]))
    }
    #expect(found.before.count("MatMul") == 3)
    #expect(found.before.count("AddV2") == 2)
    #expect(found.after.count("MatMul") == 2)
    #expect(found.after.count("AddV2") == 1)
  }

  @Test("joins sums to which a number is added besides")
  func number() throws {
    let found = try programs { x, h, w in
      tanh(matmul(h, w[0]) + matmul(x, w[1]) + 1) * sigmoid(matmul(x, w[2]) + matmul(h, w[1]))
    }
    #expect(found.before.count("MatMul") == 3)
    #expect(found.after.count("MatMul") == 2)
  }

  @Test("adds a vector of zeros to parts that are given none")
  func rows() throws {
    let found = try programs { x, h, w in
      tanh(matmul(h, w[0]) + w[2][0]) * sigmoid(matmul(h, w[1]) * 2 + x)
    }
    // The second is read by a product, not by a sum.
    #expect(found.after.description == found.before.description)
    let both = try programs { x, h, w in
      tanh(biasAdd(matmul(h, w[0]), w[2][0]) + x) * sigmoid(matmul(h, w[1]) + x)
    }
    #expect(both.after.count("BiasAdd") == 1)
    #expect(both.after.count("AddV2") == 1)
  }

  @Test("leaves what depends on states where it is, and parts that something else reads")
  func refuses() throws {
    let states = try programs { x, h, w in
      tanh(matmul(h, w[0]) + h) * sigmoid(matmul(h, w[1]) + tanh(h)) + x
    }
    #expect(states.after.description == states.before.description)
    let others = try programs { x, h, w in
      let part = matmul(h, w[0])
      return tanh(part + x) * sigmoid(matmul(h, w[1]) + x) * part
    }
    #expect(others.after.description == others.before.description)
  }
}

@Suite("MergeColumnSums")
struct MergeColumnSumsTests {
  @Test("sums the rows of the gradients of several gates at once")
  func fires() throws {
    let before = try gradientProgram { x, h, w, b in
      tanh(biasAdd(matmul(h, w[0]), b[0]) + x) * sigmoid(biasAdd(matmul(h, w[1]), b[1]))
    }.after(MergeProducts.self, PruneScans.self)
    #expect(before.count("BiasAddGrad") == 2)
    #expect(try before.after(MergeColumnSums.self).count("BiasAddGrad") == 1)
  }

  @Test("leaves sums of what stands alone")
  func refuses() throws {
    let before = try gradientProgram { x, h, w, b in
      tanh(biasAdd(matmul(h, w[0]), b[0]) + x) * sigmoid(biasAdd(matmul(h, w[1]), b[1]))
    }
    #expect(try before.after(MergeColumnSums.self).description == before.description)
  }
}

@Suite("DivideElementwise")
struct DivideElementwiseTests {
  @Test("works on parts where parts are read")
  func parts() throws {
    let before = try program { x, h, w in
      let gates = split(sigmoid(matmul(h, w[0]) + x), into: 2, axis: 1)
      return concat([gates[0] * h[0..., 0..<2], gates[1]], axis: 1)
    }
    let after = try before.after(DivideElementwise.self)
    #expect(before.count("Sigmoid") == 1)
    #expect(after.count("Sigmoid") == 2)
    #expect(after.count("AddV2") == 2)
    #expect(after.count("Split") == 0)
  }

  @Test("works on parts where an operand is made of parts")
  func joined() throws {
    let before = try program { x, h, w in
      let joined = concat([tanh(h[0..., 0..<2]), sin(h[0..., 2...])], axis: 1)
      return matmul(joined * x, w[0])
    }
    #expect(before.outline == "Scan{Slice Tanh Slice Sin ConcatV2 Mul MatMul}")
    let after = try before.after(DivideElementwise.self, Simplify.self, PruneScans.self)
    #expect(after.count("Mul") == 2)
    #expect(after.count("ConcatV2") == 1)
  }

  @Test("leaves parts of other widths, parts that leave something out, and wholes that are read")
  func refuses() throws {
    for body: (Tensor, Tensor, [Tensor]) -> Tensor in [
      { x, h, w in
        let y = tanh(h)
        return concat([sin(y[0..., 0..<1]), y[0..., 1...]], axis: 1) + x
      },
      { x, h, w in
        concat([tanh(h)[0..., 0..<2] * matmul(h, w[0])[0..., 1..<3], x[0..., 0..<2]], axis: 1)
      },
      { x, h, w in
        let y = tanh(h)
        return matmul(y, w[0])
          + matmul(concat([sin(y[0..., 0..<2]), y[0..., 2...]], axis: 1), w[1])
      },
    ] {
      let before = try program(body)
      #expect(try before.after(DivideElementwise.self).description == before.description)
    }
  }
}

@Suite("Sums of several terms in loops")
struct DividedSumTests {
  /// Two layers that share a matrix, whose gradient is the sum of that of both.
  private func program() throws -> Program {
    let graph = Graph()
    let x = graph.placeholder(.float32, shape: [5, 2, 4], name: "x")
    let h = graph.placeholder(.float32, shape: [2, 4], name: "h")
    let w = graph.placeholder(.float32, shape: [4, 4], name: "w")
    let (_, second) = scan(x, initial: h, h) { x, a, b in
      let first = tanh(matmul(a, w) + x)
      return (first, tanh(matmul(b, w) + first))
    }
    let d = gradients(of: reduceSum(second), withRespectTo: [w]).compactMap { $0 }
    return try compiledProgram(
      graph, fetching: d, feeding: [(x, [5, 2, 4]), (h, [2, 4]), (w, [4, 4])])
  }

  @Test("are summed each by itself, and their products leave the loops")
  func fires() throws {
    let program = try program()
    let behind = program.instructions.drop { !($0.definition is Scan) }
    #expect(behind.count { $0.definition is Scan } == 4)
    for loop in behind where loop.definition is Scan {
      #expect(loop.bodies[0].instructions.count { $0.definition.isContraction } <= 1)
    }
  }
}

@Suite("Operands of loops whose extents are found in the run")
struct UnknownExtentsTests {
  @Test("are neither joined nor cut, and give what they give without passes")
  func masked() throws {
    let graph = Graph()
    let keep = graph.placeholder(.bool, shape: [4], name: "keep")
    let keepBoth = concat([keep, keep], axis: 0)
    let x = graph.randomNormal([5, 2, 4], seed: 1)
    let h = graph.randomNormal([2, 4], seed: 2)
    let u = (0..<3).map { booleanMask(graph.randomNormal([4, 4], seed: 3 + $0), keep) }
    let w = graph.randomNormal([4, 8], seed: 6)
    let rows = booleanMask(graph.randomNormal([8], seed: 7), keepBoth)
    let vector = booleanMask(graph.randomNormal([4], seed: 8), keep)
    #expect(u[0].shape == [nil, 4] && rows.shape == [nil])
    let hs = scan(x, initial: h) { x, h in
      let gates = split(sigmoid(matmul(h, w) * rows), into: 2, axis: 1)
      let sum = matmul(tanh(h), u[0]) + matmul(sin(h), u[1]) + x
      let product = biasAdd(matmul(h, u[2]), vector)
      let shown = h[0..., 0..<0]
      return tanh(sum * gates[0] + product * gates[1]) + reduceSum(sin(shown))
    }
    let all = [hs] + gradients(of: reduceSum(hs), withRespectTo: [w, h]).compactMap { $0 }
    var results: [[NDArray]] = []
    for disabled in [[], Compiler.optionalPasses] {
      var options = Session.Options(workers: 1)
      options.seed = 5
      options.disabledPasses = Set(disabled)
      let session = try Session(graph, options: options)
      results.append(try session.run(all, feeding: [keep: [true, true, true, true]]))
    }
    for (optimised, plain) in zip(results[0], results[1]) {
      #expect(optimised.isClose(to: plain, rtol: 1e-5, atol: 1e-5))
    }
    #expect(results[0].count == 3)
  }
}
