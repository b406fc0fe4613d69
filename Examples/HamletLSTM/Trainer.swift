import Foundation
import StaticGraph

/// Trains a model epoch by epoch.
struct Trainer {
  enum Outcome { case finished, interrupted }

  private let settings: Settings
  private let files: ModelFiles
  private let batches: [TextBatch]
  private let validation: Validation?
  private let training: TrainingGraph
  private let session: Session
  private let everything: [Variable]
  /// Holds the weights of the last epoch that validate.
  private let evaluation: Session
  private let interruption = Interruption()
  private var position = Position()
  /// The state that the next batch starts with, where states are carried.
  private var state: [NDArray]?

  init(
    _ settings: Settings, _ corpus: TextCorpus, _ files: ModelFiles, workers: Int?, resuming: Bool
  ) throws {
    self.settings = settings
    self.files = files
    let (text, heldOut) = corpus.split(holdingOut: settings.holdOut)
    batches = text.batches(size: settings.batch, sequenceLength: settings.time)
    guard !batches.isEmpty else {
      throw ProgramError(
        "the text has \(text.ids.count) characters, too few for one batch of \(settings.batch) rows "
          + "of \(settings.time)")
    }
    validation = Validation(heldOut, bigram: BigramModel(text), rows: settings.batch)
    training =
      if let file = settings.graph {
        try TrainingGraph(
          contentsOf: URL(filePath: file), vocabularySize: settings.vocabularySize)
      } else {
        TrainingGraph(settings)
      }
    let graph = training.graph
    everything = graph.collection(.globalVariables)
    graph.finalize()
    session = try Session(graph, options: .init(workers: workers))
    evaluation = try Session(graph, options: .init(workers: workers))
    if resuming {
      try restore()
    } else {
      try session.run(training.initialize)
    }
  }

  /// Trains up to an epoch; where that one is done already, so many more.
  mutating func train(epochs: Int, patience: Int) throws -> Outcome {
    let end = position.epochs < epochs ? epochs : position.epochs + epochs
    if settings.fastLoss { print("Losses are the sums of the training losses (--fast-loss).") }
    while position.epochs < end {
      var meter = ProgressMeter(
        epoch: position.epochs + 1, steps: batches.count, done: position.batches,
        epochsAfter: end - position.epochs - 1, charactersPerStep: settings.batch * settings.time)
      while position.batches < batches.count {
        try step(batches[position.batches])
        meter.advance()
        if interruption.isRequested, position.batches < batches.count {
          meter.clear()
          try save()
          return .interrupted
        }
      }
      meter.clear()
      try finishEpoch(meter)
      if interruption.isRequested { return .interrupted }
      if let best = position.best, patience > 0, position.epochs - best.epoch >= patience {
        print("No better epoch since epoch \(best.epoch).")
        break
      }
    }
    return .finished
  }

  /// One training step, and the loss after it.
  private mutating func step(_ batch: TextBatch) throws {
    if position.batches == 0 {
      state = nil
      position.epochLoss = 0
    }
    let feeds = training.feeds(
      batch.inputs, batch.targets, settings, keepProb: settings.keepProb, state: state)
    let evaluation = training.feeds(
      batch.inputs, batch.targets, settings, keepProb: 1, state: state)
    let (loss, final): (NDArray, [NDArray])
    do {
      (loss, final, _) = try session.run(
        training.loss, settings.carryState ? training.finalState : [], training.train,
        feeding: feeds)
    } catch {
      throw diagnosis(feeds, [training.loss, training.norm]) ?? error
    }
    var value: Float = loss.scalar()
    if !settings.fastLoss {
      value = try session.run(training.loss, feeding: evaluation).scalar()
      if !value.isFinite {
        throw diagnosis(evaluation, [training.loss])
          ?? ProgramError("the loss is \(value) at \(place)")
      }
    }
    position.epochLoss += value
    position.batches += 1
    if settings.carryState { state = final }
  }

  private mutating func finishEpoch(_ meter: ProgressMeter) throws {
    position.epochs += 1
    position.batches = 0
    print(String(format: "Epoch %2d loss %3.4f", position.epochs, position.epochLoss))
    var loss = Double(position.epochLoss)
    var line = "         "
    let weights = try results()
    if let validation {
      try evaluation.assign(weights, to: training.results.map(\.trained))
      loss = try validation.loss(of: training, settings, in: evaluation)
      line += String(
        format: "validation loss %.4f nats a character (bigram %.4f)  ", loss, validation.bigram)
    }
    print(line + meter.summary)
    if !(position.best.map { $0.loss <= loss } ?? false), loss.isFinite {
      position.best = Position.Best(epoch: position.epochs, loss: loss)
      try files.saveBest(weights)
    }
    state = nil
    try save()
    flush()
  }

  /// The weights that validate and write, by the names of those that are trained.
  private func results() throws -> NPZ {
    var arrays = NPZ()
    for (trained, kept) in training.results {
      arrays[trained.name] = try session.value(of: kept)
    }
    return arrays
  }

  private var place: String { "epoch \(position.epochs + 1), step \(position.batches + 1)" }

  private func diagnosis(_ feeds: Feeds, _ results: [Tensor]) -> ProgramError? {
    guard let culprit = firstNonFinite(of: results, feeding: feeds, in: session) else {
      return nil
    }
    let kept = position.best.map { "; the weights of epoch \($0.epoch) are kept" } ?? ""
    return ProgramError("\(place): \(culprit)\(kept)")
  }

  private mutating func save() throws {
    var arrays = try session.values(of: everything)
    for (index, part) in (state ?? []).enumerated() { arrays["state/\(index)"] = part }
    position.randomState = session.randomState
    try files.saveLast(arrays, position)
  }

  private mutating func restore() throws {
    let (arrays, position) = try files.loadLast()
    try session.assign(arrays, to: everything)
    session.randomState = position.randomState
    self.position = position
    let parts = training.finalState.indices.compactMap { arrays["state/\($0)"] }
    state = parts.isEmpty ? nil : parts
  }
}
