public import GraphEngine
internal import GraphArrays

/// The norm of all tensors together: `sqrt(2 * sum(l2Loss(x)))`, a scalar.
///
/// Missing gradients count as nothing, sparse ones by their values as they stand.
/// TF: `tf.linalg.global_norm`.
///
/// - Parameter tensors: One at least that is not nil.
public func globalNorm(_ tensors: [Tensor?], name: String? = nil) -> Tensor {
  let found = tensors.compactMap { $0 }
  guard let graph = found.first?.graph else {
    return Graph.refuse(
      "a norm is that of one tensor at least", "global_norm", name ?? "global_norm")
  }
  return graph.nameScope(name ?? "global_norm") {
    let halves = found.map { l2Loss($0.indexedSlices?.values ?? $0) }
    return sqrt(reduceSum(stack(halves, axis: 0)) * 2)
  }
}

/// Scales all tensors by the same factor, so that their common norm is at most `norm`.
///
///     scale = norm * min(1 / found, 1 / norm)
///
/// where `found` is the global norm. An infinite or NaN norm makes every result NaN, so that it does
/// not pass unseen. Missing gradients stay missing, sparse ones stay sparse. Pascanu et al., On the
/// difficulty of training Recurrent Neural Networks, 2012. TF: `tf.clip_by_global_norm`.
///
/// - Parameters:
///   - tensors: Gradients.
///   - norm: A positive number or scalar tensor.
///   - useNorm: The global norm where it is known already.
/// - Returns: The scaled tensors, and the global norm before.
public func clipByGlobalNorm(
  _ tensors: [Tensor?], norm: some TensorConvertible, useNorm: Tensor? = nil, name: String? = nil
) -> (clipped: [Tensor?], norm: Tensor) {
  let found = useNorm ?? globalNorm(tensors)
  let graph = found.graph
  return graph.nameScope(name ?? "clip_by_global_norm") {
    let limit = norm.tensor(like: found)
    let finite = limit * minimum(1 / found, graph.constant(1, dtype: found.dtype) / limit)
    // Zero for a finite norm; for others it makes the scale NaN.
    let scale = finite + (found - found)
    return (tensors.map { $0.map { clip($0) { identity($0 * scale) } } }, found)
  }
}

/// Scales `x` so that its norm is at most `norm`: `x * norm / max(sqrt(sum(x * x)), norm)`.
///
/// TF: `tf.clip_by_norm`.
///
/// - Parameters:
///   - x: A tensor, or a sparse gradient, which is clipped by its values.
///   - norm: A positive number or a tensor that broadcasts against the norms.
///   - axes: The axes that the norm is taken over; nil: all.
public func clipByNorm(
  _ x: Tensor, norm: some TensorConvertible, axes: [Int]? = nil, name: String? = nil
) -> Tensor {
  x.graph.nameScope(name ?? "clip_by_norm") {
    clip(x) { values in
      let limit = norm.tensor(like: values)
      let squares = reduceSum(values * values, axis: axes, keepDims: true)
      // The root is taken where it has a derivative only.
      let isPositive = squares .> 0
      let safe = select(isPositive, squares, onesLike(squares))
      let found = select(isPositive, sqrt(safe), squares)
      return values * limit / maximum(found, limit)
    }
  }
}

/// Clips every element of every gradient to `min ... max`. Missing gradients stay missing, sparse ones
/// are clipped by their values.
public func clipByValue(_ tensors: [Tensor?], min: Double, max: Double) -> [Tensor?] {
  tensors.map { $0.map { clip($0) { clipByValue($0, min: min, max: max) } } }
}

/// `change` of a tensor, or of the values of a sparse gradient.
private func clip(_ x: Tensor, _ change: (Tensor) -> Tensor) -> Tensor {
  guard let slices = x.indexedSlices else { return change(x) }
  return indexedSlices(
    values: change(slices.values), indices: slices.indices, denseShape: slices.denseShape)
}
