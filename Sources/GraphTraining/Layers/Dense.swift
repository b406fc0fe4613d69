internal import GraphArrays
public import GraphEngine

/// What a layer or cell applies to its result, element by element: `{ relu($0) }`.
public typealias Activation = @Sendable (Tensor) -> Tensor

/// A fully connected layer: `activation(x * kernel + bias)`. TF: `tf.layers.dense`.
///
/// Variables `NAME/kernel` `[depth, units]` and `NAME/bias` `[units]`. Without a name the scope is
/// `dense`, `dense_1` and so on; with one, a second layer of that name needs a scope that reuses.
///
/// - Parameters:
///   - x: `[..., depth]` of rank 2 or more; the depth must be known.
///   - units: The width of the result.
///   - activation: What is applied to the sum; nil: nothing.
///   - useBias: Whether a bias is added.
///   - kernelInitializer: The kernel's; nil: the scope's, or Glorot's uniform.
///   - biasInitializer: The bias's.
/// - Returns: `[..., units]`.
public func dense(
  _ x: Tensor, units: Int, activation: Activation? = nil, useBias: Bool = true,
  kernelInitializer: Initializer? = nil, biasInitializer: Initializer = .zeros, name: String? = nil
) -> Tensor {
  let graph = x.graph
  guard x.isValid else { return x }
  guard let rank = x.shape.rank, rank >= 2, let depth = x.shape.dimensions?.last ?? nil else {
    return graph.refuse(
      "a dense layer wants an operand of rank 2 or more whose last extent is known, not \(x.type)",
      "dense", name ?? "dense")
  }
  func declare() -> Tensor {
    let kernel = graph.getVariable(
      "kernel", shape: [depth, units], x.dtype, initializer: kernelInitializer)
    let rows = rank == 2 ? x : reshape(x, [-1, depth])
    var result = matmul(rows, kernel)
    if useBias {
      let bias = graph.getVariable("bias", shape: [units], x.dtype, initializer: biasInitializer)
      result = biasAdd(result, bias)
    }
    if rank > 2 {
      let outer = slice(x.dynamicShape, begin: [0], size: [rank - 1])
      let width = graph.constant([units], dtype: .int32)
      result = reshape(result, concat([outer, width], axis: 0))
    }
    return activation?(result) ?? result
  }
  if let name { return graph.variableScope(name, declare) }
  return graph.variableScope(defaultName: "dense", declare)
}
