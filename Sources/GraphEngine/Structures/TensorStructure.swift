public import GraphArrays

/// Tensors in a fixed arrangement: a tensor, an array of structures, or a struct of them.
///
/// A struct conforms by visiting its fields:
///
///     struct Memory: TensorStructure {
///       var hidden: Tensor
///       var slots: [Tensor]
///       mutating func visit(_ body: (inout Tensor) -> Void) {
///         hidden.visit(body)
///         slots.visit(body)
///       }
///     }
///
/// Such a struct can be fetched, fed, be the state of a loop or of a cell.
public protocol TensorStructure: Fetchable, Feedable {
  /// Calls `body` with each tensor, always in the same order; `body` may replace it.
  mutating func visit(_ body: (inout Tensor) -> Void)
  /// Appends the arrays of `value`, in the order of `visit`.
  static func unpack(_ value: Fetched, into arrays: inout [NDArray])
}

extension TensorStructure {
  /// The tensors, in the order of `visit`.
  public var tensors: [Tensor] {
    var list: [Tensor] = []
    var copy = self
    copy.visit { list.append($0) }
    return list
  }

  /// The same arrangement of other tensors.
  package func replacing(_ next: (Tensor) -> Tensor) -> Self {
    var copy = self
    copy.visit { $0 = next($0) }
    return copy
  }

  /// Asks for the tensors in the order of `visit`.
  public func ask(_ request: inout FetchRequest) {
    for tensor in tensors { request.fetch(tensor) }
  }

  /// Takes the values of the tensors in the order of `visit`.
  public func take(_ reply: inout FetchReply) -> Evaluated<Self> {
    Evaluated(structure: self, values: tensors.map { _ in reply.array() })
  }
}

extension TensorStructure where Fetched == Evaluated<Self> {
  /// Appends the values.
  public static func unpack(_ value: Evaluated<Self>, into arrays: inout [NDArray]) {
    arrays += value.values
  }
}

extension Tensor: TensorStructure {
  /// Calls `body` with the tensor.
  public mutating func visit(_ body: (inout Tensor) -> Void) { body(&self) }
  /// Asks for the tensor.
  public func ask(_ request: inout FetchRequest) { request.fetch(self) }
  /// Takes the value.
  public func take(_ reply: inout FetchReply) -> NDArray { reply.array() }
  /// Appends the value.
  public static func unpack(_ value: NDArray, into arrays: inout [NDArray]) {
    arrays.append(value)
  }
  /// Feeds a value of this tensor's dtype.
  ///
  /// - Throws: `ArrayError` where the value does not fit the dtype.
  public func feed(_ value: any FeedValue, into feeds: inout FeedList) throws(ArrayError) {
    feeds.append(self, try value.ndarray(dtype))
  }
}

extension Array: Feedable, TensorStructure where Element: TensorStructure {
  /// Visits the elements in order.
  public mutating func visit(_ body: (inout Tensor) -> Void) {
    for i in indices { self[i].visit(body) }
  }
  /// Appends the arrays of the elements in order.
  public static func unpack(_ value: [Element.Fetched], into arrays: inout [NDArray]) {
    for element in value { Element.unpack(element, into: &arrays) }
  }
}
