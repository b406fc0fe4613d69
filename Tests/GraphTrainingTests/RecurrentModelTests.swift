import StaticGraph
import Testing

/// A row of `Tests/Fixtures/recurrent/index.json`.
struct RecurrentCase: Decodable, Sendable, CustomTestStringConvertible {
  let name: String
  let cell: String
  let layers: Int
  let sequenceLength: Bool
  let units: Int
  let projection: Int?
  let cellClip: Double?
  let file: String

  var testDescription: String { name }
}

/// The model of `Tests/Fixtures/recurrent/make.py`.
struct RecurrentModel {
  let graph = Graph()
  let inputs: Tensor
  let targets: Tensor
  let lengths: Tensor?
  let outputs: Tensor
  let states: [Tensor]
  let loss: Tensor
  let weights: [Variable]
  let gradients: [Tensor?]
  let train: Operation

  init(_ row: RecurrentCase) {
    inputs = graph.placeholder(.int32, shape: [nil, nil], name: "inputs")
    targets = graph.placeholder(.int32, shape: [nil, nil], name: "targets")
    lengths = row.sequenceLength ? graph.placeholder(.int32, shape: [nil], name: "lengths") : nil
    let x = oneHot(inputs, depth: 11)
    let sequenceLength = lengths
    func run(_ cell: some RNNCell) -> (Tensor, [Tensor]) {
      if row.layers == 1 {
        let result = dynamicRNN(cell, inputs: x, sequenceLength: sequenceLength)
        return (result.outputs, result.finalState.tensors)
      }
      let cells = MultiRNNCell(Array(repeating: cell, count: row.layers))
      let result = dynamicRNN(cells, inputs: x, sequenceLength: sequenceLength)
      return (result.outputs, result.finalState.tensors)
    }
    switch row.cell {
    case "basic_rnn": (outputs, states) = run(BasicRNNCell(units: row.units))
    case "gru": (outputs, states) = run(GRUCell(units: row.units))
    case "lstm": (outputs, states) = run(BasicLSTMCell(units: row.units))
    default:
      let cell = LSTMCell(
        units: row.units, usePeepholes: true, cellClip: row.cellClip, projection: row.projection)
      (outputs, states) = run(cell)
    }
    let logits = dense(outputs, units: 11, name: "logits")
    loss = reduceMean(sparseSoftmaxCrossEntropyWithLogits(labels: targets, logits: logits))
    weights = graph.collection(.trainableVariables)
    gradients = StaticGraph.gradients(of: loss, withRespectTo: weights.map(\.value))
    train = AdamOptimizer(learningRate: 0.001).minimize(loss)
  }

  /// What batch `index` of the cycle feeds.
  func feeds(_ arrays: NPZ, batch index: Int) throws -> Feeds {
    var feeds: Feeds = [
      inputs: try arrays.array("inputs")[index], targets: try arrays.array("targets")[index],
    ]
    if let lengths { feeds.add(try arrays.array("lengths")[index], for: lengths) }
    return feeds
  }
}

@Suite("Recurrent models against TensorFlow")
struct RecurrentModelTests {
  static let cases = TrainingFixtures.rows("recurrent/index.json", as: RecurrentCase.self)

  @Test("There is a case for each cell, with one and two layers, with and without lengths")
  func caseCount() { #expect(Self.cases.count == 20) }

  @Test("Variables have TensorFlow's names and shapes", arguments: cases)
  func variableNames(row: RecurrentCase) throws {
    let expected = try TrainingFixtures.arrays("recurrent/\(row.file)").arrays(under: "variable/")
    let model = RecurrentModel(row)
    #expect(model.graph.error == nil)
    #expect(Set(model.weights.map(\.name)) == Set(expected.keys))
    for variable in model.weights {
      #expect(variable.shape.known == expected[variable.name]?.shape, "\(variable.name)")
    }
  }

  @Test("Outputs, states, loss and gradients of the first step agree within 1e-5", arguments: cases)
  func firstStep(row: RecurrentCase) throws {
    let arrays = try TrainingFixtures.arrays("recurrent/\(row.file)")
    let model = RecurrentModel(row)
    let session = try Session(model.graph)
    try session.initialize(model.graph, arrays.arrays(under: "variable/"))
    let (outputs, states, loss, gradients) = try session.run(
      model.outputs, model.states, model.loss, model.gradients,
      feeding: model.feeds(arrays, batch: 0))
    expectClose(outputs, try arrays.array("outputs"), 1e-5, "outputs")
    expectClose(loss, try arrays.array("loss"), 1e-5, "loss")
    let names = row.cell.hasPrefix("lstm") ? ["/c", "/h"] : [""]
    let keys = (0..<row.layers).flatMap { layer in names.map { "state/\(layer)\($0)" } }
    try #require(keys.count == states.count)
    for (key, state) in zip(keys, states) { expectClose(state, try arrays.array(key), 1e-5, key) }
    for (variable, gradient) in zip(model.weights, gradients) {
      let expected = try arrays.array("gradient/\(variable.name)")
      expectClose(try #require(gradient), expected, 1e-5, variable.name)
    }
  }

  @Test("Each loss of 100 steps of Adam agrees within 1e-4", arguments: cases)
  func hundredSteps(row: RecurrentCase) throws {
    let arrays = try TrainingFixtures.arrays("recurrent/\(row.file)")
    let expected = try arrays.array("losses").scalars(as: Double.self)
    let model = RecurrentModel(row)
    let session = try Session(model.graph)
    try session.initialize(model.graph, arrays.arrays(under: "variable/"))
    for step in 0..<100 {
      let (loss, _) = try session.run(
        model.loss, model.train, feeding: model.feeds(arrays, batch: step % 4))
      let difference = abs(loss.scalar(as: Double.self) - expected[step])
      #expect(difference <= 1e-4 * abs(expected[step]), "step \(step)")
    }
  }

  @Test("The numbers of workers give the same bits")
  func workers() throws {
    let row = try #require(Self.cases.first { $0.name == "lstm_2_lengths" })
    let arrays = try TrainingFixtures.arrays("recurrent/\(row.file)")
    let losses = try [1, 2, 4].map { workers in
      let model = RecurrentModel(row)
      let session = try Session(model.graph, options: .init(workers: workers))
      try session.initialize(model.graph, arrays.arrays(under: "variable/"))
      return try (0..<5).map { step in
        try session.run(model.loss, model.train, feeding: model.feeds(arrays, batch: step % 4))
          .0.scalar(as: Float.self)
      }
    }
    #expect(losses[0] == losses[1])
    #expect(losses[0] == losses[2])
  }
}
