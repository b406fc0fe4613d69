import GraphArrays
import GraphEngine
import Testing

@Suite("Operators and functions of elements")
struct OperatorTests {
  private func value(
    _ declare: (Graph) -> Tensor
  ) throws -> NDArray {
    let graph = Graph()
    let y = declare(graph)
    return try Evaluation(graph)([y], feeding: [])[0]
  }

  @Test("take numbers and arrays on either side, in the tensor's dtype")
  func literals() throws {
    let result = try value { graph in
      let x = graph.constant([1, 2, 3], dtype: .float64)
      return 1 - (x * 2 + [0, 10, 20]) / 4
    }
    #expect(result == NDArray([0.5, -2.5, -5.5], shape: [3], dtype: .float64))
    let remainder = try value { 7 % $0.constant([2, -2, 4], dtype: .int32) }
    #expect(remainder == NDArray([1, -1, 3], shape: [3], dtype: .int32))
    let truth = try value { 2 .<= $0.constant([1, 2, 3], dtype: .int32) }
    #expect(truth == [false, true, true])
  }

  @Test("have TensorFlow's names")
  func names() {
    let graph = Graph()
    let x = graph.placeholder(.float32, shape: [2], name: "x")
    #expect((x + 1).operation.name == "add")
    #expect((x - 1).operation.name == "sub")
    #expect((x * x).operation.name == "mul")
    #expect((x / x).operation.name == "truediv")
    #expect((x % x).operation.name == "floormod")
    #expect((-x).operation.name == "Neg")
    #expect((x .< x).operation.name == "Less")
    #expect(tanh(x, name: "squashed").operation.name == "squashed")
    #expect((x + x).operation.name == "add_1")
    #expect((x + x).operation.type == "AddV2")
  }

  @Test("hold values between bounds")
  func clipping() throws {
    let result = try value { clipByValue($0.constant([-2.0, 0.5, 3]), min: -1, max: 1) }
    #expect(result == [-1.0, 0.5, 1])
    let graph = Graph()
    let x = graph.placeholder(.float32, shape: [2])
    _ = clipByValue(x, min: [[0, 0], [0, 0]], max: 1)
    #expect(graph.error?.message == "bounds of shape [2, 2] enlarge [2]")
  }

  @Test("cast only where dtypes differ")
  func casts() throws {
    let graph = Graph()
    let x = graph.placeholder(.float32, shape: [2])
    #expect(cast(x, to: .float32) == x)
    #expect(cast(x, to: .int64).type == TensorType(.int64, [2]))
    #expect(try value { cast($0.constant([-1.5, 2.9]), to: .int32) } == [-1, 2])
  }

  @Test("reduce all axes, one, or several counted from the end")
  func reductions() throws {
    let x: NDArray = [[1, 2, 3], [4, 5, 6]]
    #expect(try value { reduceSum($0.constant(x)) } == NDArray(21))
    #expect(try value { reduceMax($0.constant(x), axis: -1) } == [3, 6])
    #expect(try value { reduceProd($0.constant(x), axis: [0], keepDims: true) } == [[4, 10, 18]])
    #expect(try value { reduceMean($0.constant(x), axis: [0, 1]) } == NDArray(3))
    #expect(try value { reduceSum($0.constant(x), axis: []) } == x)
  }

  @Test("reduce axes and ranks that only a run knows")
  func dynamicReductions() throws {
    let graph = Graph()
    let x = graph.placeholder(.float32)
    let axis = graph.placeholder(.int32)
    let all = reduceSum(x)
    let some = reduceMean(x, axis: axis)
    let weights = gradients(of: some * some, withRespectTo: [x])
    let gradient = try #require(weights[0])
    let values = try Evaluation(graph)(
      [all, some, gradient], feeding: [(x, [[1.0, 2, 3], [4, 5, 9]]), (axis, [-1])])
    #expect(values[0] == 24.0)
    #expect(values[1] == [2.0, 6])
    #expect(values[2].isClose(to: [[1.333_333_3, 1.333_333_3, 1.333_333_3], [4, 4, 4]]))
  }

  @Test("multiply matrices whose inner extent is zero to zeros")
  func emptyProducts() throws {
    #expect(
      try value { matmul($0.constant(NDArray.zeros([2, 0])), $0.constant(NDArray.zeros([0, 3]))) }
        == NDArray.zeros([2, 3]))
    #expect(
      try value {
        matmul($0.constant(NDArray.zeros([2, 1, 0])), $0.constant(NDArray.zeros([0, 3])))
      } == NDArray.zeros([2, 1, 3]))
  }

  @Test("find the cross-entropy of labels with a time axis of unknown length")
  func timeMajorLabels() throws {
    let graph = Graph()
    let logits = graph.placeholder(.float32, shape: [nil, nil, 3])
    let labels = graph.placeholder(.int64, shape: [nil, nil])
    let loss = sparseSoftmaxCrossEntropyWithLogits(labels: labels, logits: logits)
    let values = try Evaluation(graph)(
      [loss],
      feeding: [
        (logits, NDArray.zeros([1, 2, 3])),
        (labels, NDArray([0, 2], shape: [1, 2], dtype: .int64)),
      ])
    #expect(loss.shape.rank == 2)
    #expect(values[0].isClose(to: [[1.098_612_3, 1.098_612_3]]))
  }

  @Test("find the cross-entropy of independent classes without an overflow")
  func logisticLoss() throws {
    let result = try value { graph in
      sigmoidCrossEntropyWithLogits(
        labels: graph.constant([1.0, 0, 1, 0]), logits: graph.constant([0.0, 100, 100, -100]))
    }
    #expect(result.isClose(to: [0.693_147_2, 100, 0, 0], atol: 1e-7))
  }
}
