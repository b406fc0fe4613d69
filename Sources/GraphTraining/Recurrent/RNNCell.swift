public import GraphArrays
public import GraphEngine

/// One step of a recurrent network: from an input and a state to an output and the next state.
///
/// A cell of one's own may make its variables when it is called, with `getVariable` of the graph of
/// its input: `dynamicRNN` calls it once, and variables belong to the outermost graph. The state may
/// be any structure of tensors.
///
///     struct MyCell: RNNCell {
///       let units: Int
///       func callAsFunction(_ input: Tensor, _ state: Tensor) -> (output: Tensor, state: Tensor) {
///         let u = input.graph.getVariable("u", shape: [units, units])
///         let h = tanh(input + matmul(state, u))
///         return (h, h)
///       }
///     }
public protocol RNNCell: Sendable {
  /// What is carried from step to step.
  associatedtype State: TensorStructure

  /// The width of the output.
  var units: Int { get }

  /// A state of zeros, as the first step has it where none is given.
  ///
  /// Cells whose state is one tensor `[batch, units]` need not have it.
  ///
  /// - Parameter batchSize: An int32 scalar.
  func zeroState(batchSize: Tensor, _ dtype: DType) -> State

  /// One step: input `[batch, depth]`, output `[batch, units]`.
  func callAsFunction(_ input: Tensor, _ state: State) -> (output: Tensor, state: State)

  /// For each tensor of a state, whether state dropout may apply to it. All of them by default; the
  /// memory `c` of a long short-term memory cell is spared.
  func stateDropout(_ state: State) -> [Bool]
}

extension RNNCell {
  /// A state of zeros for inputs `[batch, ...]`.
  public func zeroState(for input: Tensor) -> State {
    zeroState(batchSize: input.dynamicShape[0], input.dtype)
  }

  /// Dropout may apply to every tensor.
  public func stateDropout(_ state: State) -> [Bool] { state.tensors.map { _ in true } }
}

extension RNNCell where State == Tensor {
  /// Zeros of shape `[batch, units]`.
  public func zeroState(batchSize: Tensor, _ dtype: DType) -> Tensor {
    batchSize.graph.nameScope("RNNCellZeroState") { zeros(batchSize, units, dtype) }
  }
}

/// Zeros of shape `[batch, units]`.
func zeros(_ batchSize: Tensor, _ units: Int, _ dtype: DType) -> Tensor {
  let graph = batchSize.graph
  let shape = stack([batchSize, graph.constant(units, dtype: .int32)], axis: 0)
  return graph.fill(shape, graph.constant(0, dtype: dtype), name: "zeros")
}

/// The product that recurrent cells are made of: `[input, state] * kernel + bias`.
///
/// The variables are `kernel` `[depth + width, units]` and `bias` `[units]` of the open scope, for an
/// input `[batch, depth]` and a state `[batch, width]`.
///
/// - Returns: `[batch, units]`.
func gates(
  _ input: Tensor, _ state: Tensor, units: Int, scope: String? = nil,
  kernelInitializer: Initializer? = nil, biasInitializer: Initializer = .zeros
) -> Tensor {
  let graph = input.graph
  guard input.isValid, state.isValid else { return input.isValid ? state : input }
  guard input.shape.rank == 2, let depth = input.shape.dimensions?.last ?? nil,
    let width = state.shape.dimensions?.last ?? nil
  else {
    return graph.refuse(
      "a cell wants an input [batch, depth] and a state [batch, units] whose widths are known, not "
        + "\(input.type) and \(state.type)", "RNNCell", "cell")
  }
  let prefix = scope.map { "\($0)/" } ?? ""
  let kernel = graph.getVariable(
    "\(prefix)kernel", shape: [depth + width, units], input.dtype, initializer: kernelInitializer)
  let bias = graph.getVariable(
    "\(prefix)bias", shape: [units], input.dtype, initializer: biasInitializer)
  return biasAdd(matmul(concat([input, state], axis: 1), kernel), bias)
}
