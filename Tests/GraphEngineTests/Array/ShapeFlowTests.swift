import GraphArrays
import GraphEngine
import Testing

@Suite("What is known of shapes")
struct ShapeFlowTests {
  let graph = Graph()

  @Test("flows through shape arithmetic in part")
  func partial() {
    let x = graph.placeholder(.float32, shape: [nil, 5, 3])
    let shape = x.dynamicShape
    #expect(reshape(x, stack([shape[0], shape[1] * shape[2]])).shape == [nil, 15])
    #expect(
      reshape(x, concat([shape[..<2], graph.constant([3, 1])], axis: 0)).shape == [nil, 5, 3, 1])
    #expect(graph.zeros(shape[1...]).shape == [5, 3])
    #expect(graph.fill(stack([shape[0], shape[-1]]), 1.0).shape == [nil, 3])
    #expect(broadcast(graph.constant(1.0), to: shape).shape == [nil, 5, 3])
    #expect(reshape(x, gather(shape, [2, 1, 0])).shape == [3, 5, nil])
    #expect(graph.range(shape[1]).shape == [5])
    #expect(expandDims(shape[1], axis: 0).knownIntegers == [5])
    #expect(graph.randomUniform(shape).shape == [nil, 5, 3])
    #expect(tile(x, stack([graph.constant(2), shape[2], shape[0]])).shape == [nil, 15, nil])
    #expect(slice(x, begin: [0, 1, 0], size: [-1, -1, 2]).shape == [nil, 4, 2])
    #expect(graph.error == nil)
  }

  @Test("is exact for subscripts")
  func subscripts() {
    let x = graph.placeholder(.float32, shape: [4, nil, 6])
    #expect(x[0].shape == [nil, 6])
    #expect(x[-1, 2].shape == [6])
    #expect(x[1..<3].shape == [2, nil, 6])
    #expect(x[1...2, newAxis].shape == [2, 1, nil, 6])
    #expect(x[..., 0].shape == [4, nil])
    #expect(x[..., ..<(-1)].shape == [4, nil, 5])
    #expect(x[0, ..., 2...].shape == [nil, 4])
    #expect(x[SliceEntry(by: -2)].shape == [2, nil, 6])
    #expect(x[graph.placeholder(.int32, shape: [])].shape == [nil, 6])
    #expect(x[..., graph.placeholder(.int64, shape: []), 1..<3].shape == [4, 2])
    #expect(graph.error == nil)
  }

  @Test("tells what does not fit, where it is declared")
  func mistakes() {
    func message(_ declare: (Graph) -> Void) -> String? {
      let graph = Graph()
      declare(graph)
      return graph.error?.message
    }
    #expect(
      message { _ = reshape($0.zeros([2, 3]), [4, -1]) }
        == "Input to reshape is a tensor with 6 values, but the requested shape requires a multiple of 4"
    )
    #expect(
      message { _ = $0.zeros([2, 3])[2] } == "slice index 2 of dimension 0 out of bounds.")
    #expect(
      message { _ = squeeze($0.zeros([2, 1]), axes: [0]) }
        == "Can not squeeze dim[0], expected a dimension of 1, got 2")
    #expect(
      message { _ = concat([$0.zeros([2, 3]), $0.zeros([3, 1])], axis: 1) }
        == "ConcatOp : Dimension 0 in both shapes must be equal: shape[0] = [2, 3] vs. shape[1] = [3, 1]"
    )
    #expect(
      message { _ = broadcast($0.zeros([3]), to: [2, 2]) }
        == "Incompatible shapes: [3] vs. [2,2]")
  }

  @Test("Names are TensorFlow's")
  func names() {
    let x = graph.placeholder(.float32, shape: [nil, 2])
    _ = reshape(x, [-1])
    _ = reshape(x, [-1])
    _ = x[0]
    _ = split(x, into: 2, axis: 1, name: "halves")
    let names = graph.operations.map(\.name)
    #expect(
      names == [
        "Placeholder", "Reshape/shape", "Reshape", "Reshape_1/shape", "Reshape_1",
        "strided_slice/stack", "strided_slice/stack_1", "strided_slice/stack_2", "strided_slice",
        "halves/split_dim", "halves",
      ])
  }
}
