public import GraphArrays

/// A tensor, or a number, array or `NDArray` that becomes a constant beside one: `maximum(x, 0)`.
public protocol TensorConvertible: Sendable {
  /// The tensor, in the graph of `reference` and, where it is made from a number, of its dtype.
  func tensor(like reference: Tensor) -> Tensor
}

extension Tensor: TensorConvertible {
  /// The tensor itself.
  public func tensor(like reference: Tensor) -> Tensor { self }
}

extension TensorConvertible where Self: NDArrayConvertible {
  /// A constant of the dtype of `reference`.
  public func tensor(like reference: Tensor) -> Tensor {
    guard reference.isValid else { return reference }
    return reference.graph.constant(self, dtype: reference.dtype)
  }
}

extension Double: TensorConvertible {}
extension Float: TensorConvertible {}
extension Int: TensorConvertible {}
extension Bool: TensorConvertible {}
extension NDArray: TensorConvertible {}
extension Array: TensorConvertible where Element: NDArrayConvertible {}
