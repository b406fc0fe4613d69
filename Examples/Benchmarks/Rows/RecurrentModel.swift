import StaticGraph

/// What the sizes of a recurrent model are, in the words of `peer_protocol.py`.
struct RecurrentSettings: Encodable, Sendable {
  var cell = "lstm"
  var layers = 1
  var vocabulary = 65
  var batch = 50
  var time = 50
  var units = 512
  var keepProb: Float = 0.5
  var learningRate: Float = 0.01
  var threads = 2

  /// Of a training step: 24 B T H^2 (2 L - 1) + 6 B T H V, a multiplication and addition counted
  /// as two. The product of the one-hot input is not counted.
  var flops: Double {
    let (steps, units) = (Double(batch * time), Double(units))
    return 24 * steps * units * units * Double(2 * layers - 1)
      + 6 * steps * units * Double(vocabulary)
  }
}

/// The model as a graph, with a session in which its variables have their first values.
struct RecurrentModel {
  let inputs, targets, keepProb, loss: Tensor
  let train: Operation
  let variables: [Variable]
  let gradients: [Tensor?]
  let session: Session
  private let characters: NDArray

  init(_ settings: RecurrentSettings, workers: Int) throws {
    let graph = Graph(seed: 1)
    inputs = graph.placeholder(.int32, shape: [nil, nil], name: "inputs")
    targets = graph.placeholder(.int32, shape: [nil, nil], name: "targets")
    keepProb = graph.placeholder(.float32, shape: [], name: "keep_prob")
    let cell = DropoutWrapper(BasicLSTMCell(units: settings.units), outputKeepProb: keepProb)
    let (outputs, _) = dynamicRNN(cell, inputs: oneHot(inputs, depth: settings.vocabulary))
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

  /// Random characters, and others as the targets.
  func batch(_ index: Int) -> (inputs: NDArray, targets: NDArray) {
    (characters[2 * index], characters[2 * index + 1])
  }
}
