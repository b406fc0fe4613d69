import ExampleFiles
import Foundation
import StaticGraph

/// The model, its loss and its training step.
struct TrainingGraph {
  /// What `--write-graphs` calls the file.
  static let fileName = "hamlet-lstm.pbtxt"

  let graph: Graph
  /// Ids `[batch, time]`.
  let inputs: Tensor
  /// The ids that follow, `[batch, time]`.
  let targets: Tensor
  /// The part of the outputs that dropout keeps.
  let keepProb: Tensor
  /// Adam's learning rate.
  let learningRate: Tensor
  /// The state before the first character; zeros where nothing is fed.
  let initialState: [Tensor]
  /// The state after the last character.
  let finalState: [Tensor]
  /// The mean loss, in nats a character.
  let loss: Tensor
  /// The norm of all gradients together, before they are clipped.
  let norm: Tensor
  /// Changes the weights; where loss or gradients are not finite it fails and changes nothing.
  let train: StaticGraph.Operation
  /// The weights that validate and write: by the variables that are trained, these themselves or
  /// their moving averages.
  let results: [(trained: Variable, kept: Variable)]
  /// Gives the weights their first values.
  let initialize: StaticGraph.Operation

  /// Declares all of it.
  init(_ settings: Settings) {
    let graph = Graph(seed: graphSeed(settings.seed))
    keepProb = graph.placeholder(.float32, shape: [], name: "keep_prob")
    let targets = graph.placeholder(.int32, shape: [nil, nil], name: "targets")
    let model = CharacterModel(settings, in: graph, keepProb: keepProb)
    inputs = model.inputs
    initialState = model.initialState
    finalState = model.finalState
    // The mean has the name of the scope that its parts stand in.
    let loss = graph.nameScope("loss") {
      reduceMean(
        sparseSoftmaxCrossEntropyWithLogits(labels: targets, logits: model.logits), name: "loss/")
    }

    learningRate = graph.placeholder(withDefault: settings.learningRate, name: "learning_rate")
    let optimizer = AdamOptimizer(learningRate: learningRate)
    let pairs = optimizer.computeGradients(loss)
    var gradients = pairs.map(\.gradient)
    let norm = graph.nameScope("clipping") {
      let norm = identity(globalNorm(gradients), name: "norm")
      if settings.clipNorm > 0 {
        gradients = clipByGlobalNorm(gradients, norm: settings.clipNorm, useNorm: norm).clipped
      }
      return norm
    }
    let checks = graph.nameScope("checks") {
      [
        checkNumerics(loss, message: "the loss", name: "loss"),
        checkNumerics(norm, message: "the gradients", name: "gradients"),
      ]
    }
    let weights = pairs.map(\.variable)
    let averages = ExponentialMovingAverage(
      decay: settings.average, updates: settings.average > 0 ? graph.createGlobalStep() : nil)
    let step = graph.controlDependencies(checks.map(\.operation)) {
      optimizer.applyGradients(
        Array(zip(gradients, weights)), globalStep: graph.globalStep)
    }
    let updates =
      settings.average > 0
      ? graph.controlDependencies([step]) { averages.apply(to: weights, in: graph) } : step
    train = graph.group([updates], name: "train")
    results = weights.map { (trained: $0, kept: averages.average(of: $0) ?? $0) }
    initialize = graph.globalVariablesInitializer()
    (self.graph, self.targets, self.loss, self.norm) = (graph, targets, loss, norm)
  }

  /// Reads it from a file that `--write-graphs` wrote; nothing is declared.
  ///
  /// - Parameter vocabularySize: The number of characters of the text, which must be the model's.
  init(contentsOf file: URL, vocabularySize: Int) throws {
    let model = try ExampleModel(contentsOf: file)
    graph = model.graph
    inputs = try model.tensor("inputs")
    targets = try model.tensor("targets")
    keepProb = try model.tensor("keep_prob")
    learningRate = try model.tensor("learning_rate")
    initialState = try model.state("initial_state")
    finalState = try model.state("final_state")
    loss = try model.tensor("loss")
    norm = try model.tensor("clipping/norm")
    train = try model.operation("train")
    initialize = try model.operation("init")
    let variables = graph.collection(.globalVariables)
    let byName = Dictionary(
      variables.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    results = graph.collection(.trainableVariables).map { variable in
      (trained: variable, kept: byName["\(variable.name)/ExponentialMovingAverage"] ?? variable)
    }
    let scores = try model.tensor("predictions").shape.dimensions?.last ?? nil
    guard scores == vocabularySize else {
      throw ProgramError(
        "\(file.path) is for a text of \(scores.map(String.init) ?? "?") different characters, and "
          + "this one has \(vocabularySize)")
    }
  }

  /// What one step is fed.
  func feeds(
    _ inputs: NDArray, _ targets: NDArray, _ settings: Settings, keepProb: Double,
    state: [NDArray]?
  ) -> Feeds {
    var feeds: Feeds = [
      self.inputs: inputs, self.targets: targets, self.keepProb: keepProb,
      learningRate: settings.learningRate,
    ]
    if let state { feeds.add(state, for: initialState) }
    return feeds
  }
}
