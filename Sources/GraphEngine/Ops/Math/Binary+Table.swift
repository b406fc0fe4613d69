internal import CKernels
internal import GraphArrays

// Derivatives are TensorFlow's, with its conventions at kinks: `maximum(x, 0)` has the derivative 1
// at 0, `pow(0, y)` has the derivative 0 by y.
extension Binary {
  package static let table: [Binary] =
    [
      Binary("AddV2", \.add, dx: { $0.dz }, dy: { $0.dz }),
      Binary("Add", \.add, dx: { $0.dz }, dy: { $0.dz }),
      Binary("Sub", \.sub, dx: { $0.dz }, dy: { -$0.dz }),
      Binary("Mul", \.mul, dx: { $0.dz * $0.y }, dy: { $0.dz * $0.x }),
      Binary("RealDiv", \.div, dx: { $0.dz / $0.y }, dy: { $0.dz * (-$0.x / $0.y / $0.y) }),
      Binary("FloorDiv", \.floor_div, refuses: .zeroDivisor, dx: { _ in nil }, dy: { _ in nil }),
      Binary(
        "FloorMod", \.floor_mod, refuses: .zeroDivisor,
        dx: { $0.dz }, dy: { $0.dz * -floorDiv($0.x, $0.y) }),
      Binary(
        "TruncateDiv", \.truncate_div, refuses: .zeroDivisor, dx: { _ in nil }, dy: { _ in nil }),
      Binary("TruncateMod", \.truncate_mod, refuses: .zeroDivisor),

      Binary(
        "Maximum", \.maximum,
        dx: { select($0.x .>= $0.y, $0.dz, 0) }, dy: { select($0.x .>= $0.y, 0, $0.dz) }),
      Binary(
        "Minimum", \.minimum,
        dx: { select($0.x .<= $0.y, $0.dz, 0) }, dy: { select($0.x .<= $0.y, 0, $0.dz) }),
      Binary(
        "SquaredDifference", \.squared_difference,
        dx: { $0.dz * 2 * ($0.x - $0.y) }, dy: { $0.dz * 2 * ($0.y - $0.x) }),
      Binary(
        "Pow", \.pow, refuses: .negativeExponent,
        dx: { $0.dz * $0.y * pow($0.x, $0.y - 1) },
        dy: { point in
          let isPositive = point.x .> 0
          let logarithm = select(isPositive, log(select(isPositive, point.x, 1)), 0)
          return point.dz * point.z * logarithm
        }),
      Binary(
        "Atan2", \.atan2,
        dx: { $0.dz / (square($0.x) + square($0.y)) * $0.y },
        dy: { $0.dz / (square($0.x) + square($0.y)) * -$0.x }),
      Binary(
        "DivNoNan", \.div_no_nan,
        dx: { divNoNan($0.dz, $0.y) },
        dy: { $0.dz * divNoNan(divNoNan(-$0.x, $0.y), $0.y) }),
      Binary(
        "MulNoNan", \.mul_no_nan,
        dx: { mulNoNan($0.dz, $0.y) }, dy: { mulNoNan($0.x, $0.dz) }),
      Binary(
        "Xdivy", \.xdivy,
        dx: { xdivy(cast($0.x .!= 0, to: $0.x.dtype), $0.y) * $0.dz },
        dy: { xdivy(-$0.x, square($0.y)) * $0.dz }),
      Binary(
        "Xlogy", \.xlogy,
        dx: { xlogy(cast($0.x .!= 0, to: $0.x.dtype), $0.y) * $0.dz },
        dy: { xdivy($0.x, $0.y) * $0.dz }),

      Binary("Equal", \.equal, to: .bool, dx: { _ in nil }, dy: { _ in nil }),
      Binary("NotEqual", \.not_equal, to: .bool, dx: { _ in nil }, dy: { _ in nil }),
      Binary("Less", \.less, to: .bool, dx: { _ in nil }, dy: { _ in nil }),
      Binary("LessEqual", \.less_equal, to: .bool, dx: { _ in nil }, dy: { _ in nil }),
      Binary("Greater", \.greater, to: .bool, dx: { _ in nil }, dy: { _ in nil }),
      Binary("GreaterEqual", \.greater_equal, to: .bool, dx: { _ in nil }, dy: { _ in nil }),
      Binary("LogicalAnd", \.logical_and, dx: { _ in nil }, dy: { _ in nil }),
      Binary("LogicalOr", \.logical_or, dx: { _ in nil }, dy: { _ in nil }),
    ] + gradients

  /// The gradients of unary operations. Each is a function of the result and its gradient, or of
  /// the gradient and the operand (or result) in this order, and linear in the gradient.
  private static let gradients: [Binary] = [
    Binary(
      "TanhGrad", \.tanh_grad, broadcasts: false,
      dx: { $0.dz * -2 * $0.y * $0.x }, dy: { binary("TanhGrad", $0.x, $0.dz) }),
    Binary(
      "SigmoidGrad", \.sigmoid_grad, broadcasts: false,
      dx: { point in
        let product = point.dz * point.y
        return product - product * 2 * point.x
      },
      dy: { binary("SigmoidGrad", $0.x, $0.dz) }),
    Binary(
      "SqrtGrad", \.sqrt_grad, broadcasts: false,
      dx: { -($0.dz / $0.x) * $0.z }, dy: { $0.dz / $0.x * 0.5 }),
    Binary(
      "RsqrtGrad", \.rsqrt_grad, broadcasts: false,
      dx: { $0.dz * -1.5 * $0.y * square($0.x) }, dy: { binary("RsqrtGrad", $0.x, $0.dz) }),
    Binary(
      "ReciprocalGrad", \.reciprocal_grad, broadcasts: false,
      dx: { $0.dz * -2 * $0.y * $0.x }, dy: { binary("ReciprocalGrad", $0.x, $0.dz) }),

    Binary(
      "ReluGrad", \.relu_grad, broadcasts: false,
      dx: { binary("ReluGrad", $0.dz, $0.y) }, dy: { $0.zeros(1) }),
    Binary(
      "Relu6Grad", \.relu6_grad, broadcasts: false,
      dx: { binary("Relu6Grad", $0.dz, $0.y) }, dy: { $0.zeros(1) }),
    Binary(
      "EluGrad", \.elu_grad, broadcasts: false,
      dx: { binary("EluGrad", $0.dz, $0.y) }, dy: { select($0.y .< 0, $0.dz * $0.x, 0) }),
    Binary(
      "SeluGrad", \.selu_grad, broadcasts: false,
      dx: { binary("SeluGrad", $0.dz, $0.y) }, dy: { select($0.y .< 0, $0.dz * $0.x, 0) }),
    Binary(
      "SoftplusGrad", \.softplus_grad, broadcasts: false,
      dx: { binary("SoftplusGrad", $0.dz, $0.y) },
      dy: { $0.dz * $0.x / (exp(-$0.y) + 2 + exp($0.y)) }),
    Binary(
      "SoftsignGrad", \.softsign_grad, broadcasts: false,
      dx: { binary("SoftsignGrad", $0.dz, $0.y) },
      dy: { point in
        // The derivative of (1 + |y|)^-2.
        let scale = reciprocal(abs(point.y) + 1)
        return point.dz * point.x * -2 * sign(point.y) * scale * square(scale)
      }),
  ]
}
