import StaticGraph

/// A model that is trained, in a session in which its variables have their first values.
protocol TrainingModel {
  var loss: Tensor { get }
  var train: Operation { get }
  var variables: [Variable] { get }
  var gradients: [Tensor?] { get }
  var session: Session { get }
  /// Batch `index`, below `LossCheck.batches`.
  func batch(_ index: Int) -> (inputs: NDArray, targets: NDArray)
  /// What a step on a batch is fed.
  ///
  /// - Parameter isChecked: Whether nothing is left to chance.
  func feeds(_ batch: (inputs: NDArray, targets: NDArray), isChecked: Bool) -> Feeds
}
