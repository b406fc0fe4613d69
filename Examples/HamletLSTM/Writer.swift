import StaticGraph

/// Writes text with a trained model.
struct Writer {
  private let model: WritingGraph
  private let session: Session
  private let time: Int

  /// A writer with these weights.
  ///
  /// - Parameter time: From how many characters a window is read.
  init(_ model: WritingGraph, weights: NPZ, time: Int, workers: Int?) throws {
    self.model = model
    self.time = time
    session = try Session(model.graph, options: .init(workers: workers))
    try session.assign(weights, to: model.graph.collection(.globalVariables))
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
    let choice = temperature == nil ? model.greedy : model.sampled
    var feeds: Feeds = [model.temperature: temperature ?? 1]
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
    feeds.add([final], for: model.last)
    feeds.add(characters, for: model.count)
    return try session.run(choice.text, feeding: feeds).scalars(as: Int32.self)
  }
}
