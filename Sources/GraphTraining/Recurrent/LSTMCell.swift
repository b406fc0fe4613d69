public import GraphArrays
public import GraphEngine

/// The long short-term memory cell with peepholes, clipping and projection.
///
///     i, j, f, o = split([x, h] * kernel + bias)
///     c' = sigmoid(f + forgetBias + wf * c) * c + sigmoid(i + wi * c) * activation(j)
///     c' = clip(c', -cellClip, cellClip)
///     h' = sigmoid(o + wo * c') * activation(c')
///     h' = clip(h' * projectionKernel, -projectionClip, projectionClip)
///
/// where the terms with `wf`, `wi`, `wo` are there with peepholes only, and clipping and projection
/// where they are asked for. The output is `h'`. Variables of the scope `lstm_cell`: `kernel`
/// `[depth + width, 4 * cellUnits]`, `bias` `[4 * cellUnits]`, `w_f_diag`, `w_i_diag`, `w_o_diag`
/// `[cellUnits]`, `projection/kernel` `[cellUnits, projection]`.
/// Sak et al., Long Short-Term Memory Recurrent Neural Network Architectures, 2014.
/// TF: `tf.nn.rnn_cell.LSTMCell`.
public struct LSTMCell: RNNCell {
  /// The width of the memory.
  public let cellUnits: Int
  private let usePeepholes: Bool
  private let cellClip: Double?
  private let initializer: Initializer?
  private let projection: Int?
  private let projectionClip: Double?
  private let forgetBias: Double
  private let activation: Activation
  private let name: String?

  /// The width of the output: `projection`, or else the width of the memory.
  public var units: Int { projection ?? cellUnits }

  /// A cell whose memory has this width.
  ///
  /// - Parameters:
  ///   - usePeepholes: Whether gates see the memory.
  ///   - cellClip: The largest magnitude of the memory; nil: any.
  ///   - initializer: That of the weights, without the bias.
  ///   - projection: The width of the output and of what is fed back; nil: that of the memory.
  ///   - projectionClip: The largest magnitude of the projected output; nil: any.
  ///   - forgetBias: What is added to the forget gate.
  public init(
    units: Int, usePeepholes: Bool = false, cellClip: Double? = nil,
    initializer: Initializer? = nil, projection: Int? = nil, projectionClip: Double? = nil,
    forgetBias: Double = 1, activation: @escaping Activation = { tanh($0) }, name: String? = nil
  ) {
    cellUnits = units
    self.usePeepholes = usePeepholes
    self.cellClip = cellClip
    self.initializer = initializer
    self.projection = projection
    self.projectionClip = projectionClip
    self.forgetBias = forgetBias
    self.activation = activation
    self.name = name
  }

  /// Zeros: `c` of shape `[batch, cellUnits]`, `h` of shape `[batch, units]`.
  public func zeroState(batchSize: Tensor, _ dtype: DType) -> LSTMState {
    batchSize.graph.nameScope("LSTMCellZeroState") {
      LSTMState(c: zeros(batchSize, cellUnits, dtype), h: zeros(batchSize, units, dtype))
    }
  }

  /// One step: input `[batch, depth]`, output `[batch, units]`.
  public func callAsFunction(
    _ input: Tensor, _ state: LSTMState
  ) -> (output: Tensor, state: LSTMState) {
    let graph = input.graph
    return graph.cellScope(name, "lstm_cell") {
      let sums = gates(
        input, state.h, units: 4 * cellUnits, kernelInitializer: initializer)
      let parts = split(sums, into: 4, axis: 1)
      guard parts.count == 4 else { return (input, state) }
      let (i, j, f, o) = (parts[0], parts[1], parts[2], parts[3])
      let peepholes = usePeepholes ? peepholes(in: graph, input.dtype) : nil
      var c: Tensor
      if let peepholes {
        c =
          sigmoid(f + forgetBias + peepholes.forget * state.c) * state.c
          + sigmoid(i + peepholes.input * state.c) * activation(j)
      } else {
        c = sigmoid(f + forgetBias) * state.c + sigmoid(i) * activation(j)
      }
      if let cellClip { c = clipByValue(c, min: -cellClip, max: cellClip) }
      var h = sigmoid(peepholes.map { o + $0.output * c } ?? o) * activation(c)
      if let projection {
        let kernel = graph.getVariable(
          "projection/kernel", shape: [cellUnits, projection], input.dtype,
          initializer: initializer)
        h = matmul(h, kernel)
        if let projectionClip { h = clipByValue(h, min: -projectionClip, max: projectionClip) }
      }
      return (h, LSTMState(c: c, h: h))
    }
  }

  private func peepholes(
    in graph: Graph, _ dtype: DType
  ) -> (forget: Tensor, input: Tensor, output: Tensor) {
    func weights(_ gate: String) -> Tensor {
      graph.getVariable("w_\(gate)_diag", shape: [cellUnits], dtype, initializer: initializer)
    }
    return (weights("f"), weights("i"), weights("o"))
  }

  /// The memory is spared.
  public func stateDropout(_ state: LSTMState) -> [Bool] { [false, true] }
}
