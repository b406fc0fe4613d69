import GraphArrays
import GraphEngine
import Testing

@Suite("Operations give what TensorFlow gives")
struct GoldenTests {
  /// Operations with golden values that are not offered.
  static let absent: Set<String> = [
    "Concat", "DepthwiseConv2dNative", "Digamma", "Div", "DynamicPartition", "Erfinv", "InTopKV2",
    "LRN", "Lgamma", "PreventGradient",
    "SegmentMax", "SegmentMean", "SegmentMin", "SegmentProd", "SegmentSum", "TensorScatterAdd",
    "TensorScatterSub", "TensorScatterUpdate", "TopKV2", "UniqueWithCounts", "UnsortedSegmentMax",
    "UnsortedSegmentMin", "UnsortedSegmentProd", "Xlog1py",
  ]

  @Test("for every operation that has golden values, but for those not offered")
  func coverage() throws {
    let missing = try GoldenCase.operations.get().filter {
      GoldenDefinitions.make($0, [:]) == nil && !Self.absent.contains($0)
    }
    #expect(missing.isEmpty, "\(missing.sorted())")
  }

  @Test("in results, gradients and failures", arguments: try GoldenCase.all.get())
  func values(_ golden: GoldenCase) throws {
    guard let definition = GoldenDefinitions.make(golden.op, golden.attrs) else { return }
    let graph = Graph()
    let inputs = golden.inputs.map(\.array)
    // A value that decides types is a constant, as users declare it.
    let operands = inputs.enumerated().map { index, value in
      definition.specializedInputs.contains(index)
        ? graph.constant(value) : graph.placeholder(value.dtype, shape: Shape(value.shape))
    }
    let feeds = zip(operands, inputs).enumerated().compactMap { index, feed in
      definition.specializedInputs.contains(index) ? nil : feed
    }
    let operation = graph.add(definition, operands)
    guard golden.error == nil else {
      #expect(throws: (any Error).self) {
        _ = try Evaluation(graph)(operation.outputs, feeding: feeds)
      }
      return
    }
    let results = try Evaluation(graph)(operation.outputs, feeding: feeds)
    try compare(results, (golden.outputs ?? []).map { $0 }, "result")
    guard let wanted = golden.gradients else { return }
    let weights = zip(operation.outputs, golden.weights ?? []).compactMap { output, weight in
      weight.map { (output, graph.constant($0.array)) }
    }
    let given = gradients(
      of: weights.map(\.0), withRespectTo: operands, outputGradients: weights.map(\.1))
    let run = try Evaluation(graph)
    let values = try given.map { try $0.map { try run([$0], feeding: feeds)[0] } }
    for (index, (value, expected)) in zip(values, wanted).enumerated() {
      // TensorFlow gives no gradient where ours is zero, and the contrary.
      let zeros = NDArray.zeros(inputs[index].shape, inputs[index].dtype)
      guard value != nil || expected != nil else { continue }
      try compare([value ?? zeros], [expected], "gradient \(index)", default: zeros)
    }
  }

  private func compare(
    _ given: [NDArray], _ wanted: [GoldenTensor?], _ what: String, default zeros: NDArray? = nil
  ) throws {
    #expect(given.count == wanted.count)
    for (result, golden) in zip(given, wanted) {
      let expected = try #require(golden?.array ?? zeros)
      #expect(result.dtype == expected.dtype, "\(what)")
      #expect(result.shape == expected.shape, "\(what)")
      let (rtol, atol) = expected.dtype == .float64 ? (1e-12, 1e-13) : (1e-5, 1e-6)
      #expect(
        result.isClose(to: expected, rtol: rtol, atol: atol, equalNaN: true),
        "\(what) is \(result), not \(expected)")
    }
  }
}
