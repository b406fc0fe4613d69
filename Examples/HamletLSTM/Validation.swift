import StaticGraph

/// The held-out text, read in a few long rows.
struct Validation {
  /// The loss of a bigram model, in nats a character.
  let bigram: Double
  private let inputs: NDArray
  private let targets: NDArray

  /// Nil where too little is held out.
  init?(_ text: TextCorpus, bigram model: BigramModel, rows: Int) {
    let rows = min(rows, text.ids.count - 1)
    guard rows > 0 else { return nil }
    let length = (text.ids.count - 1) / rows
    let shape = [rows, length]
    inputs = NDArray(Array(text.ids.prefix(rows * length)), shape: shape)
    targets = NDArray(Array(text.ids.dropFirst().prefix(rows * length)), shape: shape)
    bigram = model.natsPerCharacter(of: text)
  }

  /// The mean loss of a model without dropout, with the weights of a session, in nats a character.
  func loss(
    of training: TrainingGraph, _ settings: Settings, in session: Session
  ) throws -> Double {
    let feeds = training.feeds(inputs, targets, settings, keepProb: 1, state: nil)
    return try session.run(training.loss, feeding: feeds).scalar()
  }
}
