public import GraphArrays

// Three overloads for each operator: two tensors, and a tensor beside a number or array on either
// side, which becomes a constant of the tensor's dtype. More general ones make long formulas slow
// to type-check.

extension Tensor {
  /// -x. TF: `tf.negative`.
  public static prefix func - (x: Tensor) -> Tensor { unary("Neg", x) }

  /// x + y, broadcast. TF: `tf.add`.
  public static func + (x: Tensor, y: Tensor) -> Tensor { binary("AddV2", x, y, default: "add") }
  /// x + y, broadcast. TF: `tf.add`.
  public static func + (x: Tensor, y: some NDArrayConvertible) -> Tensor {
    binary("AddV2", x, y, default: "add")
  }
  /// x + y, broadcast. TF: `tf.add`.
  public static func + (x: some NDArrayConvertible, y: Tensor) -> Tensor {
    binary("AddV2", x, y, default: "add")
  }

  /// x - y, broadcast. TF: `tf.subtract`.
  public static func - (x: Tensor, y: Tensor) -> Tensor { binary("Sub", x, y, default: "sub") }
  /// x - y, broadcast. TF: `tf.subtract`.
  public static func - (x: Tensor, y: some NDArrayConvertible) -> Tensor {
    binary("Sub", x, y, default: "sub")
  }
  /// x - y, broadcast. TF: `tf.subtract`.
  public static func - (x: some NDArrayConvertible, y: Tensor) -> Tensor {
    binary("Sub", x, y, default: "sub")
  }

  /// x y, broadcast. TF: `tf.multiply`.
  public static func * (x: Tensor, y: Tensor) -> Tensor { binary("Mul", x, y, default: "mul") }
  /// x y, broadcast. TF: `tf.multiply`.
  public static func * (x: Tensor, y: some NDArrayConvertible) -> Tensor {
    binary("Mul", x, y, default: "mul")
  }
  /// x y, broadcast. TF: `tf.multiply`.
  public static func * (x: some NDArrayConvertible, y: Tensor) -> Tensor {
    binary("Mul", x, y, default: "mul")
  }

  /// x / y of floating dtypes, broadcast; for integers see `floorDiv`. TF: `tf.truediv`.
  public static func / (x: Tensor, y: Tensor) -> Tensor {
    binary("RealDiv", x, y, default: "truediv")
  }
  /// x / y of floating dtypes, broadcast; for integers see `floorDiv`. TF: `tf.truediv`.
  public static func / (x: Tensor, y: some NDArrayConvertible) -> Tensor {
    binary("RealDiv", x, y, default: "truediv")
  }
  /// x / y of floating dtypes, broadcast; for integers see `floorDiv`. TF: `tf.truediv`.
  public static func / (x: some NDArrayConvertible, y: Tensor) -> Tensor {
    binary("RealDiv", x, y, default: "truediv")
  }

  /// The remainder of `floorDiv`, which has the sign of y: -7 % 2 is 1. TF: `tf.floormod`.
  public static func % (x: Tensor, y: Tensor) -> Tensor {
    binary("FloorMod", x, y, default: "floormod")
  }
  /// The remainder of `floorDiv`, which has the sign of y: -7 % 2 is 1. TF: `tf.floormod`.
  public static func % (x: Tensor, y: some NDArrayConvertible) -> Tensor {
    binary("FloorMod", x, y, default: "floormod")
  }
  /// The remainder of `floorDiv`, which has the sign of y: -7 % 2 is 1. TF: `tf.floormod`.
  public static func % (x: some NDArrayConvertible, y: Tensor) -> Tensor {
    binary("FloorMod", x, y, default: "floormod")
  }

  /// Whether x < y, element by element. TF: `tf.less`.
  public static func .< (x: Tensor, y: Tensor) -> Tensor { binary("Less", x, y, default: "Less") }
  /// Whether x < y, element by element. TF: `tf.less`.
  public static func .< (x: Tensor, y: some NDArrayConvertible) -> Tensor {
    binary("Less", x, y, default: "Less")
  }
  /// Whether x < y, element by element. TF: `tf.less`.
  public static func .< (x: some NDArrayConvertible, y: Tensor) -> Tensor {
    binary("Less", x, y, default: "Less")
  }

  /// Whether x <= y, element by element. TF: `tf.less_equal`.
  public static func .<= (x: Tensor, y: Tensor) -> Tensor {
    binary("LessEqual", x, y, default: "LessEqual")
  }
  /// Whether x <= y, element by element. TF: `tf.less_equal`.
  public static func .<= (x: Tensor, y: some NDArrayConvertible) -> Tensor {
    binary("LessEqual", x, y, default: "LessEqual")
  }
  /// Whether x <= y, element by element. TF: `tf.less_equal`.
  public static func .<= (x: some NDArrayConvertible, y: Tensor) -> Tensor {
    binary("LessEqual", x, y, default: "LessEqual")
  }

  /// Whether x > y, element by element. TF: `tf.greater`.
  public static func .> (x: Tensor, y: Tensor) -> Tensor {
    binary("Greater", x, y, default: "Greater")
  }
  /// Whether x > y, element by element. TF: `tf.greater`.
  public static func .> (x: Tensor, y: some NDArrayConvertible) -> Tensor {
    binary("Greater", x, y, default: "Greater")
  }
  /// Whether x > y, element by element. TF: `tf.greater`.
  public static func .> (x: some NDArrayConvertible, y: Tensor) -> Tensor {
    binary("Greater", x, y, default: "Greater")
  }

  /// Whether x >= y, element by element. TF: `tf.greater_equal`.
  public static func .>= (x: Tensor, y: Tensor) -> Tensor {
    binary("GreaterEqual", x, y, default: "GreaterEqual")
  }
  /// Whether x >= y, element by element. TF: `tf.greater_equal`.
  public static func .>= (x: Tensor, y: some NDArrayConvertible) -> Tensor {
    binary("GreaterEqual", x, y, default: "GreaterEqual")
  }
  /// Whether x >= y, element by element. TF: `tf.greater_equal`.
  public static func .>= (x: some NDArrayConvertible, y: Tensor) -> Tensor {
    binary("GreaterEqual", x, y, default: "GreaterEqual")
  }

  /// Whether x equals y, element by element; NaN equals nothing. TF: `tf.equal`.
  public static func .== (x: Tensor, y: Tensor) -> Tensor {
    binary("Equal", x, y, default: "Equal")
  }
  /// Whether x equals y, element by element; NaN equals nothing. TF: `tf.equal`.
  public static func .== (x: Tensor, y: some NDArrayConvertible) -> Tensor {
    binary("Equal", x, y, default: "Equal")
  }
  /// Whether x equals y, element by element; NaN equals nothing. TF: `tf.equal`.
  public static func .== (x: some NDArrayConvertible, y: Tensor) -> Tensor {
    binary("Equal", x, y, default: "Equal")
  }

  /// Whether x differs from y, element by element. TF: `tf.not_equal`.
  public static func .!= (x: Tensor, y: Tensor) -> Tensor {
    binary("NotEqual", x, y, default: "NotEqual")
  }
  /// Whether x differs from y, element by element. TF: `tf.not_equal`.
  public static func .!= (x: Tensor, y: some NDArrayConvertible) -> Tensor {
    binary("NotEqual", x, y, default: "NotEqual")
  }
  /// Whether x differs from y, element by element. TF: `tf.not_equal`.
  public static func .!= (x: some NDArrayConvertible, y: Tensor) -> Tensor {
    binary("NotEqual", x, y, default: "NotEqual")
  }

  /// Not a comparison of values: `.<` is.
  @available(
    *, unavailable,
    message: "an elementwise comparison is spelled '.<' and gives a bool Tensor"
  )
  public static func < (x: Tensor, y: some TensorConvertible) -> Tensor { x }

  /// Not a comparison of values: `.<=` is.
  @available(
    *, unavailable,
    message: "an elementwise comparison is spelled '.<=' and gives a bool Tensor"
  )
  public static func <= (x: Tensor, y: some TensorConvertible) -> Tensor { x }

  /// Not a comparison of values: `.>` is.
  @available(
    *, unavailable,
    message: "an elementwise comparison is spelled '.>' and gives a bool Tensor"
  )
  public static func > (x: Tensor, y: some TensorConvertible) -> Tensor { x }

  /// Not a comparison of values: `.>=` is.
  @available(
    *, unavailable,
    message: "an elementwise comparison is spelled '.>=' and gives a bool Tensor"
  )
  public static func >= (x: Tensor, y: some TensorConvertible) -> Tensor { x }
}
