internal import GraphArrays
public import GraphEngine

/// The plain recurrent cell: `h' = activation([x, h] * kernel + bias)`, which is its output too.
///
/// Variables `basic_rnn_cell/kernel` `[depth + units, units]` and `basic_rnn_cell/bias` `[units]`.
/// TF: `tf.nn.rnn_cell.BasicRNNCell`.
public struct BasicRNNCell: RNNCell {
  /// The width of the output and of the state.
  public let units: Int
  private let activation: Activation
  private let name: String?

  /// A cell of this width.
  public init(units: Int, activation: @escaping Activation = { tanh($0) }, name: String? = nil) {
    self.units = units
    self.activation = activation
    self.name = name
  }

  /// One step: input `[batch, depth]`, state and output `[batch, units]`.
  public func callAsFunction(
    _ input: Tensor, _ state: Tensor
  ) -> (output: Tensor, state: Tensor) {
    input.graph.cellScope(name, "basic_rnn_cell") {
      let output = activation(gates(input, state, units: units))
      return (output, output)
    }
  }
}

extension Graph {
  /// The variable scope of a cell: its name, or `defaultName` with a number where that was used.
  func cellScope<R>(_ name: String?, _ defaultName: String, _ body: () -> R) -> R {
    if let name { return variableScope(name, body) }
    return variableScope(defaultName: defaultName, body)
  }
}
