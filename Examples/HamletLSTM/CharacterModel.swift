import ExampleFiles
import StaticGraph

/// The network: one-hot characters, recurrent layers, and a dense layer that scores what comes next.
struct CharacterModel {
  let graph: Graph
  /// Ids `[batch, time]`.
  let inputs: Tensor
  /// Scores `[batch, time, vocabulary]`.
  let logits: Tensor
  /// Probabilities `[batch, time, vocabulary]`.
  let predictions: Tensor
  /// The state before the first character; zeros where nothing is fed.
  let initialState: [Tensor]
  /// The state after the last character.
  let finalState: [Tensor]
  /// One more step with the same weights: from ids `[batch]` and a state to scores
  /// `[batch, vocabulary]` and the next state.
  let step: (_ ids: Tensor, _ state: [Tensor]) -> (logits: Tensor, state: [Tensor])

  /// Declares the model.
  ///
  /// - Parameter keepProb: The part of each layer's outputs that dropout keeps; nil: no dropout.
  init(_ settings: Settings, in graph: Graph, keepProb: Tensor? = nil) {
    let units = settings.units
    switch settings.cell {
    case .lstm: self.init(settings, BasicLSTMCell(units: units), in: graph, keepProb)
    case .gru: self.init(settings, GRUCell(units: units), in: graph, keepProb)
    case .rnn: self.init(settings, BasicRNNCell(units: units), in: graph, keepProb)
    }
  }

  private init(_ settings: Settings, _ cell: some RNNCell, in graph: Graph, _ keepProb: Tensor?) {
    if let keepProb {
      let wrapped = DropoutWrapper(cell, outputKeepProb: keepProb)
      self.init(settings, layers: wrapped, in: graph)
    } else {
      self.init(settings, layers: cell, in: graph)
    }
  }

  private init(_ settings: Settings, layers cell: some RNNCell, in graph: Graph) {
    if settings.layers == 1 {
      self.init(settings, whole: cell, in: graph)
    } else {
      let cells = MultiRNNCell(Array(repeating: cell, count: settings.layers))
      self.init(settings, whole: cells, in: graph)
    }
  }

  private init<Cell: RNNCell>(_ settings: Settings, whole cell: Cell, in graph: Graph) {
    let depth = settings.vocabularySize
    self.graph = graph
    inputs = graph.placeholder(.int32, shape: [nil, nil], name: "inputs")
    let characters = oneHot(inputs, depth: depth)
    let zeros = named("initial_state", in: graph) { cell.zeroState(for: characters) }
    let (outputs, last) = dynamicRNN(cell, inputs: characters, initialState: zeros)
    let final = named("final_state", in: graph) { last }
    logits = dense(outputs, units: depth, name: "logits")
    predictions = softmax(logits, name: "predictions")
    initialState = zeros.tensors
    finalState = final.tensors
    step = { ids, tensors in
      var (state, index) = (zeros, 0)
      state.visit { tensor in
        tensor = tensors[index]
        index += 1
      }
      let (output, next) = graph.variableScope("rnn", reuse: .always) {
        cell(oneHot(ids, depth: depth), state)
      }
      let logits = graph.variableScope("", reuse: .always) {
        dense(output, units: depth, name: "logits")
      }
      return (logits, next.tensors)
    }
  }
}

/// A state whose tensors are found by their names: `scope/0`, `scope/1`, and so on.
private func named<State: TensorStructure>(
  _ scope: String, in graph: Graph, _ makeState: () -> State
) -> State {
  graph.nameScope(scope) {
    var (state, index) = (makeState(), 0)
    state.visit { tensor in
      tensor = identity(tensor, name: "\(index)")
      index += 1
    }
    return state
  }
}

extension ExampleModel {
  /// The tensors of a state that was named by a declaration.
  func state(_ scope: String) throws -> [Tensor] {
    var tensors = [try tensor("\(scope)/0")]
    while let next = graph.tensor(named: "\(scope)/\(tensors.count)") { tensors.append(next) }
    return tensors
  }
}
