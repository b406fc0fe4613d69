import Foundation
import StaticGraph

/// Whether a model trains as TensorFlow's does, from the same weights and batches.
///
/// Keep probability 1 and learning rate 0.001, as at higher rates training is chaotic: weights one
/// unit in the last place apart lead to other losses within a hundred steps.
struct LossCheck: Encodable {
  static let learningRate: Float = 0.001
  static let steps = 100
  static let batches = 4
  /// The greatest max |a - b| / max |b| of the gradient of a variable in the first step.
  static let gradientTolerance = 1e-5
  /// The greatest |a - b| / |b| of the loss in a step. TensorFlow's own losses in float32 are nearly
  /// as far from those in float64 after a hundred steps of 512 units.
  static let lossTolerance = 1e-4

  let passed: Bool
  let message: String
  let gradientError: Double
  let lossError: Double

  private enum CodingKeys: String, CodingKey {
    case passed, message
    case gradientError = "gradient_error"
    case lossError = "loss_error"
  }

  /// Compares gradients by name, and losses step by step.
  init(gradients: [(name: String, value: NDArray?)], losses: [Float], with peer: NPZ) {
    var worstGradient = (name: "", error: 0.0)
    for gradient in gradients {
      var error = Double.infinity
      if let ours = gradient.value, let theirs = peer["gradient/\(gradient.name)"] {
        error = LossCheck.distance(ours, theirs)
      }
      if !(error <= worstGradient.error) { worstGradient = (gradient.name, error) }
    }
    var worstLoss = (step: 0, error: 0.0)
    let theirs = peer["losses"]?.scalars(as: Float.self) ?? []
    for step in 0..<LossCheck.steps {
      var error = Double.infinity
      if step < losses.count, step < theirs.count {
        error = Double(abs(losses[step] - theirs[step]) / abs(theirs[step]))
      }
      if !(error <= worstLoss.error) { worstLoss = (step + 1, error) }
    }
    gradientError = worstGradient.error
    lossError = worstLoss.error
    passed = gradientError <= LossCheck.gradientTolerance && lossError <= LossCheck.lossTolerance
    let gradientText = String(format: "%.1e", gradientError)
    let lossText = String(format: "%.1e", lossError)
    message =
      passed
      ? "gradients within \(gradientText), \(LossCheck.steps) losses within \(lossText) of "
        + "TensorFlow's"
      : "gradients are off by up to \(gradientText) (\(worstGradient.name)), losses by up to "
        + "\(lossText) of theirs (step \(worstLoss.step)); at most \(LossCheck.gradientTolerance) and "
        + "\(LossCheck.lossTolerance) are allowed"
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
