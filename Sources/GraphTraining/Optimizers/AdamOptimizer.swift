public import GraphEngine

/// Adam: steps of a size that each weight's own gradients decide.
///
///     m = beta1 * m + (1 - beta1) * g
///     v = beta2 * v + (1 - beta2) * g * g
///     variable -= learningRate * sqrt(1 - beta2 ^ t) / (1 - beta1 ^ t) * m / (sqrt(v) + epsilon)
///
/// at step t. The epsilon is the paper's "epsilon hat". Slots `m` and `v`; the powers are the
/// variables `beta1_power` and `beta2_power`. A sparse gradient counts as zero in the rows that it
/// does not name: their slots fade and the rows move. Kingma and Ba, Adam: A Method for Stochastic
/// Optimization, 2015. TF: `tf.train.AdamOptimizer`.
public struct AdamOptimizer: Optimizer {
  /// `Adam` by default.
  public let name: String
  /// `m`, `v`, and the powers of both betas.
  public let slots = OptimizerSlots()
  private let learningRate: any TensorConvertible
  private let beta1: Double
  private let beta2: Double
  private let epsilon: Double

  /// An optimiser with this learning rate, a number or a scalar tensor.
  ///
  /// - Parameters:
  ///   - beta1: How much of the mean gradient stays from step to step.
  ///   - beta2: How much of the mean squared gradient stays from step to step.
  ///   - epsilon: What keeps the quotient finite.
  public init(
    learningRate: any TensorConvertible = 0.001, beta1: Double = 0.9, beta2: Double = 0.999,
    epsilon: Double = 1e-8, name: String = "Adam"
  ) {
    self.learningRate = learningRate
    self.beta1 = beta1
    self.beta2 = beta2
    self.epsilon = epsilon
    self.name = name
  }

  /// The powers start as the betas, the slots as zeros.
  public func makeSlots(for variables: [Variable], in graph: Graph) {
    slots.makeVariable("beta1_power", initial: beta1, in: graph)
    slots.makeVariable("beta2_power", initial: beta2, in: graph)
    for variable in variables {
      slots.makeSlot("m", of: variable, optimizer: name)
      slots.makeSlot("v", of: variable, optimizer: name)
    }
  }

  /// After all updates the powers are multiplied by their betas.
  public func makeUpdate(in graph: Graph) -> OptimizerUpdate {
    let rate = setting(learningRate, named: "learning_rate", in: graph)
    let beta1 = setting(beta1, named: "beta1", in: graph)
    let beta2 = setting(beta2, named: "beta2", in: graph)
    let epsilon = setting(epsilon, named: "epsilon", in: graph)
    guard let power1 = slots.variable("beta1_power", in: graph),
      let power2 = slots.variable("beta2_power", in: graph)
    else { return OptimizerUpdate(dense: { _, _ in [] }, sparse: { _, _, _ in [] }) }
    let settings = [power1.value, power2.value, rate, beta1, beta2, epsilon]
    return OptimizerUpdate(
      dense: { gradient, variable in
        guard let (m, v) = moments(of: variable) else { return [] }
        let operands =
          [variable.handle, m.handle, v.handle] + settings.map { $0.setting(for: variable) }
        return [graph.add(ResourceApplyAdam(useNesterov: false), operands + [gradient])]
      },
      sparse: { values, indices, variable in
        guard let (m, v) = moments(of: variable) else { return [] }
        return sparseUpdate(
          values, indices, variable, m, v, settings.map { $0.setting(for: variable) })
      },
      finish: {
        [
          assign(power1.value, power1.value * beta1),
          assign(power2.value, power2.value * beta2),
        ]
      })
  }

  private func moments(of variable: Variable) -> (m: Variable, v: Variable)? {
    guard let m = slots.slot("m", of: variable), let v = slots.slot("v", of: variable) else {
      return nil
    }
    return (m, v)
  }

  /// The formula in operations of its own, as TensorFlow has it for sparse gradients.
  private func sparseUpdate(
    _ values: Tensor, _ indices: Tensor, _ variable: Variable, _ m: Variable, _ v: Variable,
    _ settings: [Tensor]
  ) -> [Operation] {
    let (power1, power2, rate) = (settings[0], settings[1], settings[2])
    let (beta1, beta2, epsilon) = (settings[3], settings[4], settings[5])
    let step = rate * sqrt(1 - power2) / (1 - power1)
    let newM = fade(m, by: beta1, adding: values * (1 - beta1), at: indices)
    let newV = fade(v, by: beta2, adding: values * values * (1 - beta2), at: indices)
    let change = step * newM / (sqrt(newV) + epsilon)
    return [assignSub(variable.value, change), newM.operation, newV.operation]
  }

  /// `slot = slot * factor`, then `slot[indices] += values`; the value after both.
  private func fade(
    _ slot: Variable, by factor: Tensor, adding values: Tensor, at indices: Tensor
  ) -> Tensor {
    let graph = slot.value.graph
    let faded = assign(slot.value, slot.value * factor)
    let added = graph.controlDependencies([faded]) { scatterAdd(slot.value, indices, values) }
    return graph.controlDependencies([added]) { slot.read() }
  }
}
