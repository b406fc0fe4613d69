import GraphArrays
import GraphEngine
import GraphTraining
import Testing

/// A recurrent cell as a user writes it, from products and functions of elements, for which no pass
/// of the compiler was written.
struct CustomCell: RNNCell, CustomTestStringConvertible {
  /// The variables of a cell, by name and shape: `getVariable` of the graph.
  typealias Weights = (_ name: String, _ shape: [Int]) -> Tensor
  /// One step of all layers: weights, width, input and the states of the layers.
  typealias Step =
    @Sendable (Weights, Int, Tensor, [LSTMState]) -> (output: Tensor, state: [LSTMState])

  let testDescription: String
  let layers: Int
  var units = 16
  private let step: Step

  init(_ description: String, layers: Int = 1, step: @escaping Step) {
    testDescription = description
    self.layers = layers
    self.step = step
  }

  func zeroState(batchSize: Tensor, _ dtype: DType) -> [LSTMState] {
    (0..<layers).map { _ in
      BasicLSTMCell(units: units).zeroState(batchSize: batchSize, dtype)
    }
  }

  func callAsFunction(
    _ input: Tensor, _ state: [LSTMState]
  ) -> (output: Tensor, state: [LSTMState]) {
    let graph = input.graph
    return step(
      { graph.getVariable($0, shape: Shape($1), input.dtype) }, units, input, state)
  }
}

extension CustomCell {
  /// The library's cell, to compare with.
  static let library = CustomCell("the library's cell") { _, units, x, state in
    let (output, next) = BasicLSTMCell(units: units)(x, state[0])
    return (output, [next])
  }

  static let all = [
    fourProducts, twoProducts, anotherOrder, coupled, normalized, sharing, residual,
  ]

  /// Weights of its own for each gate, for the input and for the output of the step before.
  static let fourProducts = CustomCell("gates of two products each") { weights, units, x, state in
    let depth = x.shape[-1] ?? 0
    let (c, h) = (state[0].c, state[0].h)
    func gate(_ name: String) -> Tensor {
      matmul(x, weights("W\(name)", [depth, units]))
        + matmul(h, weights("U\(name)", [units, units]))
        + weights("b\(name)", [units])
    }
    let next = sigmoid(gate("f") + 1) * c + sigmoid(gate("i")) * tanh(gate("g"))
    let output = sigmoid(gate("o")) * tanh(next)
    return (output, [LSTMState(c: next, h: output)])
  }

  /// One product of the input and one of the output of the step before.
  static let twoProducts = CustomCell("one product for x and one for h") {
    weights, units, x, state in
    let depth = x.shape[-1] ?? 0
    let (c, h) = (state[0].c, state[0].h)
    let z =
      matmul(h, weights("U", [units, 4 * units])) + matmul(x, weights("W", [depth, 4 * units]))
      + weights("b", [4 * units])
    let gates = split(z, into: 4, axis: 1)
    let next = sigmoid(gates[1] + 1) * c + sigmoid(gates[0]) * tanh(gates[2])
    let output = sigmoid(gates[3]) * tanh(next)
    return (output, [LSTMState(c: next, h: output)])
  }

  /// The output before the input, gates as subscripts in the order f, o, g, i.
  static let anotherOrder = CustomCell("gates in another order") { weights, units, x, state in
    let depth = x.shape[-1] ?? 0
    let (c, h) = (state[0].c, state[0].h)
    let z =
      matmul(concat([h, x], axis: 1), weights("W", [units + depth, 4 * units]))
      + weights("b", [4 * units])
    let sigmoids = sigmoid(z[0..., 0..<2 * units] + 0.5)
    let g = tanh(z[0..., 2 * units..<3 * units])
    let i = sigmoid(z[0..., (3 * units)...])
    let next = sigmoids[0..., 0..<units] * c + i * g
    let output = sigmoids[0..., units...] * tanh(next)
    return (output, [LSTMState(c: next, h: output)])
  }

  /// What is forgotten makes room for what is new.
  static let coupled = CustomCell("coupled gates") { weights, units, x, state in
    let depth = x.shape[-1] ?? 0
    let z =
      matmul(concat([x, state[0].h], axis: 1), weights("W", [depth + units, 3 * units]))
      + weights("b", [3 * units])
    let gates = split(z, into: 3, axis: 1)
    let f = sigmoid(gates[0])
    let next = f * state[0].c + (1 - f) * tanh(gates[1])
    let output = sigmoid(gates[2]) * tanh(next)
    return (output, [LSTMState(c: next, h: output)])
  }

  /// Coupled gates, and a state that is normalised before it is given out.
  static let normalized = CustomCell("coupled gates and a normalised state") {
    weights, units, x, state in
    let depth = x.shape[-1] ?? 0
    let z =
      matmul(concat([x, state[0].h], axis: 1), weights("W", [depth + units, 3 * units]))
      + weights("b", [3 * units])
    let gates = split(z, into: 3, axis: 1)
    let f = sigmoid(gates[0])
    let next = f * state[0].c + (1 - f) * tanh(gates[1])
    let centred = next - reduceMean(next, axis: 1, keepDims: true)
    let variance = reduceMean(square(centred), axis: 1, keepDims: true)
    let normal = centred * rsqrt(variance + 1e-3) * (weights("gamma", [units]) + 1)
    let output = sigmoid(gates[2]) * tanh(normal + weights("beta", [units]))
    return (output, [LSTMState(c: next, h: output)])
  }

  /// Two layers with the same weights.
  static let sharing = CustomCell("two layers that share weights", layers: 2) {
    weights, units, x, state in
    let (kernel, bias) = (weights("W", [2 * units, 4 * units]), weights("b", [4 * units]))
    var output = x
    let next = state.map { state in
      let gates = split(
        matmul(concat([output, state.h], axis: 1), kernel) + bias, into: 4, axis: 1)
      let c = sigmoid(gates[2] + 1) * state.c + sigmoid(gates[0]) * tanh(gates[1])
      output = sigmoid(gates[3]) * tanh(c)
      return LSTMState(c: c, h: output)
    }
    return (output, next)
  }

  /// What a step is given is added to what it gives out, and kept in its state.
  static let residual = CustomCell("a residual input") { weights, units, x, state in
    let z =
      matmul(concat([x, state[0].h], axis: 1), weights("W", [2 * units, 4 * units]))
      + weights("b", [4 * units])
    let gates = split(z, into: 4, axis: 1)
    let next = sigmoid(gates[2] + 1) * state[0].c + sigmoid(gates[0]) * tanh(gates[1])
    let output = sigmoid(gates[3]) * tanh(next) + x
    return (output, [LSTMState(c: next, h: output)])
  }
}

/// The loss of a character model with a cell, and what a training step computes.
struct CellModel {
  let graph = Graph(seed: 1)
  let inputs, targets, keepProb, loss: Tensor
  let variables: [Variable]
  let gradients: [Tensor]
  let train: Operation

  /// How characters become inputs of the cell.
  enum Input: Sendable { case oneHot, embedded }

  init(
    _ cell: CustomCell, _ input: Input, vocabulary: Int = 7, dtype: DType = .float32
  ) {
    inputs = graph.placeholder(.int32, shape: [nil, nil], name: "inputs")
    targets = graph.placeholder(.int32, shape: [nil, nil], name: "targets")
    keepProb = graph.placeholder(dtype, shape: [], name: "keep_prob")
    let x =
      switch input {
      case .oneHot: oneHot(inputs, depth: vocabulary, dtype: dtype)
      case .embedded:
        embeddingLookup(
          graph.getVariable("embedding", shape: [vocabulary, cell.units], dtype), inputs)
      }
    let (outputs, _) = dynamicRNN(DropoutWrapper(cell, outputKeepProb: keepProb), inputs: x)
    let logits = dense(outputs, units: vocabulary, name: "logits")
    loss = reduceMean(sparseSoftmaxCrossEntropyWithLogits(labels: targets, logits: logits))
    variables = graph.collection(.trainableVariables)
    gradients = GraphEngine.gradients(
      of: loss, withRespectTo: variables.map(\.value), unconnected: .zeros
    ).compactMap { $0 }
    train = AdamOptimizer(learningRate: 0.01).minimize(loss)
  }

  /// What the compiler makes of a training step.
  func compiled(batch: Int, time: Int) throws -> Program {
    if let error = graph.error { throw error }
    return try Compiler.compile(
      graph: graph, fetches: [loss], targets: [train], feeds: [inputs, targets, keepProb],
      feedTypes: [
        TensorType(.int32, exact: [batch, time]), TensorType(.int32, exact: [batch, time]),
        TensorType(.float32, exact: []),
      ]
    ).program
  }
}
