import Foundation
import GraphArrays
import GraphEngine

extension OpCases {
  static let math: [OpCase] =
    unary + predicates + unaryGradients + binary + integers + comparisons + selections + sums

  /// A function of each element, and the same function of a number.
  private static func unary(
    _ operation: String, from low: Double = -2, to high: Double = 2, order: Int = 2,
    _ declare: @escaping @Sendable (Tensor) -> Tensor,
    _ function: @escaping @Sendable (Double) -> Double
  ) -> OpCase {
    let inputs = NDArray(
      samples([2, 3]).scalars(as: Double.self).map { (low + high) / 2 + $0 * (high - low) / 2 },
      shape: [2, 3], dtype: .float64)
    return OpCase(
      operation, [inputs], empty: [samples([0, 3])],
      gradient: .numeric(order: order),
      expected: .reference { arrays in
        [NDArray(arrays[0].scalars().map(function), shape: arrays[0].shape, dtype: .float64)]
      }
    ) { [declare($1[0])] }
  }

  private static let unary: [OpCase] = [
    unary("Neg", { -$0 }) { -$0 },
    unary("Abs", { abs($0) }) { $0.magnitude },
    unary("Sign", { sign($0) }) { $0 > 0 ? 1 : -1 },
    unary("Square", { square($0) }) { $0 * $0 },
    unary("Sqrt", from: 0.1, { sqrt($0) }) { $0.squareRoot() },
    unary("Rsqrt", from: 0.1, { rsqrt($0) }) { 1 / $0.squareRoot() },
    unary("Reciprocal", from: 0.2, { reciprocal($0) }) { 1 / $0 },
    unary("Inv", from: 0.2, { $0.graph.tensor(OpCases.definition("Inv"), [$0]) }) { 1 / $0 },
    unary("Exp", { exp($0) }) { Foundation.exp($0) },
    unary("Expm1", { expm1($0) }) { Foundation.expm1($0) },
    unary("Log", from: 0.1, { log($0) }) { Foundation.log($0) },
    unary("Log1p", from: -0.8, { log1p($0) }) { Foundation.log1p($0) },
    unary("Sin", { sin($0) }) { Foundation.sin($0) },
    unary("Cos", { cos($0) }) { Foundation.cos($0) },
    unary("Tan", from: -1, to: 1, { tan($0) }) { Foundation.tan($0) },
    unary("Asin", from: -0.8, to: 0.8, { asin($0) }) { Foundation.asin($0) },
    unary("Acos", from: -0.8, to: 0.8, { acos($0) }) { Foundation.acos($0) },
    unary("Atan", { atan($0) }) { Foundation.atan($0) },
    unary("Sinh", { sinh($0) }) { Foundation.sinh($0) },
    unary("Cosh", { cosh($0) }) { Foundation.cosh($0) },
    unary("Tanh", { tanh($0) }) { Foundation.tanh($0) },
    unary("Asinh", { asinh($0) }) { Foundation.asinh($0) },
    unary("Acosh", from: 1.2, to: 3, { acosh($0) }) { Foundation.acosh($0) },
    unary("Atanh", from: -0.8, to: 0.8, { atanh($0) }) { Foundation.atanh($0) },
    unary("Erf", { erf($0) }) { Foundation.erf($0) },
    unary("Erfc", { erfc($0) }) { Foundation.erfc($0) },
    unary("Sigmoid", { sigmoid($0) }) { 1 / (1 + Foundation.exp(-$0)) },
    unary("Softplus", { softplus($0) }) { Foundation.log1p(Foundation.exp($0)) },
    unary("Softsign", { softsign($0) }) { $0 / (1 + $0.magnitude) },
    unary("Relu", { relu($0) }) { max($0, 0) },
    unary("Relu6", from: -4, to: 9, { relu6($0) }) { min(max($0, 0), 6) },
    unary("Elu", { elu($0) }) { $0 < 0 ? Foundation.expm1($0) : $0 },
    unary("Selu", { selu($0) }) {
      $0 < 0 ? 1.758_099_340_847_376_9 * Foundation.expm1($0) : 1.050_700_987_355_480_5 * $0
    },
    unary("Floor", { floor($0) }) { $0.rounded(.down) },
    unary("Ceil", { ceil($0) }) { $0.rounded(.up) },
    unary("Round", { round($0) }) { $0.rounded(.toNearestOrEven) },
    unary("Rint", { $0.graph.tensor(OpCases.definition("Rint"), [$0]) }) {
      $0.rounded(.toNearestOrEven)
    },
  ]

  private static let notFinite = float64([1, -0.0, .nan, .infinity, -.infinity, 1e300], [6])

  private static let predicates: [OpCase] = [
    OpCase(
      "IsNan", [notFinite], empty: [samples([0])], gradient: .none,
      expected: .values([[false, false, true, false, false, false]])
    ) { [isNaN($1[0])] },
    OpCase(
      "IsInf", [notFinite], empty: [samples([0])], gradient: .none,
      expected: .values([[false, false, false, true, true, false]])
    ) { [isInf($1[0])] },
    OpCase(
      "IsFinite", [notFinite], empty: [samples([0])], gradient: .none,
      expected: .values([[true, true, false, false, false, true]])
    ) { [isFinite($1[0])] },
    OpCase("LogicalNot", [[true, false]], gradient: .none, expected: .values([[false, true]])) {
      [logicalNot($1[0])]
    },
  ]

  /// Gradients of unary operations take a result or operand and a gradient, of one shape.
  private static let unaryGradients: [OpCase] = [
    "TanhGrad", "SigmoidGrad", "SqrtGrad", "RsqrtGrad", "ReciprocalGrad", "ReluGrad", "Relu6Grad",
    "SoftplusGrad", "SoftsignGrad", "EluGrad", "SeluGrad",
  ].map { operation in
    let positive = NDArray(
      samples([2, 3]).scalars(as: Double.self).map { 1.1 + $0 }, shape: [2, 3], dtype: .float64)
    let isFirstPositive = operation == "SqrtGrad" || operation == "RsqrtGrad"
    return OpCase(
      operation, [isFirstPositive ? positive : samples([2, 3]), samples([2, 3], seed: 1)],
      empty: [samples([0, 3]), samples([0, 3])], gradient: .second, definition(operation))
  }

  /// The record of a family's table.
  static func definition(_ operation: String) -> any OpDefinition {
    OpCatalog.math.first { $0.name == operation } ?? NoOp()
  }
}
