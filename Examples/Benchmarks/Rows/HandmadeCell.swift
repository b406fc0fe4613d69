import StaticGraph

/// A long short-term memory cell as a user writes it, from `matmul`, `sigmoid` and `tanh`, with the
/// names and the order of weights of the library's.
struct HandmadeCell: RNNCell {
  let units: Int

  func zeroState(batchSize: Tensor, _ dtype: DType) -> LSTMState {
    BasicLSTMCell(units: units).zeroState(batchSize: batchSize, dtype)
  }

  func callAsFunction(
    _ input: Tensor, _ state: LSTMState
  ) -> (output: Tensor, state: LSTMState) {
    let graph = input.graph
    let depth = input.shape[-1] ?? 0
    let (kernel, bias) = graph.variableScope("basic_lstm_cell") {
      (
        graph.getVariable("kernel", shape: [depth + units, 4 * units]),
        graph.getVariable("bias", shape: [4 * units], initializer: .zeros)
      )
    }
    let gates = split(
      matmul(concat([input, state.h], axis: 1), kernel) + bias, into: 4, axis: 1)
    let c = state.c * sigmoid(gates[2] + 1) + sigmoid(gates[0]) * tanh(gates[1])
    let h = tanh(c) * sigmoid(gates[3])
    return (h, LSTMState(c: c, h: h))
  }
}
