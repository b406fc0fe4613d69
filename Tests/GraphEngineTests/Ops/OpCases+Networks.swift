import GraphArrays
import GraphEngine

extension OpCases {
  private static let labels = float64([0.2, 0.3, 0.5, 0.6, 0.1, 0.3], [2, 3])

  static let networks: [OpCase] = [
    OpCase("Softmax", [samples([2, 3])], empty: [samples([0, 3])], gradient: .second) {
      [softmax($1[0])]
    },
    OpCase("Softmax/first axis", [samples([2, 3, 2])], gradient: .second) {
      [softmax($1[0], axis: 0)]
    },
    OpCase("LogSoftmax", [samples([2, 3])], empty: [samples([0, 3])], gradient: .second) {
      [logSoftmax($1[0])]
    },
    OpCase("LeakyRelu", [samples([2, 3])], empty: [samples([0, 3])], gradient: .second) {
      [leakyRelu($1[0], alpha: 0.25)]
    },
    OpCase(
      "LeakyReluGrad", [samples([2, 3]), samples([2, 3], seed: 1)],
      empty: [samples([0, 3]), samples([0, 3])], gradient: .second, LeakyReluGrad(alpha: 0.25)),
    OpCase(
      "SoftmaxCrossEntropyWithLogits/loss", [samples([2, 3]), labels],
      empty: [samples([0, 3]), samples([0, 3])], gradient: .first
    ) { [softmaxCrossEntropyWithLogitsV2(labels: $1[1], logits: $1[0])] },
    // TensorFlow's gradient of the second result takes labels for constants.
    OpCase(
      "SoftmaxCrossEntropyWithLogits/logits", [samples([2, 3]), labels], constants: [1],
      gradient: .second, SoftmaxCrossEntropy()),
    OpCase(
      "SoftmaxCrossEntropyWithLogits/one row of labels",
      [samples([2, 3]), float64([1, 0, 0], [1, 3])],
      constants: [1], gradient: .second
    ) { [softmaxCrossEntropyWithLogits(labels: $1[1], logits: $1[0])] },
    OpCase(
      "SparseSoftmaxCrossEntropyWithLogits/loss", [samples([2, 3]), [2, 0]],
      empty: [samples([0, 3]), NDArray.zeros([0], .int32)], gradient: .second
    ) { [sparseSoftmaxCrossEntropyWithLogits(labels: $1[1], logits: $1[0])] },
    OpCase(
      "SparseSoftmaxCrossEntropyWithLogits/time", [samples([2, 2, 3]), [[2, 0], [1, 1]]],
      gradient: .second
    ) { [sparseSoftmaxCrossEntropyWithLogits(labels: $1[1], logits: $1[0])] },
    OpCase(
      "SparseSoftmaxCrossEntropyWithLogits/both results", [samples([2, 3]), [2, 0]],
      gradient: .first, SparseSoftmaxCrossEntropy()),
  ]
}
