import StaticGraph

/// Writes text with a trained model.
struct Writer {
  private let model: CharacterModel
  private let session: Session
  private let time: Int
  private let last: Tensor
  private let temperature: Tensor
  private let count: Tensor
  private let sampled: Choice
  private let greedy: Choice

  /// How characters are chosen.
  private struct Choice {
    /// Ids `[count]`, written inside of the graph with the state carried.
    var text: Tensor
    /// The id after the last of `inputs`, `[1]`.
    var next: Tensor
  }

  init(_ settings: Settings, weights: NPZ, seed: Int, workers: Int?) throws {
    let graph = Graph(seed: graphSeed(seed))
    let model = CharacterModel(settings, in: graph)
    let temperature = graph.placeholder(withDefault: 1.0, name: "temperature")
    let last = graph.placeholder(.int32, shape: [1], name: "last")
    let count = graph.placeholder(.int32, shape: [], name: "count")

    func choice(_ pick: (_ logits: Tensor) -> Tensor) -> Choice {
      let (text, _) = scan(
        graph.range(0, count, 1), initial: last, model.finalState
      ) { _, id, state in
        let next = model.step(id, state)
        return (pick(next.logits), next.state)
      }
      return Choice(text: reshape(text, [-1]), next: pick(model.logits[0..., -1]))
    }
    sampled = choice { logits in
      let draw = multinomial(logits / temperature, samples: 1)
      return reshape(cast(draw, to: .int32), [1])
    }
    greedy = choice { argmax($0, axis: 1, outputType: .int32) }
    graph.finalize()

    session = try Session(graph, options: .init(workers: workers))
    try session.assign(weights, to: graph.collection(.globalVariables))
    self.model = model
    self.last = last
    self.temperature = temperature
    self.count = count
    time = settings.time
  }

  /// Ids that go on from a passage.
  ///
  /// - Parameters:
  ///   - window: Whether each character comes from the last `time` ones alone, from zero state.
  ///   - temperature: What scores are divided by before a character is drawn; nil: the likeliest
  ///     one is taken.
  func write(
    after passage: [Int32], characters: Int, window: Bool, temperature: Double?
  ) throws -> [Int32] {
    guard let final = passage.last, characters > 0 else { return [] }
    let choice = temperature == nil ? greedy : sampled
    var feeds: Feeds = [self.temperature: temperature ?? 1]
    if window {
      var text = passage
      for _ in 0..<characters {
        var feeds = feeds
        feeds.add([Array(text.suffix(time))], for: model.inputs)
        text += try session.run(choice.next, feeding: feeds).scalars(as: Int32.self)
      }
      return Array(text.suffix(characters))
    }
    let beginning = Array(passage.dropLast())
    feeds.add(NDArray(beginning, shape: [1, beginning.count]), for: model.inputs)
    feeds.add([final], for: last)
    feeds.add(characters, for: count)
    return try session.run(choice.text, feeding: feeds).scalars(as: Int32.self)
  }
}
