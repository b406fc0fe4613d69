import GraphArrays
import GraphEngine
import Testing

/// Operations that move whole arrays into lists and out of them.
@Suite("Lists that arrays are moved into and out of")
struct TensorListMovementTests {
  private func evaluate(_ declare: (Graph) -> [Tensor]) throws -> [NDArray] {
    let graph = Graph()
    let results = declare(graph)
    return try Evaluation(graph)(results, feeding: [])
  }

  private static let element = TensorType(.float64, [2])

  private func gather(_ list: Tensor, _ indices: [Int]) -> Tensor {
    let graph = list.graph
    return tensorListGather(
      list, graph.constant(indices, dtype: .int32), dtype: .float64,
      shape: graph.constant([2], dtype: .int32))
  }

  @Test("give items by their indices, zeros where nothing is written")
  func gathered() throws {
    let results = try evaluate { graph in
      let list = tensorListFromTensor(graph.constant(float64([1, 2, 3, 4, 5, 6], [3, 2])))
      let longer = tensorListResize(list, graph.constant(5))
      let shorter = tensorListResize(list, graph.constant(1))
      return [
        gather(longer, [2, 0, 4]), tensorListLength(longer), tensorListLength(shorter),
        gather(shorter, [0]),
      ]
    }
    #expect(results[0] == float64([5, 6, 1, 2, 0, 0], [3, 2]))
    #expect(results[1] == NDArray(scalar: Int32(5)))
    #expect(results[2] == NDArray(scalar: Int32(1)))
    #expect(results[3] == float64([1, 2], [1, 2]))
  }

  @Test("take slices at places, of which the last one stays")
  func scattered() throws {
    let results = try evaluate { graph in
      let x = graph.constant(float64([1, 2, 3, 4, 5, 6], [3, 2]))
      let places = graph.constant([3, 0, 3], dtype: .int32)
      let shape = graph.constant([2], dtype: .int32)
      let asLong = graph.tensor(
        TensorListScatter(dtype: .float64, takesCount: false), [x, places, shape])
      let given = tensorListScatter(x, places, count: graph.constant(6))
      let into = graph.tensor(
        TensorListScatterIntoExistingList(dtype: .float64),
        [graph.reservedList(of: Self.element, length: graph.constant(2)), x, places])
      return [tensorListStack(asLong), tensorListStack(given), tensorListStack(into)]
    }
    let stacked = [3.0, 4, 0, 0, 0, 0, 5, 6]
    #expect(results[0] == float64(stacked, [4, 2]))
    #expect(results[1] == float64(stacked + [0, 0, 0, 0], [6, 2]))
    #expect(results[2] == float64(stacked, [4, 2]))
  }

  @Test("take pieces of different lengths, and give them back behind each other")
  func split() throws {
    let results = try evaluate { graph in
      let x = graph.constant(float64([1, 2, 3, 4, 5, 6], [3, 2]))
      let any = graph.constant([-1, 2], dtype: .int32)
      let lengths = graph.constant([2, 0, 1], dtype: .int64)
      let list = graph.tensor(TensorListSplit(dtype: .float64), [x, any, lengths])
      let whole = graph.tensors(
        TensorListConcat(dtype: .float64, elementShape: nil), [list, any, lengths])
      let fixed = graph.tensors(
        TensorListConcat(dtype: .float64, elementShape: [nil, 2]), [list])
      // An item that is not written has as many rows as the lengths tell.
      let blank = graph.tensors(
        TensorListConcat(dtype: .float64, elementShape: nil),
        [
          graph.reservedList(
            of: TensorType(.float64, [nil, 2]), length: graph.constant(1)), any,
          graph.constant([3], dtype: .int64),
        ])
      return whole + fixed + blank
    }
    #expect(results[0] == float64([1, 2, 3, 4, 5, 6], [3, 2]))
    #expect(results[1] == NDArray([Int64(2), 0, 1], shape: [3]))
    #expect(results[2] == results[0] && results[3] == results[1])
    #expect(results[4] == NDArray.zeros([3, 2], .float64))
  }

  @Test("refuse pieces that do not make up the array, and items beyond the capacity")
  func refusals() throws {
    let x = float64([1, 2, 3, 4], [2, 2])
    func message(_ declare: (Graph, Tensor) -> Tensor) throws -> String {
      let graph = Graph()
      let fed = graph.placeholder(.float64, shape: [2, 2])
      let y = declare(graph, fed)
      let session = try Session(graph)
      return #expect(throws: SessionError.self) { _ = try session.run(y, feeding: [fed: x]) }?
        .message ?? ""
    }
    func split(_ lengths: [Int]) -> (Graph, Tensor) -> Tensor {
      return { graph, x in
        tensorListLength(
          graph.tensor(
            TensorListSplit(dtype: .float64),
            [x, graph.constant(-1), graph.constant(lengths, dtype: .int64)]))
      }
    }
    #expect(
      try message(split([1]))
        == "Unused values in tensor. Length of tensor: 2 Values used: 1")
    #expect(
      try message(split([1, 2])) == "Attempting to slice [1, 3] from tensor with length 2")
    let full = try message { graph, x in
      let list = graph.tensor(
        EmptyTensorList(element: TensorType(.float64, [2, 2])),
        [graph.constant([2, 2], dtype: .int32), graph.constant(1)])
      return tensorListLength(tensorListPushBack(tensorListPushBack(list, x), x))
    }
    #expect(
      full == "Tried to push item into a full list list size: 1 max_num_elements: 1")
  }

  @Test("have gradients that agree with differences, to second order")
  func gradients() throws {
    let function = ScalarFunction(
      inputs: [samples([4, 2]), samples([3, 2], seed: 1)], constants: []
    ) { graph, x in
      let list = tensorListFromTensor(x[0])
      let some = gather(tensorListResize(list, graph.constant(5)), [3, 0, 3])
      let places = graph.constant([4, 0, 2], dtype: .int32)
      let into = graph.tensor(
        TensorListScatterIntoExistingList(dtype: .float64), [list, x[1], places])
      let scattered = tensorListScatter(x[1], places, count: graph.constant(5))
      let asLong = graph.tensor(
        TensorListScatter(dtype: .float64, takesCount: false),
        [x[1], places, graph.constant([2], dtype: .int32)])
      let any = graph.constant([-1, 2], dtype: .int32)
      let lengths = graph.constant([1, 3], dtype: .int64)
      let pieces = graph.tensor(TensorListSplit(dtype: .float64), [sin(x[0]), any, lengths])
      let whole = graph.tensors(
        TensorListConcat(dtype: .float64, elementShape: nil), [pieces, any, lengths])[0]
      let sums = [
        reduceSum(sin(some) * x[1]), reduceSum(square(tensorListStack(into))),
        reduceSum(sin(tensorListStack(scattered))), reduceSum(exp(tensorListStack(asLong))),
        reduceSum(whole * x[0]),
      ]
      return addN(sums)
    }
    try function.checkGradients(tolerance: 1e-6, "first order")
    try function.derivative().checkGradients(tolerance: 1e-6, "second order")
  }
}

@Suite("Optionals")
struct OptionalTests {
  @Test("carry a value, or none")
  func values() throws {
    let graph = Graph()
    let x = graph.constant([1.0, 2.0])
    let some = graph.tensor(OptionalFromValue(dtypes: [.float32, .int32]), [x, graph.constant(3)])
    let none = graph.tensor(OptionalNone(), [])
    let parts = graph.tensors(
      OptionalGetValue(types: [TensorType(.float32, [2]), TensorType(.int32, [])]), [some])
    let has = [some, none].map { graph.tensor(OptionalHasValue(), [$0]) }
    let results = try Evaluation(graph)(parts + has, feeding: [])
    #expect(results[0] == NDArray([Float(1), 2], shape: [2]))
    #expect(results[1] == NDArray(scalar: Int32(3)))
    #expect(results[2] == NDArray(true) && results[3] == NDArray(false))
    let missing = graph.tensor(OptionalGetValue(types: [TensorType(.float32, [2])]), [none])
    #expect(throws: SessionError.self) { try Session(graph).run(missing) }
  }

  @Test("of a branch are given to a gradient's branch, and are differentiated")
  func branches() throws {
    let function = ScalarFunction(inputs: [samples([3])], constants: []) { graph, x in
      let isPositive = reduceSum(x[0]) .> 0
      let kept = cond(isPositive) {
        graph.tensor(OptionalFromValue(dtypes: [.float64]), [sin(x[0])])
      } else: {
        graph.tensor(OptionalNone(), [])
      }
      let value = cond(isPositive) {
        graph.tensor(OptionalGetValue(types: [TensorType(.float64, [3])]), [kept]) * x[0]
      } else: {
        square(x[0])
      }
      return reduceSum(value * value)
    }
    try function.checkGradients(tolerance: 1e-6, "first order")
    let negative = ScalarFunction(
      inputs: [float64([-0.5, -0.2, 0.1], [3])], constants: [], declare: function.declare)
    try negative.checkGradients(tolerance: 1e-6, "the other side")
  }
}
