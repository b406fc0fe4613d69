internal import GraphArrays
public import GraphEngine

/// The gated recurrent unit.
///
///     r, u = split(sigmoid([x, h] * gatesKernel + gatesBias))
///     h'   = u * h + (1 - u) * activation([x, r * h] * candidateKernel + candidateBias)
///
/// The output is `h'`. Variables of the scope `gru_cell`: `gates/kernel` `[depth + units, 2 * units]`,
/// `gates/bias` (ones at first), `candidate/kernel` `[depth + units, units]`, `candidate/bias`.
/// Cho et al., Learning Phrase Representations using RNN Encoder-Decoder, 2014.
/// TF: `tf.nn.rnn_cell.GRUCell`.
public struct GRUCell: RNNCell {
  /// The width of the output and of the state.
  public let units: Int
  private let activation: Activation
  private let kernelInitializer: Initializer?
  private let biasInitializer: Initializer?
  private let name: String?

  /// A cell of this width.
  ///
  /// - Parameter biasInitializer: That of both biases; nil: ones for the gates, zeros for the
  ///   candidate.
  public init(
    units: Int, activation: @escaping Activation = { tanh($0) },
    kernelInitializer: Initializer? = nil, biasInitializer: Initializer? = nil, name: String? = nil
  ) {
    self.units = units
    self.activation = activation
    self.kernelInitializer = kernelInitializer
    self.biasInitializer = biasInitializer
    self.name = name
  }

  /// One step: input `[batch, depth]`, state and output `[batch, units]`.
  public func callAsFunction(
    _ input: Tensor, _ state: Tensor
  ) -> (output: Tensor, state: Tensor) {
    input.graph.cellScope(name, "gru_cell") {
      let sums = gates(
        input, state, units: 2 * units, scope: "gates", kernelInitializer: kernelInitializer,
        biasInitializer: biasInitializer ?? .constant(1.0))
      let parts = split(sigmoid(sums), into: 2, axis: 1)
      guard parts.count == 2 else { return (input, state) }
      let (r, u) = (parts[0], parts[1])
      let candidate = gates(
        input, r * state, units: units, scope: "candidate", kernelInitializer: kernelInitializer,
        biasInitializer: biasInitializer ?? .zeros)
      let h = u * state + (1 - u) * activation(candidate)
      return (h, h)
    }
  }
}
