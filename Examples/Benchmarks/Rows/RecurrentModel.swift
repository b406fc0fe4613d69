import StaticGraph

/// A kind of recurrent cell, by the names that peers know.
enum RecurrentCell: String, Codable, Sendable {
  case lstm, gru
  /// A long short-term memory cell whose gates see the memory.
  case peephole

  /// The products of a step, each of a state by a square matrix.
  var products: Int { self == .gru ? 3 : 4 }
}

/// What the sizes of a recurrent model are, in the words of `peer_protocol.py`.
struct RecurrentSettings: Codable, Sendable {
  var workload = "recurrent"
  var cell = RecurrentCell.lstm
  var layers = 1
  var vocabulary = 65
  var batch = 50
  var time = 50
  var units = 512
  var keepProb: Float = 0.5
  var learningRate: Float = 0.01
  var threads = 2

  /// Of a training step: 6 G B T H^2 (2 L - 1) + 6 B T H V for cells of G gates, a multiplication
  /// and addition counted as two. The product of the one-hot input is not counted.
  var flops: Double {
    let (steps, units) = (Double(batch * time), Double(units))
    return 6 * Double(cell.products) * steps * units * units * Double(2 * layers - 1)
      + 6 * steps * units * Double(vocabulary)
  }
}

/// The model as a graph, with a session in which its variables have their first values.
struct RecurrentModel: TrainingModel {
  let loss: Tensor
  let train: Operation
  let variables: [Variable]
  let gradients: [Tensor?]
  let session: Session
  private let inputs, targets, keepProb: Tensor
  private let settings: RecurrentSettings
  private let characters: NDArray

  /// - Parameter isHandmade: Whether the cell is written from primitives, in place of the library's.
  init(_ settings: RecurrentSettings, workers: Int, isHandmade: Bool = false) throws {
    self.settings = settings
    let graph = Graph(seed: 1)
    inputs = graph.placeholder(.int32, shape: [nil, nil], name: "inputs")
    targets = graph.placeholder(.int32, shape: [nil, nil], name: "targets")
    keepProb = graph.placeholder(.float32, shape: [], name: "keep_prob")
    let input = oneHot(inputs, depth: settings.vocabulary)
    let (units, layers) = (settings.units, settings.layers)
    let outputs =
      switch settings.cell {
      case .lstm where isHandmade:
        Self.outputs(HandmadeCell(units: units), layers, input, keepProb)
      case .lstm: Self.outputs(BasicLSTMCell(units: units), layers, input, keepProb)
      case .gru: Self.outputs(GRUCell(units: units), layers, input, keepProb)
      case .peephole:
        Self.outputs(LSTMCell(units: units, usePeepholes: true), layers, input, keepProb)
      }
    let logits = dense(outputs, units: settings.vocabulary, name: "logits")
    loss = reduceMean(sparseSoftmaxCrossEntropyWithLogits(labels: targets, logits: logits))
    let optimizer = AdamOptimizer(learningRate: settings.learningRate)
    let pairs = optimizer.computeGradients(loss)
    variables = pairs.map(\.variable)
    gradients = pairs.map(\.gradient)
    train = optimizer.applyGradients(pairs)
    let random = graph.randomInt(
      [2 * LossCheck.batches, settings.batch, settings.time], min: 0, max: settings.vocabulary)
    session = try Session(graph, options: .init(workers: workers))
    try session.run(graph.globalVariablesInitializer())
    characters = try session.run(random)
  }

  /// The outputs of layers of a cell, with dropout on the last one's.
  private static func outputs(
    _ cell: some RNNCell, _ layers: Int, _ inputs: Tensor, _ keepProb: Tensor
  ) -> Tensor {
    guard layers > 1 else {
      return dynamicRNN(DropoutWrapper(cell, outputKeepProb: keepProb), inputs: inputs).outputs
    }
    let stack = MultiRNNCell(Array(repeating: cell, count: layers))
    return dynamicRNN(DropoutWrapper(stack, outputKeepProb: keepProb), inputs: inputs).outputs
  }

  /// Random characters, and others as the targets.
  func batch(_ index: Int) -> (inputs: NDArray, targets: NDArray) {
    (characters[2 * index], characters[2 * index + 1])
  }

  /// Without dropout where it is checked.
  func feeds(_ batch: (inputs: NDArray, targets: NDArray), isChecked: Bool) -> Feeds {
    [
      inputs: batch.inputs, targets: batch.targets,
      keepProb: isChecked ? 1 : settings.keepProb,
    ]
  }
}
