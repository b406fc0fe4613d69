public import GraphEngine
internal import GraphArrays

/// Sets elements of `x` to zero at random and scales the others, so that the mean stays the same.
///
/// An element is kept where a number drawn evenly from `[0, 1)` is at least `1 - keepProb`, and is
/// then `x / keepProb`. As TensorFlow 1.14 and later: with a number the scale is multiplied by
/// (`x * (1 / keepProb)`), with a tensor it is divided by. TF: `tf.nn.dropout`.
///
/// - Parameters:
///   - x: Floating, of any shape.
///   - keepProb: A number in `(0, 1]` or a scalar tensor of the dtype of `x`. The number 1 gives `x`
///     itself; 0 and numbers beyond are mistakes.
///   - seed: The seed of the operation; nil: the graph's alone.
/// - Returns: The shape of `x`.
public func dropout(
  _ x: Tensor, keepProb: some TensorConvertible, seed: Int? = nil, name: String? = nil
) -> Tensor {
  guard x.isValid else { return x }
  let graph = x.graph
  guard x.dtype.isFloating else {
    return graph.refuse("dropout wants floats, not \(x.type)", "dropout", name ?? "dropout")
  }
  let number = probability(keepProb)
  if let number {
    guard number > 0, number <= 1 else {
      return graph.refuse(
        "a keep probability must be above 0 and at most 1, not \(number)", "dropout",
        name ?? "dropout")
    }
    if number == 1 { return x }
  }
  return graph.nameScope(name ?? "dropout") {
    let rate: Tensor
    let scaled: Tensor
    if let number {
      // The rate is rounded before it is subtracted again, as in TensorFlow.
      let dropped = 1 - number
      rate = graph.constant(dropped, dtype: x.dtype)
      scaled = x * (1 / (1 - dropped))
    } else {
      rate = 1 - keepProb.tensor(like: x)
      scaled = x / (1 - rate)
    }
    let draws = graph.randomUniform(x.dynamicShape, dtype: x.dtype, seed: seed)
    return select(draws .>= rate, scaled, 0)
  }
}

/// The value of a probability that is a number; nil for tensors.
func probability(_ value: any TensorConvertible) -> Double? {
  guard !(value is Tensor), let number = value as? any NDArrayConvertible,
    let array = try? number.ndarray(.float64), array.count == 1
  else { return nil }
  return array.scalar(as: Double.self)
}
