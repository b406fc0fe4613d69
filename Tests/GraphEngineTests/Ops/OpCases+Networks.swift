import GraphArrays
import GraphEngine

extension OpCases {
  private static let labels = float64([0.2, 0.3, 0.5, 0.6, 0.1, 0.3], [2, 3])

  private static let window = WindowAttributes(
    strides: [1, 2, 1, 1], padding: "SAME", dilations: [1, 1, 2, 1])
  private static let pool = PoolAttributes(
    extents: [1, 2, 3, 1], WindowAttributes(strides: [1, 2, 1, 1], padding: "SAME"))
  private static func extents(_ extents: [Int]) -> NDArray {
    .integers(extents, dtype: .int32, shape: [extents.count])
  }

  private static let image = samples([1, 3, 3, 1])
  private static let pooled = maxima(image)

  /// The pool's maxima of one image of 3 by 3 with one channel.
  private static func maxima(_ x: NDArray) -> NDArray {
    let values = x.scalars(as: Double.self)
    let rows = [[0, 1], [2]]
    let columns = [[0, 1], [0, 1, 2], [1, 2]]
    let maxima = rows.flatMap { rows in
      columns.map { columns in
        rows.flatMap { row in columns.map { values[row * 3 + $0] } }.max() ?? 0
      }
    }
    return float64(maxima, [1, 2, 3, 1])
  }

  static let images: [OpCase] = [
    OpCase(
      "Conv2D", [samples([2, 3, 4, 2]), samples([2, 2, 2, 3], seed: 1)],
      empty: [samples([0, 3, 4, 2]), samples([2, 2, 2, 3])], gradient: .second
    ) {
      [conv2d($1[0], $1[1], strides: (2, 1), padding: .same, dilations: (1, 2))]
    },
    OpCase(
      "Conv2DBackpropInput",
      [extents([1, 3, 4, 2]), samples([2, 2, 2, 3]), samples([1, 2, 4, 3], seed: 1)],
      constants: [0], gradient: .second, Conv2DBackpropInput(window)),
    OpCase(
      "Conv2DBackpropFilter",
      [samples([1, 3, 4, 2]), extents([2, 2, 2, 3]), samples([1, 2, 4, 3], seed: 1)],
      constants: [1], gradient: .second, Conv2DBackpropFilter(window)),
    OpCase(
      "MaxPool", [samples([2, 3, 4, 2])], empty: [samples([0, 3, 4, 2])], gradient: .second
    ) { [maxPool($1[0], window: (2, 3), strides: (2, 1), padding: .same)] },
    OpCase(
      "MaxPoolGrad", [image, pooled, samples([1, 2, 3, 1], seed: 2)], constants: [0, 1],
      gradient: .second, MaxPoolGrad(pool)),
    OpCase(
      "MaxPoolGradGrad", [image, pooled, samples([1, 3, 3, 1], seed: 2)], constants: [0, 1],
      gradient: .second, MaxPoolGradGrad(pool)),
    OpCase(
      "AvgPool", [samples([2, 3, 4, 2])], empty: [samples([0, 3, 4, 2])], gradient: .second
    ) { [averagePool($1[0], window: (2, 3), strides: (2, 1), padding: .same)] },
    OpCase(
      "AvgPoolGrad", [extents([1, 3, 3, 1]), samples([1, 2, 3, 1])], constants: [0],
      gradient: .second,
      AvgPoolGrad(pool)),
  ]

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
