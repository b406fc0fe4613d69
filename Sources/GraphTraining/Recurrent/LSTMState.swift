public import GraphEngine

/// The state of a long short-term memory cell. TF: `LSTMStateTuple`.
public struct LSTMState: TensorStructure {
  /// The memory, `[batch, units]`.
  public var c: Tensor
  /// The output, `[batch, units]` or, where the cell projects, `[batch, projection]`.
  public var h: Tensor

  /// The state with this memory and output.
  public init(c: Tensor, h: Tensor) {
    self.c = c
    self.h = h
  }

  /// Visits the memory, then the output.
  public mutating func visit(_ body: (inout Tensor) -> Void) {
    c.visit(body)
    h.visit(body)
  }
}
