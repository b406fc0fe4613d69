import StaticGraph

/// The model, its loss and its training step.
struct TrainingGraph {
  let model: CharacterModel
  /// The part of the outputs that dropout keeps.
  let keepProb: Tensor
  /// The ids that follow, `[batch, time]`.
  let targets: Tensor
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

  init(_ settings: Settings) {
    let graph = Graph(seed: graphSeed(settings.seed))
    keepProb = graph.placeholder(.float32, shape: [], name: "keep_prob")
    targets = graph.placeholder(.int32, shape: [nil, nil], name: "targets")
    model = CharacterModel(settings, in: graph, keepProb: keepProb)
    loss = reduceMean(
      sparseSoftmaxCrossEntropyWithLogits(labels: targets, logits: model.logits), name: "loss")

    let optimizer = AdamOptimizer(learningRate: settings.learningRate)
    let pairs = optimizer.computeGradients(loss)
    var gradients = pairs.map(\.gradient)
    norm = globalNorm(gradients)
    if settings.clipNorm > 0 {
      gradients = clipByGlobalNorm(gradients, norm: settings.clipNorm, useNorm: norm).clipped
    }
    let checks = [
      checkNumerics(loss, message: "the loss"), checkNumerics(norm, message: "the gradients"),
    ]
    let weights = pairs.map(\.variable)
    let averages = ExponentialMovingAverage(
      decay: settings.average, updates: settings.average > 0 ? graph.createGlobalStep() : nil)
    let step = graph.controlDependencies(checks.map(\.operation)) {
      optimizer.applyGradients(
        Array(zip(gradients, weights)), globalStep: graph.globalStep)
    }
    train =
      settings.average > 0
      ? graph.controlDependencies([step]) { averages.apply(to: weights, in: graph) } : step
    results = weights.map { (trained: $0, kept: averages.average(of: $0) ?? $0) }
    initialize = graph.globalVariablesInitializer()
  }

  var graph: Graph { model.graph }

  /// What one step is fed.
  func feeds(
    _ inputs: NDArray, _ targets: NDArray, keepProb: Double, state: [NDArray]?
  ) -> Feeds {
    var feeds: Feeds = [model.inputs: inputs, self.targets: targets, self.keepProb: keepProb]
    if let state { feeds.add(state, for: model.initialState) }
    return feeds
  }
}
