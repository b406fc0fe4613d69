public import GraphArrays

/// How a variable gets its first value: `.zeros`, `.glorotUniform`, `.truncatedNormal(stddev: 0.1)`.
public struct Initializer: Sendable {
  /// Declares the first value for a shape and dtype.
  package let makeValue: @Sendable (Graph, [Int], DType) -> Tensor

  /// An initialiser of one's own: declares the first value of a variable with this shape and dtype.
  public init(_ makeValue: @escaping @Sendable (Graph, [Int], DType) -> Tensor) {
    self.makeValue = makeValue
  }

  /// Zeros; `false` for bools.
  public static let zeros = Initializer { graph, shape, dtype in
    graph.zeros(shape, dtype, name: "zeros")
  }
  /// Ones.
  public static let ones = Initializer { graph, shape, dtype in
    graph.ones(shape, dtype, name: "ones")
  }
  /// The same value everywhere, or an array of the variable's shape.
  public static func constant(_ value: some NDArrayConvertible) -> Initializer {
    Initializer { graph, shape, dtype in
      let constant = graph.constant(value, dtype: dtype, name: "Const")
      guard constant.isValid, constant.shape != Shape(shape) else { return constant }
      return broadcast(constant, to: shape)
    }
  }
}
