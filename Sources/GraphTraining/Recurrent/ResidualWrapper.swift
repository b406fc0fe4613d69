public import GraphArrays
public import GraphEngine

/// A cell whose input is added to its output. TF: `tf.nn.rnn_cell.ResidualWrapper`.
///
/// Wu et al., Google's Neural Machine Translation System, 2016.
public struct ResidualWrapper<Cell: RNNCell>: RNNCell {
  /// The wrapped cell, whose output must be as wide as its input.
  public let cell: Cell

  /// The cell with its input added to its output.
  public init(_ cell: Cell) { self.cell = cell }

  /// The width of the cell.
  public var units: Int { cell.units }

  /// The state of the cell.
  public func zeroState(batchSize: Tensor, _ dtype: DType) -> Cell.State {
    cell.zeroState(batchSize: batchSize, dtype)
  }

  /// One step of the cell: input and output `[batch, units]`.
  public func callAsFunction(
    _ input: Tensor, _ state: Cell.State
  ) -> (output: Tensor, state: Cell.State) {
    let (output, next) = cell(input, state)
    guard input.shape.isCompatible(with: output.shape) else {
      let refused = input.graph.refuse(
        "the input \(input.type) cannot be added to the output \(output.type)", "ResidualWrapper",
        "residual")
      return (refused, next)
    }
    return (input + output, next)
  }

  /// As the cell has it.
  public func stateDropout(_ state: Cell.State) -> [Bool] { cell.stateDropout(state) }
}
