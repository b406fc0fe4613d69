// Functions of two elements each, with NumPy's broadcasting. The second operand may be a number or
// an array, which becomes a constant of the first one's dtype.

/// The greater of two elements; NaN where one of them is; the derivative of equal ones goes to `x`. TF: `tf.maximum`.
public func maximum(
  _ x: Tensor, _ y: some TensorConvertible, name: String? = nil
) -> Tensor {
  binary("Maximum", x, y, name)
}

/// The lesser of two elements; NaN where one of them is; the derivative of equal ones goes to `x`. TF: `tf.minimum`.
public func minimum(
  _ x: Tensor, _ y: some TensorConvertible, name: String? = nil
) -> Tensor {
  binary("Minimum", x, y, name)
}

/// x to the power of y. A negative integer exponent fails the run. TF: `tf.pow`.
public func pow(
  _ x: Tensor, _ y: some TensorConvertible, name: String? = nil
) -> Tensor {
  binary("Pow", x, y, name)
}

/// (x - y)². TF: `tf.squared_difference`.
public func squaredDifference(
  _ x: Tensor, _ y: some TensorConvertible, name: String? = nil
) -> Tensor {
  binary("SquaredDifference", x, y, name)
}

/// floor(x / y): 7 by -2 is -4. An integer division by zero fails the run. No gradient passes. TF: `tf.floordiv`.
public func floorDiv(
  _ x: Tensor, _ y: some TensorConvertible, name: String? = nil
) -> Tensor {
  binary("FloorDiv", x, y, name)
}

/// The remainder of `floorDiv`, which has the sign of `y`; also spelled `%`. TF: `tf.floormod`.
public func floorMod(
  _ x: Tensor, _ y: some TensorConvertible, name: String? = nil
) -> Tensor {
  binary("FloorMod", x, y, name)
}

/// x / y of integers, rounded towards zero: 7 by -2 is -3. A division by zero fails the run. TF: `tf.truncatediv`.
public func truncateDiv(
  _ x: Tensor, _ y: some TensorConvertible, name: String? = nil
) -> Tensor {
  binary("TruncateDiv", x, y, name)
}

/// The remainder of `truncateDiv`, which has the sign of `x`. TF: `tf.truncatemod`.
public func truncateMod(
  _ x: Tensor, _ y: some TensorConvertible, name: String? = nil
) -> Tensor {
  binary("TruncateMod", x, y, name)
}

/// x / y, and 0 where y is 0. TF: `tf.div_no_nan`.
public func divNoNan(
  _ x: Tensor, _ y: some TensorConvertible, name: String? = nil
) -> Tensor {
  binary("DivNoNan", x, y, name)
}

/// x y, and 0 where y is 0, even if x is infinite or NaN. TF: `tf.math.multiply_no_nan`.
public func mulNoNan(
  _ x: Tensor, _ y: some TensorConvertible, name: String? = nil
) -> Tensor {
  binary("MulNoNan", x, y, name)
}

/// x / y, and 0 where x is 0 whatever y is. TF: `tf.math.xdivy`.
public func xdivy(
  _ x: Tensor, _ y: some TensorConvertible, name: String? = nil
) -> Tensor {
  binary("Xdivy", x, y, name)
}

/// x log(y), and 0 where x is 0 whatever y is. TF: `tf.math.xlogy`.
public func xlogy(
  _ x: Tensor, _ y: some TensorConvertible, name: String? = nil
) -> Tensor {
  binary("Xlogy", x, y, name)
}

/// Whether both are true. TF: `tf.logical_and`.
public func logicalAnd(
  _ x: Tensor, _ y: some TensorConvertible, name: String? = nil
) -> Tensor {
  binary("LogicalAnd", x, y, name)
}

/// Whether one of them is true. TF: `tf.logical_or`.
public func logicalOr(
  _ x: Tensor, _ y: some TensorConvertible, name: String? = nil
) -> Tensor {
  binary("LogicalOr", x, y, name)
}

/// The angle of the point (x, y), from -pi to pi. TF: `tf.atan2`.
public func atan2(_ y: Tensor, _ x: some TensorConvertible, name: String? = nil) -> Tensor {
  binary("Atan2", y, x, name)
}
