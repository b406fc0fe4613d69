import GraphArrays
import GraphEngine

extension OpCases {
  static let linear: [OpCase] = products + stacks + biases

  /// All four ways to store the operands.
  private static let products: [OpCase] = [
    (false, false), (false, true), (true, false), (true, true),
  ]
  .map { a, b in
    OpCase(
      "MatMul/\(a) \(b)",
      [samples(a ? [3, 2] : [2, 3]), samples(b ? [4, 3] : [3, 4], seed: 1)],
      empty: [samples(a ? [0, 2] : [2, 0]), samples(b ? [4, 0] : [0, 4])], gradient: .second
    ) { [matmul($1[0], $1[1], transposeA: a, transposeB: b)] }
  }

  private static let stacks: [OpCase] =
    [(false, false), (false, true), (true, false), (true, true)].map { x, y in
      OpCase(
        "BatchMatMulV2/\(x) \(y)",
        [
          samples(x ? [2, 1, 3, 2] : [2, 1, 2, 3]), samples(y ? [3, 2, 3] : [3, 3, 2], seed: 1),
        ],
        empty: [samples(x ? [0, 3, 2] : [0, 2, 3]), samples(y ? [2, 3] : [3, 2])],
        gradient: .second
      ) { [matmul($1[0], $1[1], transposeA: x, transposeB: y)] }
    } + [
      OpCase(
        "BatchMatMul", [samples([2, 2, 3]), samples([2, 3, 2], seed: 1)],
        empty: [samples([0, 2, 3]), samples([0, 3, 2])], gradient: .second,
        BatchMatMul(broadcasts: false))
    ]

  private static let biases: [OpCase] = [
    OpCase(
      "BiasAdd", [samples([2, 2, 3]), samples([3], seed: 1)],
      empty: [samples([0, 3]), samples([3])], gradient: .second
    ) { [biasAdd($1[0], $1[1])] },
    OpCase(
      "BiasAdd/NCHW", [samples([1, 3, 2, 2]), samples([3], seed: 1)], gradient: .second,
      BiasAdd(dataFormat: "NCHW")),
    OpCase(
      "BiasAddGrad", [samples([2, 2, 3])], empty: [samples([0, 3])], gradient: .second,
      BiasAddGrad()),
    OpCase(
      "BiasAddGrad/NCHW", [samples([2, 3, 2, 1])], gradient: .second,
      BiasAddGrad(dataFormat: "NCHW")),
    OpCase("L2Loss", [samples([2, 3])], empty: [samples([0])], gradient: .second) {
      [l2Loss($1[0])]
    },
  ]
}
