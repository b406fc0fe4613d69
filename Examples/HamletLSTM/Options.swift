import ArgumentParser
import Foundation

/// The directory of this program's sources; what it keeps stands in `.work` there by default.
private let home = URL(filePath: #filePath).deletingLastPathComponent()

/// What is trained, and how.
struct TrainingOptions: ParsableArguments {
  /// Where the text is by default.
  static let hamlet = home.appending(path: ".work/hamlet.txt").path

  @Option(help: "The text, in UTF-8. (default: \(hamlet))")
  var text: String?

  @Option(
    help: ArgumentHelp(
      "Train the graph of a file, such as graphs/hamlet-lstm.pbtxt, instead of declaring one.",
      discussion: "The options of the model, and the seed of weights and dropout, are the file's.",
      valueName: "file"))
  var graph: String?

  @Option(
    help: ArgumentHelp(
      "Write the graphs that train and that write into a directory, and end.", valueName: "dir"))
  var writeGraphs: String?

  @Option(
    help: ArgumentHelp(
      "The epoch to train up to; with --resume, where that one is done, how many more.",
      valueName: "n"))
  var epochs = 50

  @Option(help: ArgumentHelp("Width of each layer.", valueName: "n"))
  var units = 512

  @Option(help: ArgumentHelp("Number of recurrent layers.", valueName: "n"))
  var layers = 1

  @Option(help: "The recurrent cell: \(CellKind.allCases.map(\.rawValue).joined(separator: ", ")).")
  var cell = CellKind.lstm

  @Option(help: ArgumentHelp("Rows of a batch.", valueName: "n"))
  var batch = 50

  @Option(help: ArgumentHelp("Characters of a row.", valueName: "n"))
  var time = 50

  @Option(help: ArgumentHelp("Adam's learning rate.", valueName: "x"))
  var learningRate = 0.01

  @Option(help: ArgumentHelp("The largest norm of the gradients; 0: any.", valueName: "x"))
  var clipNorm = 5.0

  @Option(help: ArgumentHelp("The part of the outputs that dropout keeps.", valueName: "x"))
  var keepProb = 0.5

  @Option(
    help: ArgumentHelp(
      "How much a moving average of the weights keeps with each step; it validates and writes in "
        + "their place. 0: none.", valueName: "x"))
  var average = 0.99

  @Flag(help: "Start each batch with the state that the one before ended with.")
  var carryState = false

  @Option(
    help: ArgumentHelp("Stop after so many epochs without a better one; 0: never.", valueName: "n"))
  var patience = 0

  @Option(help: ArgumentHelp("The last part of the text validates; 0: none.", valueName: "x"))
  var holdOut = 0.1

  @Flag(help: "Sum the training losses instead of taking each batch's loss again after its step.")
  var fastLoss = false

  @Flag(help: "Go on where the last run in --out ended, with its text and its settings.")
  var resume = false

  /// What is to be trained.
  func settings(seed: Int, vocabulary: String) -> Settings {
    Settings(
      cell: cell, units: units, layers: layers, batch: batch, time: time,
      learningRate: learningRate, clipNorm: clipNorm, keepProb: keepProb, average: average,
      carryState: carryState, holdOut: holdOut, fastLoss: fastLoss, seed: seed,
      graph: graph.map { URL(filePath: $0).standardizedFileURL.path }, vocabulary: vocabulary)
  }

  func validate() throws {
    func require(_ condition: Bool, _ message: String) throws {
      guard condition else { throw ValidationError(message) }
    }
    try require(epochs > 0, "--epochs must be above 0")
    try require(units > 0 && layers > 0, "--units and --layers must be above 0")
    try require(batch > 0 && time > 0, "--batch and --time must be above 0")
    try require(learningRate > 0, "--learning-rate must be above 0")
    try require(clipNorm >= 0 && patience >= 0, "--clip-norm and --patience cannot be negative")
    try require(keepProb > 0 && keepProb <= 1, "--keep-prob must be above 0 and at most 1")
    try require(average >= 0 && average < 1, "--average must be at least 0 and below 1")
    try require(holdOut >= 0 && holdOut < 1, "--hold-out must be at least 0 and below 1")
  }
}

/// What is written when the training is done.
struct WritingOptions: ParsableArguments {
  @Option(help: ArgumentHelp("How many characters to write.", valueName: "n"))
  var characters = 500

  @Option(help: ArgumentHelp("How daring the writing is.", valueName: "x"))
  var temperature = 0.8

  @Flag(help: "Always take the likeliest character.")
  var greedy = false

  @Flag(help: "For each character read the last --time ones anew, from a zero state.")
  var window = false

  @Flag(help: "Train nothing: write with the weights in --out.")
  var generateOnly = false

  @Option(
    help: ArgumentHelp(
      "Write with the graph of a file, such as graphs/hamlet-generate.pbtxt.", valueName: "file"))
  var writingGraph: String?

  func validate() throws {
    guard characters >= 0 else { throw ValidationError("--characters cannot be negative") }
    guard temperature > 0 else { throw ValidationError("--temperature must be above 0") }
  }
}

/// What both have in common.
struct CommonOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Seed of weights, dropout and writing.", valueName: "n"))
  var seed: Int?

  @Option(help: ArgumentHelp("Number of threads that compute.", valueName: "n"))
  var workers: Int?

  @Option(help: ArgumentHelp("Where weights, vocabulary and text are kept.", valueName: "dir"))
  var out = home.appending(path: ".work/model").path

  func validate() throws {
    guard workers ?? 1 > 0 else { throw ValidationError("--workers must be above 0") }
  }
}
