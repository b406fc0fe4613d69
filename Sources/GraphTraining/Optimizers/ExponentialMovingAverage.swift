internal import GraphArrays
public import GraphEngine

/// Moving averages of variables, which are kept in variables of their own.
///
///     average -= (1 - decay) * (average - variable)
///
/// Averages of weights over the last steps of a training often do better than the last weights:
/// Polyak and Juditsky, Acceleration of stochastic approximation by averaging, 1992.
/// TF: `tf.train.ExponentialMovingAverage`.
///
///     let averages = ExponentialMovingAverage(decay: 0.99)
///     let step = graph.controlDependencies([train]) { averages.apply(to: variables, in: graph) }
public struct ExponentialMovingAverage: Sendable {
  /// What the averages are called after their variables, and the scope of the update.
  public let name: String
  private let slots = OptimizerSlots()
  private let decay: any TensorConvertible
  private let updates: Tensor?

  /// Averages with this decay, a number or a scalar tensor; usual ones are 0.9 to 0.9999.
  ///
  /// - Parameter updates: How many updates were made before, a scalar of any number's dtype. With
  ///   it the decay is at most `(1 + updates) / (10 + updates)`: averages move fast at first.
  public init(
    decay: any TensorConvertible, updates: Tensor? = nil, name: String = "ExponentialMovingAverage"
  ) {
    self.decay = decay
    self.updates = updates
    self.name = name
  }

  /// Declares an operation that moves the averages of `variables` towards them.
  ///
  /// Averages are made the first time, called `VARIABLE/ExponentialMovingAverage`; they start as
  /// their variables do. Without control dependencies the values before the run's own assignments
  /// are taken: an update belongs behind the training step.
  public func apply(to variables: [Variable], in graph: Graph) -> Operation {
    for variable in variables {
      slots.makeSlot(
        "average", of: variable, optimizer: name,
        initializer: Initializer { _, _, _ in variable.initialValue })
    }
    return graph.nameScope(name) {
      let scope = graph.currentNameScope
      var decay = setting(self.decay, named: "decay", in: graph)
      if let updates {
        let count = cast(updates, to: .float32, name: "num_updates")
        decay = minimum(decay, (1 + count) / (10 + count))
      }
      let moves = variables.compactMap { variable in
        average(of: variable).map { move($0, towards: variable, decay, in: graph) }
      }
      return graph.group(moves, name: "\(scope)/")
    }
  }

  /// The average of a variable; nil before `apply(to:in:)` has named it.
  public func average(of variable: Variable) -> Variable? { slots.slot("average", of: variable) }

  private func move(
    _ average: Variable, towards variable: Variable, _ decay: Tensor, in graph: Graph
  ) -> Operation {
    graph.nameScope("AssignMovingAverage") {
      let scope = graph.currentNameScope
      let share = (1 - decay).setting(for: variable)
      let delta = (average.read() - variable.read()) * share
      return assignSub(average.value, delta, name: "\(scope)/")
    }
  }
}
