import Foundation
import StaticGraph

/// Whether a model trains as TensorFlow's does, from the same weights and batches.
///
/// Keep probability 1 and learning rate 0.001, as at higher rates training is chaotic: weights one
/// unit in the last place apart lead to other losses within a hundred steps.
enum LossCheck {
  static let learningRate: Float = 0.001
  static let steps = 100
  static let batches = 4
  /// The greatest max |a - b| / max |b| of the gradient of a variable in the first step.
  private static let gradientTolerance = 1e-5
  /// The greatest |a - b| / max(1, |b|) of the loss in a step. TensorFlow's own losses in float32
  /// are nearly as far from those in float64 after a hundred steps of 512 units.
  private static let lossTolerance = 1e-4

  /// Trains a model, declared with `learningRate`, beside a peer that is TensorFlow.
  static func check(_ model: some TrainingModel, beside peer: Peer) throws -> Check {
    let batches = (0..<batches).map { model.batch($0) }
    let directory = FileManager.default.temporaryDirectory
      .appendingPathComponent("staticgraph-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: directory) }
    let weights = directory.appendingPathComponent("weights.npz")
    let results = directory.appendingPathComponent("results.npz")

    var file = NPZ()
    for variable in model.variables {
      file[variable.name] = try model.session.run(variable.value)
    }
    for (index, batch) in batches.enumerated() {
      file["inputs_\(index)"] = batch.inputs
      file["targets_\(index)"] = batch.targets
    }
    try file.write(to: weights)
    try peer.check(weights, results)

    let feeds = batches.map { model.feeds($0, isChecked: true) }
    let gradients = try model.session.run(model.gradients, feeding: feeds[0])
    let named = zip(model.variables, gradients).map { (name: $0.name, value: $1) }
    let losses = try (0..<steps).map { step -> Float in
      try model.session.run(model.loss, model.train, feeding: feeds[step % feeds.count])
        .0.scalar()
    }
    return compare(named, losses, with: try NPZ(contentsOf: results))
  }

  /// Compares gradients by name, and losses step by step.
  private static func compare(
    _ gradients: [(name: String, value: NDArray?)], _ losses: [Float], with peer: NPZ
  ) -> Check {
    var worstGradient = (name: "", error: 0.0)
    for gradient in gradients {
      var error = Double.infinity
      if let ours = gradient.value, let theirs = peer["gradient/\(gradient.name)"] {
        error = distance(ours, theirs)
      }
      if !(error <= worstGradient.error) { worstGradient = (gradient.name, error) }
    }
    var worstLoss = (step: 0, error: 0.0)
    let theirs = peer["losses"]?.scalars(as: Float.self) ?? []
    for step in 0..<steps {
      var error = Double.infinity
      if step < losses.count, step < theirs.count {
        error = Double(abs(losses[step] - theirs[step]) / max(1, abs(theirs[step])))
      }
      if !(error <= worstLoss.error) { worstLoss = (step + 1, error) }
    }
    let passed = worstGradient.error <= gradientTolerance && worstLoss.error <= lossTolerance
    let gradientText = String(format: "%.1e", worstGradient.error)
    let lossText = String(format: "%.1e", worstLoss.error)
    let message =
      passed
      ? "gradients within \(gradientText), \(steps) losses within \(lossText) of TensorFlow's"
      : "gradients are off by up to \(gradientText) (\(worstGradient.name)), losses by up to "
        + "\(lossText) (step \(worstLoss.step)); at most \(gradientTolerance) and "
        + "\(lossTolerance) are allowed"
    return Check(
      passed: passed, message: message, gradientError: worstGradient.error,
      lossError: worstLoss.error)
  }

  /// max |a - b| / max |b|; infinite where shapes differ, NaN where a value is.
  private static func distance(_ a: NDArray, _ b: NDArray) -> Double {
    guard a.shape == b.shape else { return .infinity }
    var difference = 0.0
    var scale = 0.0
    for (x, y) in zip(a.scalars(as: Double.self), b.scalars(as: Double.self)) {
      let distance = abs(x - y)
      if !(distance <= difference) { difference = distance }
      if distance.isNaN { return .nan }
      scale = max(scale, abs(y))
    }
    return difference == 0 ? 0 : difference / scale
  }
}
