// Functions of each element, with TensorFlow's conventions for what is not finite.

/// |x|; the derivative at 0 is 0. TF: `tf.abs`.
public func abs(_ x: Tensor, name: String? = nil) -> Tensor { unary("Abs", x, name) }

/// -1, 0 or 1; NaN for NaN. TF: `tf.sign`.
public func sign(_ x: Tensor, name: String? = nil) -> Tensor { unary("Sign", x, name) }

/// x². TF: `tf.square`.
public func square(_ x: Tensor, name: String? = nil) -> Tensor { unary("Square", x, name) }

/// The square root; NaN for negative numbers. TF: `tf.sqrt`.
public func sqrt(_ x: Tensor, name: String? = nil) -> Tensor { unary("Sqrt", x, name) }

/// 1 / sqrt(x); infinity at 0. TF: `tf.rsqrt`.
public func rsqrt(_ x: Tensor, name: String? = nil) -> Tensor { unary("Rsqrt", x, name) }

/// 1 / x. TF: `tf.reciprocal`.
public func reciprocal(_ x: Tensor, name: String? = nil) -> Tensor { unary("Reciprocal", x, name) }

/// e to the power of x. TF: `tf.exp`.
public func exp(_ x: Tensor, name: String? = nil) -> Tensor { unary("Exp", x, name) }

/// exp(x) - 1, exact for small x. TF: `tf.expm1`.
public func expm1(_ x: Tensor, name: String? = nil) -> Tensor { unary("Expm1", x, name) }

/// The natural logarithm; -infinity at 0, NaN for negative numbers. TF: `tf.log`.
public func log(_ x: Tensor, name: String? = nil) -> Tensor { unary("Log", x, name) }

/// log(1 + x), exact for small x. TF: `tf.log1p`.
public func log1p(_ x: Tensor, name: String? = nil) -> Tensor { unary("Log1p", x, name) }

/// The sine. TF: `tf.sin`.
public func sin(_ x: Tensor, name: String? = nil) -> Tensor { unary("Sin", x, name) }

/// The cosine. TF: `tf.cos`.
public func cos(_ x: Tensor, name: String? = nil) -> Tensor { unary("Cos", x, name) }

/// The tangent. TF: `tf.tan`.
public func tan(_ x: Tensor, name: String? = nil) -> Tensor { unary("Tan", x, name) }

/// The inverse sine; NaN outside of [-1, 1]. TF: `tf.asin`.
public func asin(_ x: Tensor, name: String? = nil) -> Tensor { unary("Asin", x, name) }

/// The inverse cosine; NaN outside of [-1, 1]. TF: `tf.acos`.
public func acos(_ x: Tensor, name: String? = nil) -> Tensor { unary("Acos", x, name) }

/// The inverse tangent. TF: `tf.atan`.
public func atan(_ x: Tensor, name: String? = nil) -> Tensor { unary("Atan", x, name) }

/// The hyperbolic sine. TF: `tf.sinh`.
public func sinh(_ x: Tensor, name: String? = nil) -> Tensor { unary("Sinh", x, name) }

/// The hyperbolic cosine. TF: `tf.cosh`.
public func cosh(_ x: Tensor, name: String? = nil) -> Tensor { unary("Cosh", x, name) }

/// The hyperbolic tangent. TF: `tf.tanh`.
public func tanh(_ x: Tensor, name: String? = nil) -> Tensor { unary("Tanh", x, name) }

/// The inverse hyperbolic sine. TF: `tf.asinh`.
public func asinh(_ x: Tensor, name: String? = nil) -> Tensor { unary("Asinh", x, name) }

/// The inverse hyperbolic cosine; NaN below 1. TF: `tf.acosh`.
public func acosh(_ x: Tensor, name: String? = nil) -> Tensor { unary("Acosh", x, name) }

/// The inverse hyperbolic tangent; NaN outside of [-1, 1]. TF: `tf.atanh`.
public func atanh(_ x: Tensor, name: String? = nil) -> Tensor { unary("Atanh", x, name) }

/// 1 / (1 + exp(-x)). TF: `tf.sigmoid`.
public func sigmoid(_ x: Tensor, name: String? = nil) -> Tensor { unary("Sigmoid", x, name) }

/// The error function. TF: `tf.erf`.
public func erf(_ x: Tensor, name: String? = nil) -> Tensor { unary("Erf", x, name) }

/// 1 - erf(x), exact where that is small. TF: `tf.erfc`.
public func erfc(_ x: Tensor, name: String? = nil) -> Tensor { unary("Erfc", x, name) }

/// The greatest integer that is not above x. No gradient passes. TF: `tf.floor`.
public func floor(_ x: Tensor, name: String? = nil) -> Tensor { unary("Floor", x, name) }

/// The least integer that is not below x. No gradient passes. TF: `tf.ceil`.
public func ceil(_ x: Tensor, name: String? = nil) -> Tensor { unary("Ceil", x, name) }

/// The nearest integer, halves to the even one: 0.5 to 0, 1.5 to 2. No gradient passes. TF: `tf.round`.
public func round(_ x: Tensor, name: String? = nil) -> Tensor { unary("Round", x, name) }

/// Whether an element is NaN. TF: `tf.is_nan`.
public func isNaN(_ x: Tensor, name: String? = nil) -> Tensor { unary("IsNan", x, name) }

/// Whether an element is infinite. TF: `tf.is_inf`.
public func isInf(_ x: Tensor, name: String? = nil) -> Tensor { unary("IsInf", x, name) }

/// Whether an element is neither infinite nor NaN. TF: `tf.is_finite`.
public func isFinite(_ x: Tensor, name: String? = nil) -> Tensor { unary("IsFinite", x, name) }

/// Whether an element is false. TF: `tf.logical_not`.
public func logicalNot(_ x: Tensor, name: String? = nil) -> Tensor { unary("LogicalNot", x, name) }
