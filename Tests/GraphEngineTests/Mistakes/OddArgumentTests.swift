import StaticGraph
import Testing

/// Numbers, axes, shapes and lists that make no sense are mistakes that are told, and never stop the
/// process; those that make sense run.
@Suite("Odd arguments")
struct OddArgumentTests {
  /// A function with one number that may be any.
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let declare: @Sendable (Graph, Int) -> [Tensor]

    init(_ name: String, _ declare: @escaping @Sendable (Graph, Int) -> [Tensor]) {
      self.name = name
      self.declare = declare
    }

    init(_ name: String, _ declare: @escaping @Sendable (Graph, Int) -> Tensor) {
      self.name = name
      self.declare = { [declare($0, $1)] }
    }

    var testDescription: String { name }
  }

  private static let numbers = [
    .min, -(1 << 31) - 1, -3, -1, 0, 1, 3, 1000, 1 << 40, .max,
  ]

  /// Results larger than this are not computed, but for those that no machine can hold.
  private static let largest = 1 << 20
  private static let tooLarge = 1 << 50

  private func check(
    _ tensors: [Tensor], _ graph: Graph, after initializer: StaticGraph.Operation? = nil
  ) {
    guard graph.error == nil else { return }
    let sizes = tensors.map { tensor -> Int in
      guard let count = tensor.shape.elementCount else { return 0 }
      return count
    }
    guard sizes.allSatisfy({ $0 <= Self.largest || $0 >= Self.tooLarge }) else { return }
    // What is computed may be refused; it may not stop the process.
    do {
      let session = try Session(graph)
      if let initializer { try session.run(initializer) }
      for (value, tensor) in zip(try session.run(tensors), tensors) {
        #expect(tensor.shape.accepts(value.shape))
      }
    } catch {
      #expect(error is GraphError || error is SessionError)
    }
  }

  private static let cases: [Case] = [
    Case("zeros") { graph, n in graph.zeros([n]) },
    Case("zeros of a product") { graph, n in graph.zeros([n, n, 2]) },
    Case("zeros beside none") { graph, n in graph.zeros([0, n, n]) },
    Case("strings") { graph, n in graph.zeros([n], .string) },
    Case("ones") { graph, n in graph.ones([2, n], .int64) },
    Case("fill") { graph, n in graph.fill([n], 2.5) },
    Case("fill of a product") { graph, n in graph.fill([n, n], 2.5) },
    Case("fill of what a tensor says") { graph, n in
      graph.fill(graph.placeholder(withDefault: [n], dtype: .int64, shape: [1]), true)
    },
    Case("placeholder") { graph, n in
      [graph.placeholder(.float32, shape: [n]) + 1, graph.placeholder(.float32, shape: [n, nil])]
    },
    Case("placeholder with a default") { graph, n in
      graph.placeholder(withDefault: 1, shape: [n])
    },
    Case("range") { graph, n in graph.range(n) },
    Case("range from") { graph, n in graph.range(n, 3) },
    Case("range by") { graph, n in graph.range(0, 3, n) },
    Case("linspace") { graph, n in graph.linspace(0.0, 1.0, count: n) },
    Case("random") { graph, n in graph.randomUniform([n]) },
    Case("random of a product") { graph, n in graph.randomNormal([n, n]) },
    Case("random integers") { graph, n in graph.randomInt([2], min: n, max: 5, dtype: .int64) },
    Case("multinomial") { graph, n in multinomial(graph.zeros([2, 3]), samples: n) },
    Case("variable") { graph, n in graph.getVariable("v", shape: [n]) * 0 },
    Case("variable of zeros") { graph, n in
      graph.getVariable("v", shape: [n, n], initializer: .zeros) * 0
    },
    Case("variable of ones") { graph, n in
      graph.variable("v", shape: [n, 2], initializer: .ones) * 0
    },
    Case("variable of a constant") { graph, n in
      graph.variable("v", shape: [n, 2], initializer: .constant(3)) * 0
    },
    Case("reshape") { graph, n in reshape(graph.zeros([2, 3]), [n]) },
    Case("reshape of a product") { graph, n in reshape(graph.zeros([2, 3]), [n, n]) },
    Case("reshape with a rest") { graph, n in reshape(graph.zeros([2, 3]), [n, -1, n]) },
    Case("reshape of nothing") { graph, n in reshape(graph.zeros([0]), [0, n, n]) },
    Case("broadcast") { graph, n in broadcast(graph.zeros([2, 1]), to: [2, n]) },
    Case("broadcast of a product") { graph, n in broadcast(graph.zeros([1]), to: [n, n, n]) },
    Case("tile") { graph, n in tile(graph.zeros([2, 3]), [1, n]) },
    Case("tile of a product") { graph, n in tile(graph.zeros([2, 3]), [n, n]) },
    Case("transpose") { graph, n in transpose(graph.zeros([2, 3]), permutation: [0, n]) },
    Case("concat") { graph, n in concat([graph.zeros([2, 3]), graph.zeros([2, 3])], axis: n) },
    Case("stack") { graph, n in stack([graph.zeros([2, 3]), graph.zeros([2, 3])], axis: n) },
    Case("unstack") { graph, n in unstack(graph.zeros([2, 3]), axis: n) },
    Case("unstack into") { graph, n in
      unstack(graph.placeholder(withDefault: [1, 2], shape: .unknown), count: n)
    },
    Case("split into") { graph, n in split(graph.zeros([2, 3]), into: n, axis: 1) },
    Case("split along") { graph, n in split(graph.zeros([2, 3]), into: 1, axis: n) },
    Case("split in sizes") { graph, n in split(graph.zeros([2, 3]), sizes: [n, 1], axis: 1) },
    Case("split in sizes of a sum") { graph, n in
      split(graph.zeros([2, 3]), sizes: [n, n, n], axis: 1)
    },
    Case("expandDims") { graph, n in expandDims(graph.zeros([2, 3]), axis: n) },
    Case("squeeze") { graph, n in squeeze(graph.zeros([2, 1]), axes: [n]) },
    Case("reverse") { graph, n in reverse(graph.zeros([2, 3]), axes: [n]) },
    Case("reverseSequence") { graph, n in
      reverseSequence(
        graph.zeros([2, 3]), lengths: graph.constant([1, 2]), sequenceAxis: n, batchAxis: 0)
    },
    Case("reverseSequence in batches") { graph, n in
      reverseSequence(
        graph.zeros([2, 3]), lengths: graph.constant([1, 2]), sequenceAxis: 1, batchAxis: n)
    },
    Case("reverseSequence of lengths") { graph, n in
      reverseSequence(
        graph.zeros([2, 3]), lengths: graph.constant([1, n], dtype: .int64), sequenceAxis: 1,
        batchAxis: 0)
    },
    Case("slice from") { graph, n in slice(graph.zeros([2, 3]), begin: [0, n], size: [1, 1]) },
    Case("slice of") { graph, n in slice(graph.zeros([2, 3]), begin: [0, 1], size: [1, n]) },
    Case("slice beyond") { graph, n in slice(graph.zeros([2, 3]), begin: [0, n], size: [1, n]) },
    Case("stridedSlice from") { graph, n in
      stridedSlice(graph.zeros([2, 3]), begin: [n], end: [2])
    },
    Case("stridedSlice to") { graph, n in stridedSlice(graph.zeros([2, 3]), begin: [0], end: [n]) },
    Case("stridedSlice by") { graph, n in
      stridedSlice(graph.zeros([9]), begin: [0], end: [9], strides: [n])
    },
    Case("stridedSlice backwards") { graph, n in
      stridedSlice(graph.zeros([9]), begin: [n], end: [0], strides: [-1])
    },
    Case("subscript") { graph, n in graph.zeros([4, 3])[n] },
    Case("subscript from") { graph, n in graph.zeros([4, 3])[n...] },
    Case("subscript to") { graph, n in graph.zeros([4, 3])[..<n] },
    Case("pad") { graph, n in pad(graph.zeros([2]), [[0, n]]) },
    Case("pad on both sides") { graph, n in pad(graph.zeros([2]), [[n, n]]) },
    Case("mirrored pad") { graph, n in pad(graph.zeros([2]), [[n, 0]], mode: .reflect) },
    Case("gather along") { graph, n in
      gather(graph.zeros([4, 3]), graph.constant([0]), axis: n)
    },
    Case("gather in batches") { graph, n in
      gather(graph.zeros([4, 3]), graph.zeros([4, 2], .int32), axis: 1, batchDims: n)
    },
    Case("gather of") { graph, n in
      gather(graph.zeros([4, 3]), graph.constant([n], dtype: .int64))
    },
    Case("gatherND of") { graph, n in
      gatherND(graph.zeros([4, 3]), graph.constant([n, n], dtype: .int64))
    },
    Case("scatterND of") { graph, n in
      scatterND(graph.constant([[n]], dtype: .int64), graph.ones([1, 2]), shape: [3, 2])
    },
    Case("scatterND into") { graph, n in
      scatterND(graph.constant([[0]]), graph.ones([1, 2]), shape: [n, 2])
    },
    Case("unsortedSegmentSum into") { graph, n in
      unsortedSegmentSum(graph.ones([3]), graph.constant([0, 1, 0]), segments: n)
    },
    Case("unsortedSegmentSum of") { graph, n in
      unsortedSegmentSum(graph.ones([1]), graph.constant([n], dtype: .int64), segments: 3)
    },
    Case("oneHot") { graph, n in oneHot(graph.constant([0, 1]), depth: n) },
    Case("oneHot of a product") { graph, n in oneHot(graph.zeros([1 << 32, 0], .int32), depth: n) },
    Case("oneHot along") { graph, n in oneHot(graph.constant([0, 1]), depth: 3, axis: n) },
    Case("oneHot of") { graph, n in oneHot(graph.constant([n], dtype: .int64), depth: 3) },
    Case("sequenceMask") { graph, n in sequenceMask(graph.constant([1, 2]), maxLength: n) },
    Case("sequenceMask of") { graph, n in
      sequenceMask(graph.constant([1, n], dtype: .int64), maxLength: 3)
    },
    Case("sequenceMask of the longest") { graph, n in
      sequenceMask(graph.constant([1, n], dtype: .int64))
    },
    Case("matrixBandPart") { graph, n in
      matrixBandPart(graph.ones([3, 3]), lower: n, upper: 0)
    },
    Case("matrixBandPart above") { graph, n in
      matrixBandPart(graph.ones([3, 3]), lower: 0, upper: n)
    },
    Case("invertPermutation") { graph, n in
      invertPermutation(graph.constant([0, n], dtype: .int64))
    },
    Case("reduceSum") { graph, n in reduceSum(graph.ones([2, 3]), axis: [n]) },
    Case("reduceSum twice") { graph, n in reduceSum(graph.ones([2, 3]), axis: [0, n]) },
    Case("reduceMax") { graph, n in reduceMax(graph.ones([2, 3]), axis: [n], keepDims: true) },
    Case("argmax") { graph, n in argmax(graph.ones([2, 3]), axis: n) },
    Case("cumsum") { graph, n in cumsum(graph.ones([2, 3]), axis: n) },
    Case("softmax") { graph, n in softmax(graph.ones([2, 3]), axis: n) },
    Case("logSoftmax") { graph, n in logSoftmax(graph.ones([2, 3]), axis: n) },
    Case("softmaxCrossEntropyWithLogits") { graph, n in
      sparseSoftmaxCrossEntropyWithLogits(
        labels: graph.constant([0, n], dtype: .int64), logits: graph.ones([2, 3]))
    },
    Case("clipByNorm") { graph, n in clipByNorm(graph.ones([2, 3]), norm: 1.0, axes: [n]) },
    Case("dense") { graph, n in dense(graph.ones([2, 3]), units: n) },
    Case("embedding") { graph, n in
      embedding(graph.constant([0]), vocabularySize: n, units: 2)
    },
    Case("embedding in") { graph, n in
      embedding(graph.constant([0]), vocabularySize: 2, units: n)
    },
    Case("a cell") { graph, n in
      dynamicRNN(LSTMCell(units: n), inputs: graph.ones([1, 2, 3])).outputs
    },
    Case("a projected cell") { graph, n in
      dynamicRNN(LSTMCell(units: 2, projection: n), inputs: graph.ones([1, 2, 3])).outputs
    },
    Case("a loop of at most so many turns") { graph, n in
      whileLoop(graph.constant(0), maximumIterations: n) {
        $0 .< 3
      } body: {
        $0 + 1
      }
    },
    Case("division") { graph, n in
      let x = graph.constant(n, dtype: .int64)
      return [
        floorDiv(x, graph.constant(-1, dtype: .int64)), x % graph.constant(-1, dtype: .int64),
        truncateMod(graph.constant(7, dtype: .int64), x), -x, abs(x), x * x, x - 1, pow(x, x),
      ]
    },
    Case("cast") { graph, n in
      let x = graph.constant(n, dtype: .int64)
      return [cast(x, to: .int32), cast(x, to: .uint8), cast(cast(x, to: .float64), to: .int32)]
    },
    Case("cast of what is no number") { graph, n in
      let x = graph.constant(Double(n), dtype: .float64) / 0.0
      return [
        cast(x, to: .int32), cast(x - x, to: .int64), cast(x, to: .uint8), cast(x, to: .bool),
      ]
    },
  ]

  @Test("are told or computed, and never stop the process", arguments: cases)
  func numbers(_ example: Case) {
    for number in Self.numbers {
      let graph = Graph(seed: 1)
      let tensors = example.declare(graph, number)
      if graph.error == nil, !graph.collection(.globalVariables).isEmpty {
        let values = graph.collection(.globalVariables)
        guard values.allSatisfy({ ($0.shape.elementCount ?? 0) <= Self.largest }) else { continue }
        check(tensors, graph, after: graph.globalVariablesInitializer())
        continue
      }
      check(tensors, graph)
      // Gradients have kernels and rules of their own.
      let sources = tensors.filter { $0.dtype.isFloating }
      if graph.error == nil, let first = sources.first {
        check(gradients(of: sources, withRespectTo: [first]).compactMap { $0 }, graph)
      }
    }
  }

  @Test("that are lists of nothing are told or computed")
  func nothing() throws {
    let declarations: [(Graph) -> [Tensor]] = [
      { _ in [concat([], axis: 0)] }, { _ in [stack([])] }, { _ in [addN([])] },
      { [reshape($0.zeros([2]), [] as [Int])] }, { [reshape($0.zeros([]), [] as [Int])] },
      { [transpose($0.zeros([2, 3]), permutation: [])] }, { [tile($0.zeros([2]), [])] },
      { [slice($0.zeros([2]), begin: [], size: [])] }, { [reverse($0.zeros([2]), axes: [])] },
      { [squeeze($0.zeros([2, 1]), axes: [])] }, { [reduceSum($0.ones([2, 1]), axis: [])] },
      { split($0.zeros([2]), sizes: [], axis: 0) }, { [pad($0.zeros([2]), [])] },
      { [broadcast($0.zeros([2]), to: [] as [Int])] }, { [$0.fill([], 1.0)] },
      { [$0.zeros([]) + $0.constant([] as [Float])] },
      { [stridedSlice($0.zeros([2]), begin: [], end: [])] },
      { [argmax($0.zeros([0, 2]), axis: 0)] }, { [reduceMax($0.zeros([0, 2]), axis: [0])] },
      { [softmax($0.zeros([2, 0]))] }, { [softmax($0.zeros([]))] }, { [logSoftmax($0.zeros([]))] },
      { [cumsum($0.zeros([]))] }, { [argmax($0.zeros([]))] }, { [$0.zeros([])[0]] },
      { [oneHot($0.constant([] as [Int]), depth: 0)] },
      { [gather($0.zeros([0, 2]), $0.constant([0]))] },
      { [gatherND($0.zeros([2]), $0.zeros([3, 0], .int32))] }, { [whereTrue($0.zeros([], .bool))] },
      { [sequenceMask($0.constant([] as [Int]))] },
      { [multinomial($0.zeros([0, 0]), samples: 1)] },
      { [multinomial($0.zeros([1, 0]), samples: 1)] },
      { [matmul($0.zeros([0, 0]), $0.zeros([0, 0]))] },
      { [matmul($0.zeros([2, 0]), $0.zeros([0, 3]))] },
      { [matrixBandPart($0.zeros([0, 0]), lower: 0, upper: 0)] },
      { [biasAdd($0.zeros([2, 0]), $0.zeros([0]))] }, { [l2Loss($0.zeros([0]))] },
      { [unique($0.zeros([0])).values] }, { [invertPermutation($0.constant([] as [Int]))] },
      { [mapFn($0.zeros([0, 2])) { $0 * 2 }] },
      { [scan($0.zeros([0]), initial: $0.zeros([])) { $0 + $1 }] },
      { [dynamicRNN(GRUCell(units: 2), inputs: $0.zeros([0, 2, 3])).outputs.dynamicShape] },
      { [dynamicRNN(GRUCell(units: 2), inputs: $0.zeros([2, 0, 3])).outputs.dynamicShape] },
      { _ in [customGradient([Tensor]()) { _ in (value: addN([]), gradient: { _ in [] }) }] },
    ]
    for (index, declare) in declarations.enumerated() {
      let graph = Graph(seed: 1)
      let tensors = declare(graph)
      #expect(!tensors.isEmpty || graph.error != nil, "\(index)")
      check(tensors, graph)
    }
  }
}
