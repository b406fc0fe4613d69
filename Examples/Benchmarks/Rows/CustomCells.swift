import StaticGraph

/// A training step of a cell that a user writes beside that of the library's, equally wide: a
/// character model with embedded inputs, dropout, a dense layer, the mean cross-entropy, Adam.
struct CustomCells: Row {
  let cell: WrittenCell
  private let units = 512
  private let batch = 50
  private let time = 50
  private let vocabulary = 65

  var name: String { "custom-\(cell.formula.rawValue)" }

  init(_ formula: WrittenCell.Formula) { cell = WrittenCell(formula: formula, units: units) }

  func prepare(_ setting: Setting) throws -> any Contender {
    try contender("ours", cell, setting)
  }

  func rivals(_ setting: Setting) throws -> [any Contender] {
    let library = BasicLSTMCell(units: units)
    return [
      cell.formula.layers == 1
        ? try contender("library's cell", library, setting)
        : try contender(
          "library's cells", MultiRNNCell(Array(repeating: library, count: cell.formula.layers)),
          setting)
    ]
  }

  private func contender(
    _ name: String, _ cell: some RNNCell, _ setting: Setting
  ) throws -> any Contender {
    let graph = Graph(seed: 1)
    let inputs = graph.placeholder(.int32, shape: [nil, nil], name: "inputs")
    let targets = graph.placeholder(.int32, shape: [nil, nil], name: "targets")
    let table = graph.getVariable("embedding", shape: [vocabulary, units])
    let (outputs, _) = dynamicRNN(
      DropoutWrapper(cell, outputKeepProb: graph.constant(Float(0.5))),
      inputs: embeddingLookup(table, inputs))
    let logits = dense(outputs, units: vocabulary, name: "logits")
    let loss = reduceMean(
      sparseSoftmaxCrossEntropyWithLogits(labels: targets, logits: logits))
    let train = AdamOptimizer(learningRate: 0.001).minimize(loss)
    let random = graph.randomInt([2, batch, time], min: 0, max: vocabulary)
    let session = try Session(graph, options: .init(workers: setting.workers))
    try session.run(graph.globalVariablesInitializer())
    let characters = try session.run(random)
    let feeds: Feeds = [inputs: characters[0], targets: characters[1]]
    return Local(name) { _ = try session.run(loss, train, feeding: feeds) }
  }
}

/// Cells as users write them, from products and functions of elements.
struct WrittenCell: RNNCell {
  enum Formula: String, Sendable {
    /// Weights of its own for each gate, for the input and for the output of the step before.
    case separateGates = "separate-gates"
    /// The gates as subscripts, in an order of their own.
    case anotherOrder = "another-order"
    /// What is forgotten makes room for what is new.
    case coupled
    /// The same, with a memory that is normalised before it is given out.
    case normalized
    /// Two layers with the same weights.
    case shared
    /// What a step is given is added to what it gives out.
    case residual

    var layers: Int { self == .shared ? 2 : 1 }

    /// The gates whose weights stand in one matrix; nil where each has its own.
    var joinedGates: Int? {
      switch self {
      case .separateGates: nil
      case .coupled, .normalized: 3
      case .anotherOrder, .shared, .residual: 4
      }
    }
  }

  let formula: Formula
  let units: Int

  func zeroState(batchSize: Tensor, _ dtype: DType) -> [LSTMState] {
    (0..<formula.layers).map { _ in
      BasicLSTMCell(units: units).zeroState(batchSize: batchSize, dtype)
    }
  }

  func callAsFunction(
    _ input: Tensor, _ state: [LSTMState]
  ) -> (output: Tensor, state: [LSTMState]) {
    let graph = input.graph
    let depth = input.shape[-1] ?? 0
    // Declared once: layers share them.
    let joined = formula.joinedGates.map { count in
      (
        kernel: graph.getVariable("kernel", shape: [depth + units, count * units]),
        bias: graph.getVariable("bias", shape: [count * units], initializer: .zeros), count: count
      )
    }
    var output = input
    let next = state.map { state -> LSTMState in
      let gates: [Tensor]
      if let joined {
        let sums = matmul(concat([output, state.h], axis: 1), joined.kernel) + joined.bias
        gates = formula == .anotherOrder ? [sums] : split(sums, into: joined.count, axis: 1)
      } else {
        gates = ["i", "g", "f", "o"].map { gate in
          matmul(output, graph.getVariable("w_\(gate)", shape: [depth, units]))
            + matmul(state.h, graph.getVariable("u_\(gate)", shape: [units, units]))
            + graph.getVariable("b_\(gate)", shape: [units], initializer: .zeros)
        }
      }
      let next = step(gates, state.c, graph)
      output = formula == .residual ? next.h + input : next.h
      return LSTMState(c: next.c, h: output)
    }
    return (output, next)
  }

  private func step(_ gates: [Tensor], _ c: Tensor, _ graph: Graph) -> LSTMState {
    switch formula {
    case .coupled, .normalized:
      let f = sigmoid(gates[0])
      let next = f * c + (1 - f) * tanh(gates[1])
      let shown = formula == .normalized ? normalize(next, graph) : next
      return LSTMState(c: next, h: sigmoid(gates[2]) * tanh(shown))
    case .anotherOrder:
      let joined = gates[0]
      let sigmoids = sigmoid(joined[0..., 0..<2 * units] + 0.5)
      let next =
        sigmoids[0..., 0..<units] * c
        + sigmoid(joined[0..., 3 * units..<4 * units]) * tanh(joined[0..., 2 * units..<3 * units])
      return LSTMState(c: next, h: sigmoids[0..., units..<2 * units] * tanh(next))
    default:
      let next = sigmoid(gates[2] + 1) * c + sigmoid(gates[0]) * tanh(gates[1])
      return LSTMState(c: next, h: sigmoid(gates[3]) * tanh(next))
    }
  }

  private func normalize(_ x: Tensor, _ graph: Graph) -> Tensor {
    let centred = x - reduceMean(x, axis: 1, keepDims: true)
    let variance = reduceMean(square(centred), axis: 1, keepDims: true)
    let gamma = graph.getVariable("gamma", shape: [units], initializer: .ones)
    let beta = graph.getVariable("beta", shape: [units], initializer: .zeros)
    return centred * rsqrt(variance + 1e-5) * gamma + beta
  }
}
