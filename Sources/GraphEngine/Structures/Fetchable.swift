public import GraphArrays

/// What a session can be asked for: tensors, operations, and structures of them.
///
/// A tensor is fetched as an `NDArray`, an operation is executed and returns nothing, and arrays,
/// optionals, dictionaries and structures come back in the arrangement in which they were asked for.
public protocol Fetchable: Sendable {
  /// What a run returns for it.
  associatedtype Fetched: Sendable
  /// Adds what this needs to `request`.
  func ask(_ request: inout FetchRequest)
  /// Takes this one's values from `reply`, in the order in which `ask` asked for them.
  func take(_ reply: inout FetchReply) -> Fetched
}

/// What one run is asked for.
public struct FetchRequest: Sendable {
  package var tensors: [Tensor] = []
  package var targets: [Operation] = []

  package init() {}

  /// Asks for the value of a tensor.
  public mutating func fetch(_ tensor: Tensor) { tensors.append(tensor) }
  /// Asks for the execution of an operation.
  public mutating func run(_ operation: Operation) { targets.append(operation) }
}

/// The values of the tensors that a run was asked for, in the order of the request.
public struct FetchReply: Sendable {
  package let arrays: [NDArray]
  package private(set) var next = 0

  package init(_ arrays: [NDArray]) { self.arrays = arrays }

  /// The next value. To be called once for each tensor asked for, and not more often.
  public mutating func array() -> NDArray {
    defer { next += 1 }
    return arrays[next]
  }
}

extension Operation: Fetchable {
  /// Asks for the execution.
  public func ask(_ request: inout FetchRequest) { request.run(self) }
  /// Takes nothing.
  public func take(_ reply: inout FetchReply) {}
}

extension Array: Fetchable where Element: Fetchable {
  /// Asks for the elements in order.
  public func ask(_ request: inout FetchRequest) {
    for element in self { element.ask(&request) }
  }
  /// Takes the values of the elements in order.
  public func take(_ reply: inout FetchReply) -> [Element.Fetched] { map { $0.take(&reply) } }
}

extension Optional: Fetchable where Wrapped: Fetchable {
  /// Asks for what is wrapped, if anything is.
  public func ask(_ request: inout FetchRequest) { self?.ask(&request) }
  /// Takes the value of what is wrapped; nil where nothing is.
  public func take(_ reply: inout FetchReply) -> Wrapped.Fetched? { map { $0.take(&reply) } }
}

extension Dictionary: Fetchable where Key == String, Value: Fetchable {
  /// Asks for the values in the order of their keys.
  public func ask(_ request: inout FetchRequest) {
    for key in keys.sorted() { self[key]?.ask(&request) }
  }
  /// Takes the values in the order of their keys.
  public func take(_ reply: inout FetchReply) -> [Key: Value.Fetched] {
    var result: [Key: Value.Fetched] = [:]
    for key in keys.sorted() { result[key] = self[key]?.take(&reply) }
    return result
  }
}

/// The fetch of a tensor with one element as a number: `loss.as(Float.self)`.
public struct ScalarFetch<Scalar: ArrayScalar>: Fetchable {
  let tensor: Tensor

  /// Asks for the tensor.
  public func ask(_ request: inout FetchRequest) { request.fetch(tensor) }
  /// Takes the number, converted as `NDArray.cast(to:)` does. The tensor has one element.
  public func take(_ reply: inout FetchReply) -> Scalar { reply.array().scalar() }
}

extension Tensor {
  /// This tensor, which has one element, to be fetched as a number.
  public func `as`<Scalar: ArrayScalar>(_ type: Scalar.Type) -> ScalarFetch<Scalar> {
    ScalarFetch(tensor: self)
  }
}
