/// Structures of several types side by side: `states.parts.0`.
public struct StructureTuple<each Part: TensorStructure>: TensorStructure {
  /// The structures.
  public var parts: (repeat each Part)

  /// These structures, in this order.
  public init(_ parts: repeat each Part) { self.parts = (repeat each parts) }

  /// The structures of a tuple.
  public init(tuple: (repeat each Part)) { parts = tuple }

  /// Visits the parts in order.
  public mutating func visit(_ body: (inout Tensor) -> Void) {
    func visited<P: TensorStructure>(_ part: P) -> P {
      var copy = part
      copy.visit(body)
      return copy
    }
    parts = (repeat visited(each parts))
  }
}
