import GraphArrays
import GraphEngine

extension OpCases {
  static let reductions: [OpCase] =
    ["Sum", "Mean", "Prod", "Max", "Min"].flatMap { operation -> [OpCase] in
      let record = OpCatalog.reductions.first { $0.name == operation } as? Reduction
      guard let record else { return [] }
      return [
        OpCase(
          "\(operation)/middle", [samples([2, 3, 2]), [1]], constants: [1],
          empty: operation == "Max" || operation == "Min"
            ? [samples([2, 3, 0]), [1]] : [samples([2, 0, 3]), [1]],
          gradient: .second, record),
        OpCase(
          "\(operation)/outer", [samples([2, 3, 2]), [0, -1]], constants: [1], gradient: .second,
          record.keepingDims(true)),
        OpCase(
          "\(operation)/all", [samples([2, 3]), [1, 0]], constants: [1], gradient: .second, record),
      ]
    } + logical + extremes + totals

  private static let truths: NDArray = [[true, false], [true, true]]

  private static let logical: [OpCase] = [
    OpCase(
      "All", [truths, [1]], constants: [1], gradient: .none, expected: .values([[false, true]])
    ) { [reduceAll($1[0], axis: $1[1])] },
    OpCase(
      "Any", [truths, [0]], constants: [1], gradient: .none, expected: .values([[[true, true]]])
    ) { [reduceAny($1[0], axis: $1[1], keepDims: true)] },
  ]

  private static let numbers: NDArray = [[3, 1, 2], [5, 9, 9]]

  private static let extremes: [OpCase] = [
    OpCase(
      "ArgMax", [numbers, 1], constants: [1], gradient: .none,
      expected: .values([NDArray([0, 1], shape: [2], dtype: .int64)]), ArgExtreme(.greatest)),
    OpCase(
      "ArgMin", [numbers, 0], constants: [1], gradient: .none,
      expected: .values([NDArray([0, 0, 0], shape: [3], dtype: .int32)]),
      ArgExtreme(.least, outputType: .int32)),
  ]

  private static let totals: [OpCase] = [
    OpCase(
      "Cumsum", [samples([2, 3, 2]), 1], constants: [1], empty: [samples([2, 0]), 1],
      gradient: .second, Cumulative(.sum, exclusive: true)),
    OpCase(
      "Cumsum/reverse", [samples([2, 3]), -1], constants: [1], gradient: .second,
      Cumulative(.sum, reverse: true)),
    OpCase(
      "Cumprod", [samples([2, 3, 2]), 1], constants: [1], empty: [samples([2, 0]), 1],
      gradient: .second, Cumulative(.product)),
    OpCase(
      "Cumprod/reverse", [samples([2, 3]), 0], constants: [1], gradient: .second,
      Cumulative(.product, exclusive: true, reverse: true)),
  ]
}
