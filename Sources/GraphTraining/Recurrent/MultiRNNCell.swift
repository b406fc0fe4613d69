public import GraphArrays
public import GraphEngine

/// Layers of one kind: the output of each is the input of the next.
///
/// Variables are those of the cells, in scopes `multi_rnn_cell/cell_0`, `multi_rnn_cell/cell_1`.
/// Layers of several kinds are `StackedCells`. TF: `tf.nn.rnn_cell.MultiRNNCell`.
public struct MultiRNNCell<Cell: RNNCell>: RNNCell {
  /// The layers, the first one nearest to the input.
  public let cells: [Cell]

  /// These layers, of which there must be one at least.
  public init(_ cells: [Cell]) { self.cells = cells }

  /// The width of the last layer.
  public var units: Int { cells.last?.units ?? 0 }

  /// The states of the layers.
  public func zeroState(batchSize: Tensor, _ dtype: DType) -> [Cell.State] {
    batchSize.graph.nameScope("MultiRNNCellZeroState") {
      cells.map { $0.zeroState(batchSize: batchSize, dtype) }
    }
  }

  /// One step through all layers: input `[batch, depth]`, output `[batch, units]`.
  public func callAsFunction(
    _ input: Tensor, _ state: [Cell.State]
  ) -> (output: Tensor, state: [Cell.State]) {
    let graph = input.graph
    guard !cells.isEmpty, cells.count == state.count else {
      let refused = graph.refuse(
        "\(cells.count) layers and \(state.count) states; there must be as many, and one at least",
        "MultiRNNCell", "multi_rnn_cell")
      return (refused, state)
    }
    return graph.variableScope(defaultName: "multi_rnn_cell") {
      var current = input
      var states: [Cell.State] = []
      for (index, (cell, state)) in zip(cells, state).enumerated() {
        let next = graph.variableScope("cell_\(index)") { cell(current, state) }
        current = next.output
        states.append(next.state)
      }
      return (current, states)
    }
  }

  /// As each layer has it.
  public func stateDropout(_ state: [Cell.State]) -> [Bool] {
    zip(cells, state).flatMap { $0.stateDropout($1) }
  }
}
