internal import GraphArrays
public import GraphEngine

/// Runs one cell forwards and another one backwards over the same inputs.
///
/// Variables are in the scopes `bidirectional_rnn/fw` and `bidirectional_rnn/bw`. With lengths each
/// row is read backwards from its own end. TF: `tf.nn.bidirectional_dynamic_rnn`.
///
/// - Parameters are those of `dynamicRNN`.
/// - Returns: Outputs `[batch, time, units]` of both cells, in the order of the inputs, and both final
///   states: the backward one is that after the first input.
public func bidirectionalDynamicRNN<Forward: RNNCell, Backward: RNNCell>(
  _ forward: Forward, _ backward: Backward, inputs: Tensor, sequenceLength: Tensor? = nil,
  initialStates: (Forward.State, Backward.State)? = nil, timeMajor: Bool = false,
  name: String? = nil
) -> (outputs: (Tensor, Tensor), finalStates: (Forward.State, Backward.State)) {
  let (timeAxis, batchAxis) = timeMajor ? (0, 1) : (1, 0)
  func reversed(_ x: Tensor) -> Tensor {
    guard let sequenceLength else { return reverse(x, axes: [timeAxis]) }
    return reverseSequence(x, lengths: sequenceLength, sequenceAxis: timeAxis, batchAxis: batchAxis)
  }
  return inputs.graph.variableScope(name ?? "bidirectional_rnn") {
    let there = dynamicRNN(
      forward, inputs: inputs, sequenceLength: sequenceLength, initialState: initialStates?.0,
      timeMajor: timeMajor, name: "fw")
    let back = dynamicRNN(
      backward, inputs: reversed(inputs), sequenceLength: sequenceLength,
      initialState: initialStates?.1, timeMajor: timeMajor, name: "bw")
    return (
      (there.outputs, reversed(back.outputs)), (there.finalState, back.finalState)
    )
  }
}
