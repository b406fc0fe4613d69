public import GraphEngine

/// Gradient descent: `variable -= learningRate * gradient`. TF: `tf.train.GradientDescentOptimizer`.
public struct GradientDescentOptimizer: Optimizer {
  /// `GradientDescent` by default.
  public let name: String
  /// None.
  public let slots = OptimizerSlots()
  private let learningRate: any TensorConvertible

  /// An optimiser with this learning rate, a number or a scalar tensor.
  public init(learningRate: any TensorConvertible, name: String = "GradientDescent") {
    self.learningRate = learningRate
    self.name = name
  }

  /// None are needed.
  public func makeSlots(for variables: [Variable], in graph: Graph) {}

  /// Rows of sparse gradients that occur more than once are subtracted one after another.
  public func makeUpdate(in graph: Graph) -> OptimizerUpdate {
    let rate = setting(learningRate, named: "learning_rate", in: graph)
    return OptimizerUpdate(
      dense: { gradient, variable in
        [
          graph.add(
            ResourceApplyGradientDescent(),
            [variable.handle, rate.setting(for: variable), gradient])
        ]
      },
      sparse: { values, indices, variable in
        let change = -values * rate.setting(for: variable)
        return [scatterAdd(variable.value, indices, change)]
      },
      sumsDuplicates: false)
  }
}
