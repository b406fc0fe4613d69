import Foundation
import GraphArrays
import GraphEngine

extension OpCases {
  /// Two operands that are broadcast against each other, `[2, 1, 3]` and `[2, 1]`, and a function
  /// of two numbers.
  private static func binary(
    _ operation: String, positive: Bool = false, order: Int = 2,
    _ declare: @escaping @Sendable (Tensor, Tensor) -> Tensor,
    _ function: @escaping @Sendable (Double, Double) -> Double
  ) -> OpCase {
    func operand(_ shape: [Int], _ seed: Int) -> NDArray {
      let sample = samples(shape, seed: seed)
      guard positive else { return sample }
      return float64(sample.scalars(as: Double.self).map { 1.3 + $0 }, shape)
    }
    return OpCase(
      operation, [operand([2, 1, 3], 1), operand([2, 1], 2)],
      empty: [samples([0, 2, 3]), samples([2, 1])], gradient: .numeric(order: order),
      expected: .reference { arrays in
        let (x, y) = (arrays[0].scalars(as: Double.self), arrays[1].scalars(as: Double.self))
        let values = (0..<12).map { function(x[$0 / 6 * 3 + $0 % 3], y[$0 / 3 % 2]) }
        return [float64(values, [2, 2, 3])]
      }
    ) { [declare($1[0], $1[1])] }
  }

  static let binary: [OpCase] = [
    binary("AddV2", { $0 + $1 }) { $0 + $1 },
    binary("Add", { $0.graph.tensor(definition("Add"), [$0, $1]) }) { $0 + $1 },
    binary("Sub", { $0 - $1 }) { $0 - $1 },
    binary("Mul", { $0 * $1 }) { $0 * $1 },
    binary("RealDiv", { $0 / $1 }) { $0 / $1 },
    binary("FloorDiv", { floorDiv($0, $1) }) { ($0 / $1).rounded(.down) },
    binary("FloorMod", { $0 % $1 }) { $0 - ($0 / $1).rounded(.down) * $1 },
    binary("Maximum", { maximum($0, $1) }) { max($0, $1) },
    binary("Minimum", { minimum($0, $1) }) { min($0, $1) },
    binary("SquaredDifference", { squaredDifference($0, $1) }) { ($0 - $1) * ($0 - $1) },
    binary("Pow", positive: true, { pow($0, $1) }) { Foundation.pow($0, $1) },
    binary("Atan2", { atan2($0, $1) }) { Foundation.atan2($0, $1) },
    binary("DivNoNan", { divNoNan($0, $1) }) { $1 == 0 ? 0 : $0 / $1 },
    binary("MulNoNan", { mulNoNan($0, $1) }) { $1 == 0 ? 0 : $0 * $1 },
    binary("Xdivy", { xdivy($0, $1) }) { $0 == 0 ? 0 : $0 / $1 },
    binary("Xlogy", positive: true, { xlogy($0, $1) }) {
      $0 == 0 ? 0 : $0 * Foundation.log($1)
    },
  ]

  private static let dividend = NDArray([7, -7, 7, -7, 0, 6], shape: [6], dtype: .int32)
  private static let divisor = NDArray([2, 2, -2, -2, 3, 3], shape: [6], dtype: .int32)
  private static let noIntegers = NDArray.zeros([0], .int32)

  private static func integers(
    _ operation: String, _ expected: [Int],
    _ declare: @escaping @Sendable (Tensor, Tensor) -> Tensor
  ) -> OpCase {
    OpCase(
      "\(operation)/int32", [dividend, divisor], empty: [noIntegers, noIntegers], gradient: .none,
      expected: .values([NDArray(expected, shape: [6], dtype: .int32)])
    ) { [declare($1[0], $1[1])] }
  }

  static let integers: [OpCase] = [
    integers("FloorDiv", [3, -4, -4, 3, 0, 2]) { floorDiv($0, $1) },
    integers("FloorMod", [1, 1, -1, -1, 0, 0]) { floorMod($0, $1) },
    integers("TruncateDiv", [3, -3, -3, 3, 0, 2]) { truncateDiv($0, $1) },
    integers("TruncateMod", [1, -1, 1, -1, 0, 0]) { truncateMod($0, $1) },
    integers("SquaredDifference", [25, 81, 81, 25, 9, 9]) { squaredDifference($0, $1) },
  ]

  private static func comparison(
    _ operation: String, _ expected: NDArray,
    _ declare: @escaping @Sendable (Tensor, Tensor) -> Tensor
  ) -> OpCase {
    OpCase(
      operation, [float64([1, 2, 3, .nan], [4]), float64([2, 2, 2, .nan], [4])],
      empty: [samples([0, 4]), samples([4])], gradient: .none, expected: .values([expected])
    ) { [declare($1[0], $1[1])] }
  }

  static let comparisons: [OpCase] = [
    comparison("Equal", [false, true, false, false]) { $0 .== $1 },
    comparison("NotEqual", [true, false, true, true]) { $0 .!= $1 },
    comparison("Less", [true, false, false, false]) { $0 .< $1 },
    comparison("LessEqual", [true, true, false, false]) { $0 .<= $1 },
    comparison("Greater", [false, false, true, false]) { $0 .> $1 },
    comparison("GreaterEqual", [false, true, true, false]) { $0 .>= $1 },
    OpCase(
      "LogicalAnd", [[[true], [false]], [true, false]], gradient: .none,
      expected: .values([[[true, false], [false, false]]])
    ) { [logicalAnd($1[0], $1[1])] },
    OpCase(
      "LogicalOr", [[[true], [false]], [true, false]], gradient: .none,
      expected: .values([[[true, true], [true, false]]])
    ) { [logicalOr($1[0], $1[1])] },
  ]

  static let selections: [OpCase] = [
    OpCase(
      "SelectV2", [[[true], [false]], samples([2, 3]), samples([3], seed: 1)],
      empty: [[true], samples([0, 1]), samples([3])], gradient: .second
    ) { [select($1[0], $1[1], $1[2])] },
    OpCase(
      "Select/rows", [[true, false], samples([2, 3]), samples([2, 3], seed: 1)],
      gradient: .second, Select()),
    OpCase(
      "Select/scalar", [NDArray(false), samples([2, 3]), samples([2, 3], seed: 1)],
      empty: [NDArray(true), samples([0, 3]), samples([0, 3])], gradient: .second, Select()),
    OpCase("Cast", [samples([2, 3])], empty: [samples([0, 3])], gradient: .first) {
      // Through single precision the numeric difference is too coarse.
      [cast(cast($1[0] * 0.5, to: .float64), to: .float64), cast($1[0], to: .int32)]
    },
    OpCase(
      "ClipByValue", [samples([2, 3]), float64([-0.4], []), float64([0.55], [])],
      empty: [samples([0, 3]), float64([-1], []), float64([1], [])], gradient: .second,
      ClipByValue()),
  ]

  static let sums: [OpCase] = [
    OpCase(
      "AddN", [samples([2, 3]), samples([2, 3], seed: 1), samples([2, 3], seed: 2)],
      empty: [samples([0, 3]), samples([0, 3]), samples([0, 3])], gradient: .second
    ) { [addN($1)] }
  ]
}
