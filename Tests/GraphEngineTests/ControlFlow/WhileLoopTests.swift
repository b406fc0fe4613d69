import GraphArrays
import GraphEngine
import Testing

@Suite("whileLoop, cond, scan and mapFn")
struct WhileLoopTests {
  @Test("repeat while the condition holds")
  func factorial() throws {
    let graph = Graph()
    let (n, product) = whileLoop(graph.constant(1), graph.constant(1)) { i, _ in
      i .<= 5
    } body: { i, product in
      (i + 1, product * i)
    }
    let (last, value) = try Session(graph).run(n, product)
    #expect(last.scalar(as: Int.self) == 6)
    #expect(value.scalar(as: Int.self) == 120)
  }

  @Test("end after the greatest number of turns")
  func maximumIterations() throws {
    let graph = Graph()
    let x = whileLoop(graph.constant(1), maximumIterations: 3) { _ in
      graph.constant(true)
    } body: { x in
      x * 2
    }
    #expect(try Session(graph).run(x).scalar(as: Int.self) == 8)
  }

  @Test("take structures of tensors")
  func structures() throws {
    let graph = Graph()
    let pair = [graph.constant(1), graph.constant(2)]
    let (i, last) = whileLoop(graph.constant(0), pair) { i, _ in
      i .< 3
    } body: { i, pair in
      (i + 1, [pair[1], pair[0] + pair[1]])
    }
    let (count, values) = try Session(graph).run(i, last)
    #expect(count.scalar(as: Int.self) == 3)
    #expect(values.map { $0.scalar(as: Int.self) } == [5, 8])
  }

  @Test("widen the shape of a variable that changes")
  func widening() throws {
    let graph = Graph()
    let rows = whileLoop(graph.constant([[1, 2]])) { rows in
      rows.dynamicShape[0] .< 4
    } body: { rows in
      concat([rows, rows], axis: 0)
    }
    #expect(rows.shape == [nil, 2])
    #expect(try Session(graph).run(rows).shape == [4, 2])
  }

  @Test("make a variable once though the body is declared again for other shapes")
  func repeatedVariables() throws {
    let graph = Graph()
    let rows = whileLoop(graph.constant([[1.0, 2.0]])) { rows in
      rows.dynamicShape[0] .< 4
    } body: { rows in
      let w = graph.getVariable("w", shape: [], initializer: .ones)
      let v = graph.variable("v", initial: 1.0)
      return concat([rows, rows * w * v], axis: 0)
    }
    #expect(graph.collection(.globalVariables).map(\.name) == ["w", "v"])
    let session = try Session(graph)
    try session.run(graph.globalVariablesInitializer())
    #expect(try session.run(rows).shape == [4, 2])
  }

  @Test("refuse a body that changes the dtype, naming variable and line")
  func dtypeMistake() throws {
    let graph = Graph()
    let line = #line + 1
    _ = whileLoop(graph.constant(0), graph.constant([1.0, 2.0], name: "a")) { i, _ in
      i .< 3
    } body: { i, a in
      (i + 1, cast(a, to: .int32))
    }
    let error = try #require(graph.error)
    #expect(error.message.contains("loop variable 1 (\"a:0\") is float32[2]"))
    #expect(error.message.contains("int32[2]"))
    #expect(error.location?.line == line)
  }

  @Test("refuse a condition that is no bool scalar")
  func conditionMistake() throws {
    let graph = Graph()
    _ = whileLoop(graph.constant(0)) { i in
      i
    } body: { i in
      i + 1
    }
    #expect(try #require(graph.error).message.contains("int32[], wants a bool scalar"))
  }

  @Test("tell the line of a mistake inside of a body")
  func innerMistake() throws {
    let graph = Graph()
    let a = graph.placeholder(.float32, shape: [2, 3])
    var line = 0
    _ = whileLoop(a) { _ in
      graph.constant(true)
    } body: { a in
      line = #line + 1
      return matmul(a, a)
    }
    let error = try #require(graph.error)
    #expect(error.operationType == "MatMul")
    #expect(error.location?.line == line)
  }

  @Test("do not give out tensors of a body")
  func escape() throws {
    let graph = Graph()
    var inner: Tensor?
    _ = whileLoop(graph.constant(0)) { i in
      i .< 3
    } body: { i in
      inner = i + 1
      return i + 1
    }
    _ = try #require(inner) + 1
    #expect(try #require(graph.error).message.contains("used outside of it"))
  }

  @Test("compute one branch only")
  func branches() throws {
    let graph = Graph()
    let x = graph.placeholder(.int32, shape: [])
    let count = graph.variable("count", initial: 0)
    let y = cond(x .> 0) {
      assignAdd(count, 1)
      return 10 / cast(x, to: .float32)
    } else: {
      cast(x, to: .float32)
    }
    let session = try Session(graph)
    try session.run(graph.globalVariablesInitializer())
    #expect(try session.run(y, feeding: [x: 5]).scalar(as: Float.self) == 2)
    #expect(try session.run(y, feeding: [x: -5]).scalar(as: Float.self) == -5)
    #expect(try session.run(count).scalar(as: Int.self) == 1)
  }

  @Test("refuse branches of different dtypes")
  func branchMistake() throws {
    let graph = Graph()
    _ = cond(graph.constant(true)) {
      graph.constant(1)
    } else: {
      graph.constant(1.5)
    }
    #expect(
      try #require(graph.error).message
        == "result 0 is int32[] in one branch, float32[] in the other")
  }

  @Test("stack what each element gives")
  func stacks() throws {
    let graph = Graph()
    let x = graph.constant([[1, 2], [3, 4], [5, 6]])
    let sums = scan(x, initial: graph.constant([0, 0])) { e, sum in sum + e }
    let back = scan(x, initial: graph.constant([0, 0]), reverse: true) { e, sum in sum + e }
    let (product, total) = mapFn(x) { e in (e * 2, reduceSum(e)) }
    #expect(sums.shape == [3, 2])
    let values = try Session(graph).run([sums, back, product, total])
    #expect(values[0] == NDArray([[1, 2], [4, 6], [9, 12]]))
    #expect(values[1] == NDArray([[9, 12], [8, 10], [5, 6]]))
    #expect(values[2] == NDArray([[2, 4], [6, 8], [10, 12]]))
    #expect(values[3] == NDArray([3, 7, 11]))
  }

  @Test("stack nothing for no elements")
  func noElements() throws {
    let graph = Graph()
    let x = graph.placeholder(.float32, shape: [nil, 2])
    let y = mapFn(x) { e in e * 2 }
    let z = reduceSum(y)
    let dx = try #require(gradients(of: z, withRespectTo: [x])[0])
    let (value, gradient) = try Session(graph).run(
      y, dx, feeding: [x: NDArray.zeros([0, 2], .float32)])
    #expect(value.shape == [0, 2])
    #expect(gradient.shape == [0, 2])
  }

  @Test("draw other random numbers in each turn")
  func randomNumbers() throws {
    let graph = Graph(seed: 3)
    let numbers = mapFn(graph.range(0, 4, 1)) { _ in
      graph.randomUniform([2])
    }
    let values = try Session(graph).run(numbers).scalars(as: Float.self)
    #expect(Set(values).count == 8)
  }
}
