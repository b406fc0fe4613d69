public import GraphEngine

/// Gradient descent with momentum.
///
///     accumulator = momentum * accumulator + gradient
///     variable   -= learningRate * accumulator
///
/// and with Nesterov's change `variable -= learningRate * (gradient + momentum * accumulator)`.
/// Slot `momentum`. Sutskever et al., On the importance of initialization and momentum in deep
/// learning, 2013. TF: `tf.train.MomentumOptimizer`.
public struct MomentumOptimizer: Optimizer {
  /// `Momentum` by default.
  public let name: String
  /// `momentum`.
  public let slots = OptimizerSlots()
  private let learningRate: any TensorConvertible
  private let momentum: any TensorConvertible
  private let useNesterov: Bool

  /// An optimiser with this learning rate and momentum, numbers or scalar tensors.
  public init(
    learningRate: any TensorConvertible, momentum: any TensorConvertible,
    useNesterov: Bool = false, name: String = "Momentum"
  ) {
    self.learningRate = learningRate
    self.momentum = momentum
    self.useNesterov = useNesterov
    self.name = name
  }

  /// Zeros at first.
  public func makeSlots(for variables: [Variable], in graph: Graph) {
    for variable in variables { slots.makeSlot("momentum", of: variable, optimizer: name) }
  }

  /// Sparse gradients change the accumulator and the variable in the rows they name only.
  public func makeUpdate(in graph: Graph) -> OptimizerUpdate {
    let rate = setting(learningRate, named: "learning_rate", in: graph)
    let momentum = setting(momentum, named: "momentum", in: graph)
    return OptimizerUpdate(
      dense: { gradient, variable in
        guard let slot = slots.slot("momentum", of: variable) else { return [] }
        return [
          graph.add(
            ResourceApplyMomentum(useNesterov: useNesterov),
            [
              variable.handle, slot.handle, rate.setting(for: variable), gradient,
              momentum.setting(for: variable),
            ])
        ]
      },
      sparse: { values, indices, variable in
        guard let slot = slots.slot("momentum", of: variable) else { return [] }
        return [
          graph.add(
            ResourceSparseApplyMomentum(useNesterov: useNesterov),
            [
              variable.handle, slot.handle, rate.setting(for: variable), values, indices,
              momentum.setting(for: variable),
            ])
        ]
      })
  }
}
