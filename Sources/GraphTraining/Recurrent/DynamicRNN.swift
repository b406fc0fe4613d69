internal import GraphArrays
public import GraphEngine

/// Runs a cell over time, as a loop whose number of turns comes from the data.
///
/// Variables are in the scope `rnn`, or `name`. With lengths the loop ends with the longest row, after
/// `min(time, max(1, max(lengths)))` turns; past its own length a row's outputs are zeros and its
/// state stays as it is. Lengths beyond `time` count as `time`. TF: `tf.nn.dynamic_rnn`.
///
/// - Parameters:
///   - cell: What is done in each step.
///   - inputs: `[batch, time, depth]`, or `[time, batch, depth]` where `timeMajor` says so. The depth
///     must be known.
///   - sequenceLength: Integers `[batch]`; nil: all rows are of full length. Another number of them
///     fails when it runs.
///   - initialState: The state before the first step; nil: zeros.
///   - timeMajor: Whether time comes first in inputs and outputs, which saves two transpositions.
/// - Returns: Outputs `[batch, time, units]`, or time first; the state after each row's last step.
public func dynamicRNN<Cell: RNNCell>(
  _ cell: Cell, inputs: Tensor, sequenceLength: Tensor? = nil, initialState: Cell.State? = nil,
  timeMajor: Bool = false, name: String? = nil
) -> (outputs: Tensor, finalState: Cell.State) {
  let graph = inputs.graph
  return graph.variableScope(name ?? "rnn") {
    var inputs = inputs
    if inputs.isValid,
      inputs.shape.rank != 3 || (inputs.shape.dimensions?.last ?? nil) == nil
    {
      inputs = graph.refuse(
        "inputs of a recurrent network are [batch, time, depth] with a known depth, not "
          + "\(inputs.type)", "RNN", "dynamic_rnn")
    }
    let steps = timeMajor ? inputs : transpose(inputs, permutation: [1, 0, 2])
    let shape = steps.dynamicShape
    let (time, batch) = (shape[0], shape[1])
    let rows = steps.shape[1]
    let initialState = initialState ?? cell.zeroState(batchSize: batch, inputs.dtype)
    let lengths = sequenceLength.map { checkedLengths($0, rows: rows, batch: batch) }
    let bound = lengths.map { minimum(time, maximum(reduceMax($0), 1)) } ?? time

    let items = tensorListFromTensor(steps)
    let blank = graph.reservedList(
      of: TensorType(inputs.dtype, [rows, cell.units]), length: time)
    let start = graph.constant(0, dtype: .int32, name: "time")
    let (_, written, finalState) = whileLoop(start, blank, initialState, name: "while") {
      turn, _, _ in
      turn .< bound
    } body: { turn, outputs, state in
      let input = tensorListGetItem(items, turn)
      var (output, next) = graph.variableScope("") { cell(input, state) }
      if let lengths {
        let isRunning = turn .< lengths
        output = keep(output, where: isRunning)
        next = keep(next, else: state, where: isRunning)
      }
      return (turn + 1, tensorListSetItem(outputs, turn, output), next)
    }
    let width = graph.constant(cell.units, dtype: .int32)
    let outputs = tensorListStack(
      written, count: steps.shape[0], shape: stack([batch, width], axis: 0))
    return (timeMajor ? outputs : transpose(outputs, permutation: [1, 0, 2]), finalState)
  }
}

/// Lengths as int32, after a check that there are as many as rows.
///
/// The check is for what broadcasting would let pass: one length, or one row.
private func checkedLengths(_ lengths: Tensor, rows: Int?, batch: Tensor) -> Tensor {
  let graph = lengths.graph
  guard lengths.shape.isCompatible(with: [rows]) else {
    let batch = rows.map(String.init) ?? "batch"
    return graph.refuse(
      "sequence lengths are a vector [\(batch)], not \(lengths.type)", "RNN", "sequence_length")
  }
  let found = identity(
    lengths.dtype == .int32 ? lengths : cast(lengths, to: .int32), name: "sequence_length")
  let expected = stack([batch], axis: 0)
  let check = assert(
    reduceAll(found.dynamicShape .== expected),
    [
      graph.constant("Expected shape for Tensor \(found.name) is "), expected,
      graph.constant(" but saw shape: "), found.dynamicShape,
    ])
  return graph.controlDependencies([check]) { identity(found, name: "CheckSeqLen") }
}

/// `x` in the rows of running sequences, zeros in others: `[batch, ...]` and bools `[batch]`.
func keep(_ x: Tensor, where isRunning: Tensor) -> Tensor {
  guard let rank = x.shape.rank, rank > 0 else { return x }
  return select(column(isRunning, rank: rank), x, 0)
}

/// The new state in the rows of running sequences, the old one in others. Scalars are always new.
func keep<State: TensorStructure>(
  _ new: State, else old: State, where isRunning: Tensor
) -> State {
  let previous = old.tensors
  var (result, index) = (new, 0)
  result.visit { tensor in
    if let rank = tensor.shape.rank, rank > 0, index < previous.count {
      tensor = select(column(isRunning, rank: rank), tensor, previous[index])
    }
    index += 1
  }
  return result
}

/// Bools `[batch]` as `[batch, 1, ...]`, to stand beside values of this rank.
private func column(_ values: Tensor, rank: Int) -> Tensor {
  var result = values
  for axis in stride(from: 1, to: rank, by: 1) { result = expandDims(result, axis: axis) }
  return result
}
