public import GraphArrays
public import GraphEngine

/// The basic long short-term memory cell.
///
///     i, j, f, o = split([x, h] * kernel + bias)
///     c' = c * sigmoid(f + forgetBias) + sigmoid(i) * activation(j)
///     h' = activation(c') * sigmoid(o)
///
/// The output is `h'`. Variables `basic_lstm_cell/kernel` `[depth + units, 4 * units]` and
/// `basic_lstm_cell/bias` `[4 * units]`; the forget bias is no part of the stored bias.
/// Zaremba et al., Recurrent Neural Network Regularization, 2014.
/// TF: `tf.nn.rnn_cell.BasicLSTMCell`.
public struct BasicLSTMCell: RNNCell {
  /// The width of the output and of both parts of the state.
  public let units: Int
  private let forgetBias: Double
  private let activation: Activation
  private let name: String?

  /// A cell of this width.
  ///
  /// - Parameter forgetBias: What is added to the forget gate, so that a new cell remembers.
  public init(
    units: Int, forgetBias: Double = 1, activation: @escaping Activation = { tanh($0) },
    name: String? = nil
  ) {
    self.units = units
    self.forgetBias = forgetBias
    self.activation = activation
    self.name = name
  }

  /// Zeros of shape `[batch, units]`.
  public func zeroState(batchSize: Tensor, _ dtype: DType) -> LSTMState {
    batchSize.graph.nameScope("BasicLSTMCellZeroState") {
      LSTMState(c: zeros(batchSize, units, dtype), h: zeros(batchSize, units, dtype))
    }
  }

  /// One step: input `[batch, depth]`, output `[batch, units]`.
  public func callAsFunction(
    _ input: Tensor, _ state: LSTMState
  ) -> (output: Tensor, state: LSTMState) {
    input.graph.cellScope(name, "basic_lstm_cell") {
      let parts = split(gates(input, state.h, units: 4 * units), into: 4, axis: 1)
      guard parts.count == 4 else { return (input, state) }
      let (i, j, f, o) = (parts[0], parts[1], parts[2], parts[3])
      let c = state.c * sigmoid(f + forgetBias) + sigmoid(i) * activation(j)
      let h = activation(c) * sigmoid(o)
      return (h, LSTMState(c: c, h: h))
    }
  }

  /// The memory is spared.
  public func stateDropout(_ state: LSTMState) -> [Bool] { [false, true] }
}
