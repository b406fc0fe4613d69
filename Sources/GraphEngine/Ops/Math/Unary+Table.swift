internal import CKernels
internal import GraphArrays

// Derivatives are TensorFlow's, with its conventions at kinks and its gradient operations.
//
// The records are an array because members with the functions' names would hide the functions in
// here.
extension Unary {
  package static let table: [Unary] = [
    Unary("Neg", \.neg) { -$0.dy },
    Unary("Abs", \.abs) { $0.dy * sign($0.x) },
    Unary("Sign", \.sign) { $0.zeros },
    Unary("Square", \.square) { $0.dy * ($0.x * 2) },
    Unary("Sqrt", \.sqrt) { binary("SqrtGrad", $0.y, $0.dy) },
    Unary("Rsqrt", \.rsqrt) { binary("RsqrtGrad", $0.y, $0.dy) },
    Unary("Reciprocal", \.reciprocal) { binary("ReciprocalGrad", $0.y, $0.dy) },
    Unary("Inv", \.reciprocal) { binary("ReciprocalGrad", $0.y, $0.dy) },

    Unary("Exp", \.exp) { $0.dy * $0.y },
    Unary("Expm1", \.expm1) { $0.dy * exp($0.x) },
    Unary("Log", \.log) { $0.dy * reciprocal($0.x) },
    Unary("Log1p", \.log1p) { $0.dy * reciprocal($0.x + 1) },

    Unary("Sin", \.sin) { $0.dy * cos($0.x) },
    Unary("Cos", \.cos) { -$0.dy * sin($0.x) },
    Unary("Tan", \.tan) { $0.dy * square(reciprocal(cos($0.x))) },
    Unary("Asin", \.asin) { $0.dy * rsqrt(1 - square($0.x)) },
    Unary("Acos", \.acos) { -$0.dy * rsqrt(1 - square($0.x)) },
    Unary("Atan", \.atan) { $0.dy * reciprocal(square($0.x) + 1) },
    Unary("Sinh", \.sinh) { $0.dy * cosh($0.x) },
    Unary("Cosh", \.cosh) { $0.dy * sinh($0.x) },
    Unary("Tanh", \.tanh) { binary("TanhGrad", $0.y, $0.dy) },
    Unary("Asinh", \.asinh) { $0.dy / cosh($0.y) },
    Unary("Acosh", \.acosh) { $0.dy / sinh($0.y) },
    Unary("Atanh", \.atanh) { $0.dy * reciprocal(1 - square($0.x)) },

    Unary("Erf", \.erf) { $0.dy * (exp(-square($0.x)) * twoOverRootPi) },
    Unary("Erfc", \.erfc) { $0.dy * (exp(-square($0.x)) * -twoOverRootPi) },

    Unary("Sigmoid", \.sigmoid) { binary("SigmoidGrad", $0.y, $0.dy) },
    Unary("Softplus", \.softplus) { binary("SoftplusGrad", $0.dy, $0.x) },
    Unary("Softsign", \.softsign) { binary("SoftsignGrad", $0.dy, $0.x) },
    Unary("Relu", \.relu) { binary("ReluGrad", $0.dy, $0.y) },
    Unary("Relu6", \.relu6) { binary("Relu6Grad", $0.dy, $0.y) },
    Unary("Elu", \.elu) { binary("EluGrad", $0.dy, $0.y) },
    Unary("Selu", \.selu) { binary("SeluGrad", $0.dy, $0.y) },

    Unary("Floor", \.floor) { _ in nil },
    Unary("Ceil", \.ceil) { _ in nil },
    Unary("Rint", \.rint) { _ in nil },
    Unary("Round", \.rint) { _ in nil },

    Unary("IsNan", \.isnan, to: .bool),
    Unary("IsInf", \.isinf, to: .bool),
    Unary("IsFinite", \.isfinite, to: .bool),
    Unary("LogicalNot", \.logical_not) { _ in nil },
  ]

  /// 2 / sqrt(pi).
  private static let twoOverRootPi = 2 / Double.pi.squareRoot()
}
