internal import GraphArrays

/// The cross-entropy of each row of logits with a distribution: `-sum(labels logSoftmax(logits))`,
/// shape `[...]` for logits and labels `[..., classes]`. TF: `tf.nn.softmax_cross_entropy_with_logits`.
///
/// No gradient goes to the labels; see `softmaxCrossEntropyWithLogitsV2`. Rows of labels should sum
/// to 1.
public func softmaxCrossEntropyWithLogits(
  labels: Tensor, logits: Tensor, name: String? = nil
) -> Tensor {
  softmaxCrossEntropyWithLogitsV2(labels: stopGradient(labels), logits: logits, name: name)
}

/// As `softmaxCrossEntropyWithLogits`, with a gradient to the labels too.
/// TF: `tf.nn.softmax_cross_entropy_with_logits_v2`.
public func softmaxCrossEntropyWithLogitsV2(
  labels: Tensor, logits: Tensor, name: String? = nil
) -> Tensor {
  let operation = "SoftmaxCrossEntropyWithLogits"
  return logits.graph.nameScope(name ?? "softmax_cross_entropy_with_logits") {
    if logits.shape.rank == 2 {
      return logits.graph.tensor(SoftmaxCrossEntropy(), [logits, labels], name: operation)
    }
    let (rows, shape) = flattened(logits)
    let loss = logits.graph.tensor(
      SoftmaxCrossEntropy(), [rows, flattened(labels).rows], name: operation)
    return reshape(loss, shape)
  }
}

/// The cross-entropy of each row of logits with one label: `-logSoftmax(logits)[label]`, shape
/// `[...]` for logits `[..., classes]` and int32 or int64 labels `[...]`.
/// TF: `tf.nn.sparse_softmax_cross_entropy_with_logits`.
///
/// A label that is not in `0..<classes` fails the run.
public func sparseSoftmaxCrossEntropyWithLogits(
  labels: Tensor, logits: Tensor, name: String? = nil
) -> Tensor {
  let operation = "SparseSoftmaxCrossEntropyWithLogits"
  return logits.graph.nameScope(name ?? operation) {
    if logits.isValid, labels.isValid, let rank = logits.shape.rank,
      let labelRank = labels.shape.rank, rank != labelRank + 1
    {
      logits.graph.record(
        GraphError(
          .invalidArgument,
          "rank mismatch: rank of labels (\(labels.type)) should equal rank of logits "
            + "(\(logits.type)) minus 1"), operation, operation)
      return .invalid(in: logits.graph)
    }
    if logits.shape.rank == 2 {
      return logits.graph.tensor(SparseSoftmaxCrossEntropy(), [logits, labels], name: operation)
    }
    let loss = logits.graph.tensor(
      SparseSoftmaxCrossEntropy(), [flattened(logits).rows, reshape(labels, [-1])],
      name: operation)
    return reshape(loss, labels.dynamicShape)
  }
}

/// The cross-entropy of independent classes: `-labels log(sigmoid(logits)) - (1 - labels)
/// log(1 - sigmoid(logits))`, element by element. TF: `tf.nn.sigmoid_cross_entropy_with_logits`.
///
/// Computed as `max(x, 0) - x z + log(1 + exp(-|x|))`, which overflows for no logit.
public func sigmoidCrossEntropyWithLogits(
  labels: Tensor, logits: Tensor, name: String? = nil
) -> Tensor {
  guard logits.isValid, labels.isValid else { return logits.isValid ? labels : logits }
  return logits.graph.nameScope(name ?? "logistic_loss") {
    let isPositive = logits .>= 0
    let rectified = select(isPositive, logits, 0)
    let negativeMagnitude = select(isPositive, -logits, logits)
    return rectified - logits * labels + log1p(exp(negativeMagnitude))
  }
}

/// `[..., classes]` as `[rows, classes]`, and the shape of the axes before the last.
private func flattened(_ x: Tensor) -> (rows: Tensor, shape: Tensor) {
  guard x.isValid else { return (x, x) }
  let shape = x.dynamicShape
  if let rank = x.shape.rank, rank > 0 {
    let classes = x.shape[-1].map { x.graph.constant([-1, $0]) }
    let rows =
      classes
      ?? concat([x.graph.constant([-1]), slice(shape, begin: [rank - 1], size: [1])], axis: 0)
    return (reshape(x, rows), slice(shape, begin: [0], size: [rank - 1]))
  }
  let leading = reshape(shape.dynamicSize - 1, [1])
  let classes = slice(shape, begin: leading, size: x.graph.constant([1]))
  return (
    reshape(x, concat([x.graph.constant([-1]), classes], axis: 0)),
    slice(shape, begin: x.graph.constant([0]), size: leading)
  )
}
