import ArgumentParser
import ExampleFiles
import Foundation
import StaticGraph

/// Trains a recurrent network on a text, character by character, and lets it write.
@main
struct HamletLSTM: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "HamletLSTM",
    abstract: "Trains a recurrent network on a text, character by character, and lets it write.")

  @OptionGroup(title: "Training") var training: TrainingOptions
  @OptionGroup(title: "Writing") var writing: WritingOptions
  @OptionGroup(title: "Common") var common: CommonOptions

  func run() throws {
    if let directory = training.writeGraphs {
      try writeGraphs(into: directory)
      return
    }
    let files = ModelFiles(directory: URL(filePath: common.out))
    if !writing.generateOnly {
      var trainer = try makeTrainer(files)
      switch try trainer.train(epochs: training.epochs, patience: training.patience) {
      case .finished: break
      case .interrupted:
        print("Interrupted. To go on: HamletLSTM --resume --out \(common.out)")
        throw ExitCode(130)
      }
    }
    try write(files)
  }

  private func makeTrainer(_ files: ModelFiles) throws -> Trainer {
    if training.resume {
      let settings = try files.settings()
      let corpus = try TextCorpus(contentsOf: files.text)
      return try Trainer(settings, corpus, files, workers: common.workers, resuming: true)
    }
    let corpus = try TextCorpus(
      contentsOf: URL(filePath: training.text ?? TrainingOptions.hamlet), lowercased: true)
    let settings = training.settings(
      seed: common.seed ?? Int.random(in: 1..<1 << 31), vocabulary: corpus.characters)
    try files.begin(settings, text: corpus.decode(corpus.ids))
    return try Trainer(settings, corpus, files, workers: common.workers, resuming: false)
  }

  /// Writes both graphs: for Hamlet's characters, or those of another text.
  private func writeGraphs(into directory: String) throws {
    var characters = Settings.charactersOfHamlet
    if let text = training.text {
      characters = try TextCorpus(contentsOf: URL(filePath: text), lowercased: true).characters
    }
    let seed = common.seed ?? 1
    let settings = training.settings(seed: seed, vocabulary: characters)
    try ExampleModel.write(
      TrainingGraph(settings).graph, as: TrainingGraph.fileName, into: directory)
    try ExampleModel.write(
      WritingGraph(settings, seed: seed).graph, as: WritingGraph.fileName, into: directory)
  }

  private func write(_ files: ModelFiles) throws {
    let settings = try files.settings()
    let corpus = try TextCorpus(contentsOf: files.text)
    let seed = common.seed ?? Int.random(in: 1..<1 << 31)
    let model =
      if let file = writing.writingGraph {
        try WritingGraph(contentsOf: URL(filePath: file))
      } else {
        WritingGraph(settings, seed: seed)
      }
    let writer = try Writer(
      model, weights: files.bestWeights(), time: settings.time, workers: common.workers)
    let passage = corpus.randomPassage(length: settings.time, seed: seed)
    let text = try writer.write(
      after: passage, characters: writing.characters, window: writing.window,
      temperature: writing.greedy ? nil : writing.temperature)
    print("\nA passage of the text:\n\(corpus.decode(passage))")
    print("\nThe model goes on:\n\(corpus.decode(text))")
  }
}

extension TextCorpus {
  /// The different characters of the text, in the order of their ids.
  var characters: String { decode(vocabulary.indices.map(Int32.init)) }

  /// Characters from a random place, the same one for the same seed.
  func randomPassage(length: Int, seed: Int) -> [Int32] {
    let places = UInt64(max(1, ids.count - length + 1))
    return Array(ids.dropFirst(Int(mixed(seed) % places)).prefix(length))
  }
}
