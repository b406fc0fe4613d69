internal import GraphArrays

// Reductions over axes, which are counted from the end where negative; nil stands for all of them,
// an empty list for none.

/// The sum along `axis`; 0 over nothing. TF: `tf.reduce_sum`.
///
/// - Parameters:
///   - axis: The axes that are reduced; nil for all.
///   - keepDims: Whether reduced axes stay, with extent 1.
public func reduceSum(
  _ x: Tensor, axis: [Int]? = nil, keepDims: Bool = false, name: String? = nil
) -> Tensor {
  reduce("Sum", x, axis, keepDims, name)
}

/// The sum along one axis.
public func reduceSum(
  _ x: Tensor, axis: Int, keepDims: Bool = false, name: String? = nil
) -> Tensor {
  reduce("Sum", x, [axis], keepDims, name)
}

/// The sum along axes that a run computes, an integer scalar or vector.
package func reduceSum(
  _ x: Tensor, axis: Tensor, keepDims: Bool = false, name: String? = nil
) -> Tensor {
  x.graph.tensor(Reduction["Sum"].keepingDims(keepDims), [x, axis], name: name)
}

/// The mean; of integers rounded towards zero along `axis`; NaN over nothing. TF: `tf.reduce_mean`.
///
/// - Parameters:
///   - axis: The axes that are reduced; nil for all.
///   - keepDims: Whether reduced axes stay, with extent 1.
public func reduceMean(
  _ x: Tensor, axis: [Int]? = nil, keepDims: Bool = false, name: String? = nil
) -> Tensor {
  reduce("Mean", x, axis, keepDims, name)
}

/// The mean; of integers rounded towards zero along one axis.
public func reduceMean(
  _ x: Tensor, axis: Int, keepDims: Bool = false, name: String? = nil
) -> Tensor {
  reduce("Mean", x, [axis], keepDims, name)
}

/// The mean; of integers rounded towards zero along axes that a run computes, an integer scalar or vector.
package func reduceMean(
  _ x: Tensor, axis: Tensor, keepDims: Bool = false, name: String? = nil
) -> Tensor {
  x.graph.tensor(Reduction["Mean"].keepingDims(keepDims), [x, axis], name: name)
}

/// The product along `axis`; 1 over nothing. TF: `tf.reduce_prod`.
///
/// - Parameters:
///   - axis: The axes that are reduced; nil for all.
///   - keepDims: Whether reduced axes stay, with extent 1.
public func reduceProd(
  _ x: Tensor, axis: [Int]? = nil, keepDims: Bool = false, name: String? = nil
) -> Tensor {
  reduce("Prod", x, axis, keepDims, name)
}

/// The product along one axis.
public func reduceProd(
  _ x: Tensor, axis: Int, keepDims: Bool = false, name: String? = nil
) -> Tensor {
  reduce("Prod", x, [axis], keepDims, name)
}

/// The product along axes that a run computes, an integer scalar or vector.
package func reduceProd(
  _ x: Tensor, axis: Tensor, keepDims: Bool = false, name: String? = nil
) -> Tensor {
  x.graph.tensor(Reduction["Prod"].keepingDims(keepDims), [x, axis], name: name)
}

/// The maximum; NaN where one element is along `axis`; -infinity, or the least integer over nothing. The gradient is shared by equal ones. TF: `tf.reduce_max`.
///
/// - Parameters:
///   - axis: The axes that are reduced; nil for all.
///   - keepDims: Whether reduced axes stay, with extent 1.
public func reduceMax(
  _ x: Tensor, axis: [Int]? = nil, keepDims: Bool = false, name: String? = nil
) -> Tensor {
  reduce("Max", x, axis, keepDims, name)
}

/// The maximum; NaN where one element is along one axis.
public func reduceMax(
  _ x: Tensor, axis: Int, keepDims: Bool = false, name: String? = nil
) -> Tensor {
  reduce("Max", x, [axis], keepDims, name)
}

/// The maximum; NaN where one element is along axes that a run computes, an integer scalar or vector.
package func reduceMax(
  _ x: Tensor, axis: Tensor, keepDims: Bool = false, name: String? = nil
) -> Tensor {
  x.graph.tensor(Reduction["Max"].keepingDims(keepDims), [x, axis], name: name)
}

/// The minimum; NaN where one element is along `axis`; infinity, or the greatest integer over nothing. The gradient is shared by equal ones. TF: `tf.reduce_min`.
///
/// - Parameters:
///   - axis: The axes that are reduced; nil for all.
///   - keepDims: Whether reduced axes stay, with extent 1.
public func reduceMin(
  _ x: Tensor, axis: [Int]? = nil, keepDims: Bool = false, name: String? = nil
) -> Tensor {
  reduce("Min", x, axis, keepDims, name)
}

/// The minimum; NaN where one element is along one axis.
public func reduceMin(
  _ x: Tensor, axis: Int, keepDims: Bool = false, name: String? = nil
) -> Tensor {
  reduce("Min", x, [axis], keepDims, name)
}

/// The minimum; NaN where one element is along axes that a run computes, an integer scalar or vector.
package func reduceMin(
  _ x: Tensor, axis: Tensor, keepDims: Bool = false, name: String? = nil
) -> Tensor {
  x.graph.tensor(Reduction["Min"].keepingDims(keepDims), [x, axis], name: name)
}

/// Whether all elements are true along `axis`; true over nothing. TF: `tf.reduce_all`.
///
/// - Parameters:
///   - axis: The axes that are reduced; nil for all.
///   - keepDims: Whether reduced axes stay, with extent 1.
public func reduceAll(
  _ x: Tensor, axis: [Int]? = nil, keepDims: Bool = false, name: String? = nil
) -> Tensor {
  reduce("All", x, axis, keepDims, name)
}

/// Whether all elements are true along one axis.
public func reduceAll(
  _ x: Tensor, axis: Int, keepDims: Bool = false, name: String? = nil
) -> Tensor {
  reduce("All", x, [axis], keepDims, name)
}

/// Whether all elements are true along axes that a run computes, an integer scalar or vector.
package func reduceAll(
  _ x: Tensor, axis: Tensor, keepDims: Bool = false, name: String? = nil
) -> Tensor {
  x.graph.tensor(Reduction["All"].keepingDims(keepDims), [x, axis], name: name)
}

/// Whether one element is true along `axis`; false over nothing. TF: `tf.reduce_any`.
///
/// - Parameters:
///   - axis: The axes that are reduced; nil for all.
///   - keepDims: Whether reduced axes stay, with extent 1.
public func reduceAny(
  _ x: Tensor, axis: [Int]? = nil, keepDims: Bool = false, name: String? = nil
) -> Tensor {
  reduce("Any", x, axis, keepDims, name)
}

/// Whether one element is true along one axis.
public func reduceAny(
  _ x: Tensor, axis: Int, keepDims: Bool = false, name: String? = nil
) -> Tensor {
  reduce("Any", x, [axis], keepDims, name)
}

/// Whether one element is true along axes that a run computes, an integer scalar or vector.
package func reduceAny(
  _ x: Tensor, axis: Tensor, keepDims: Bool = false, name: String? = nil
) -> Tensor {
  x.graph.tensor(Reduction["Any"].keepingDims(keepDims), [x, axis], name: name)
}

private func reduce(
  _ operation: String, _ x: Tensor, _ axis: [Int]?, _ keepDims: Bool, _ name: String?
) -> Tensor {
  guard x.isValid else { return x }
  let graph = x.graph
  let axes: Tensor
  if let axis = axis ?? x.shape.rank.map({ Array(0..<$0) }) {
    let value = NDArray.integers(axis, dtype: .int32, shape: [axis.count])
    axes = graph.constant(value, name: "\(name ?? operation)/reduction_indices")
  } else {
    axes = graph.range(0, x.dynamicRank, 1)
  }
  return graph.tensor(Reduction[operation].keepingDims(keepDims), [x, axes], name: name)
}
