public import GraphArrays
public import GraphEngine

/// Layers of several kinds: the output of each is the input of the next.
///
/// Variables and scopes are those of `MultiRNNCell`. TF: `tf.nn.rnn_cell.MultiRNNCell`.
public struct StackedCells<each Cell: RNNCell>: RNNCell {
  /// The layers, the first one nearest to the input.
  public let cells: (repeat each Cell)

  /// These layers.
  public init(_ cells: repeat each Cell) { self.cells = (repeat each cells) }

  /// The width of the last layer.
  public var units: Int {
    var width = 0
    for cell in repeat each cells { width = cell.units }
    return width
  }

  /// The states of the layers.
  public func zeroState(
    batchSize: Tensor, _ dtype: DType
  ) -> StructureTuple<repeat (each Cell).State> {
    batchSize.graph.nameScope("MultiRNNCellZeroState") {
      StructureTuple(repeat (each cells).zeroState(batchSize: batchSize, dtype))
    }
  }

  /// One step through all layers: input `[batch, depth]`, output `[batch, units]`.
  public func callAsFunction(
    _ input: Tensor, _ state: StructureTuple<repeat (each Cell).State>
  ) -> (output: Tensor, state: StructureTuple<repeat (each Cell).State>) {
    let graph = input.graph
    return graph.variableScope(defaultName: "multi_rnn_cell") {
      var current = input
      var index = 0
      func step<Layer: RNNCell>(_ cell: Layer, _ state: Layer.State) -> Layer.State {
        let next = graph.variableScope("cell_\(index)") { cell(current, state) }
        current = next.output
        index += 1
        return next.state
      }
      let states = StructureTuple(repeat step(each cells, each state.parts))
      return (current, states)
    }
  }

  /// As each layer has it.
  public func stateDropout(_ state: StructureTuple<repeat (each Cell).State>) -> [Bool] {
    var result: [Bool] = []
    repeat result += (each cells).stateDropout(each state.parts)
    return result
  }
}
