internal import GraphArrays
public import GraphEngine

extension CollectionKey where Element == Variable {
  /// The variable that counts training steps.
  public static var globalStep: Self { Self("global_step") }
}

extension Graph {
  /// The variable `global_step`, an int64 that starts at 0 and that no optimiser trains.
  ///
  /// A second one in a graph is a mistake. TF: `tf.train.create_global_step`.
  public func createGlobalStep() -> Tensor {
    let step = getVariable(
      "global_step", shape: [], .int64, initializer: .zeros, trainable: false)
    if let variable = step.variable { addToCollection(.globalStep, variable) }
    return step
  }

  /// The variable that counts training steps; nil where none was created.
  /// TF: `tf.train.get_global_step`.
  public var globalStep: Tensor? { collection(.globalStep).first?.value }
}
