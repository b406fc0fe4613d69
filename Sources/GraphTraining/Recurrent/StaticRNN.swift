internal import GraphArrays
public import GraphEngine

/// Runs a cell over a fixed number of steps, each of them operations of its own in the graph.
///
/// Variables are in the scope `rnn`, or `name`, and shared by all steps. With lengths a row's outputs
/// past its own length are zeros and its state stays as it is. TF: `tf.nn.static_rnn`.
///
/// - Parameters:
///   - inputs: One `[batch, depth]` for each step; one step at least.
///   - sequenceLength: Integers `[batch]`; nil: all rows are of full length.
///   - initialState: The state before the first step; nil: zeros.
/// - Returns: One output `[batch, units]` for each step, and the state after each row's last step.
public func staticRNN<Cell: RNNCell>(
  _ cell: Cell, inputs: [Tensor], sequenceLength: Tensor? = nil, initialState: Cell.State? = nil,
  name: String? = nil
) -> (outputs: [Tensor], finalState: Cell.State) {
  guard let first = inputs.first else {
    let refused = Graph.refuse("there must be one input at least", "RNN", name ?? "rnn")
    return ([], initialState ?? cell.zeroState(for: refused))
  }
  let graph = first.graph
  return graph.variableScope(name ?? "rnn") {
    var state = initialState ?? cell.zeroState(for: first)
    var outputs: [Tensor] = []
    for (step, input) in inputs.enumerated() {
      var (output, next) = graph.variableScope("", reuse: step == 0 ? .never : .always) {
        cell(input, state)
      }
      if let sequenceLength {
        let turn = graph.constant(step, dtype: sequenceLength.dtype)
        let isRunning = turn .< sequenceLength
        output = keep(output, where: isRunning)
        next = keep(next, else: state, where: isRunning)
      }
      outputs.append(output)
      state = next
    }
    return (outputs, state)
  }
}
