import StaticGraph

/// What a character costs that a model draws inside of the graph, one after another with the state
/// carried: one-hot input, an LSTM, a dense layer, a draw. Random weights.
struct Generation: Row {
  let name: String
  let units: Int

  private static let vocabulary = 65
  private static let characters = 1000

  private struct Workload: Encodable {
    let workload = "generate"
    let units, vocabulary, threads: Int
  }

  /// PyTorch's model is called for each character.
  func rivals(_ setting: Setting) throws -> [any Contender] {
    try setting.start(
      [.pytorch],
      Workload(units: units, vocabulary: Generation.vocabulary, threads: setting.workers))
  }

  func prepare(_ setting: Setting) throws -> any Contender {
    let graph = Graph(seed: 1)
    let cell = BasicLSTMCell(units: units)
    let vocabulary = Generation.vocabulary
    let first = graph.placeholder(.int32, shape: [1], name: "first")
    let kernel = graph.getVariable("logits/kernel", shape: [units, vocabulary])
    let bias = graph.getVariable("logits/bias", shape: [vocabulary], initializer: .zeros)
    let zeros = cell.zeroState(for: oneHot(first, depth: vocabulary))
    let (text, _) = scan(
      graph.range(0, Generation.characters, 1), initial: first, zeros
    ) { _, id, state in
      let (output, next) = cell(oneHot(id, depth: vocabulary), state)
      let logits = matmul(output, kernel) + bias
      let draw = multinomial(logits, samples: 1)
      return (reshape(cast(draw, to: .int32), [1]), next)
    }
    let session = try Session(graph, options: .init(workers: setting.workers))
    try session.run(graph.globalVariablesInitializer())
    let call = try session.makeCallable(feeds: first, fetches: text)
    let start = NDArray([Int32(1)], shape: [1])
    return Local(units: Generation.characters) { _ = try call(start) }
  }
}
