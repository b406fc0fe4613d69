import StaticGraph
import Testing

@Suite("Cells and wrappers")
struct CellTests {
  /// The graph of a case of `cells.npz`: its results and final states.
  private func check(
    _ name: String, _ tolerance: Double = 2e-6,
    _ build: (_ inputs: Tensor, _ lengths: Tensor?) -> (outputs: [Tensor], states: [Tensor])
  ) throws {
    let arrays = try TrainingFixtures.arrays("training/cells.npz")
    let graph = Graph(seed: 3)
    let inputs = graph.constant(try arrays.array("\(name)/inputs"))
    let lengths = arrays["\(name)/lengths"].map { graph.constant($0) }
    let (outputs, states) = build(inputs, lengths)
    let weights = arrays.arrays(under: "\(name)/variable/")
    #expect(Set(graph.variablesByName.keys) == Set(weights.keys))
    let session = try Session(graph)
    try session.initialize(graph, weights)
    let (values, finals) = try session.run(outputs, states)
    let keys = outputs.count == 1 ? ["output"] : ["output/fw", "output/bw"]
    for (key, value) in zip(keys, values) {
      expectClose(value, try arrays.array("\(name)/\(key)"), tolerance, "\(name) \(key)")
    }
    for (index, value) in finals.enumerated() {
      let expected = try arrays.array("\(name)/state/\(index)")
      expectClose(value, expected, tolerance, "\(name) state \(index)")
    }
  }

  @Test("A dropout wrapper draws TensorFlow's masks for the same seeds")
  func dropoutWrapper() throws {
    try check("dropout") { inputs, _ in
      let cell = DropoutWrapper(
        BasicRNNCell(units: 5), inputKeepProb: 0.7, outputKeepProb: 0.6, stateKeepProb: 0.8,
        seed: 11)
      let (outputs, state) = dynamicRNN(cell, inputs: inputs)
      return ([outputs], state.tensors)
    }
  }

  @Test("A variational wrapper has one mask for all steps and rows, and spares the memory")
  func variational() throws {
    try check("variational") { inputs, _ in
      let cell = DropoutWrapper(
        BasicLSTMCell(units: 5), outputKeepProb: 0.6, stateKeepProb: 0.8, variational: true,
        seed: 11)
      let (outputs, state) = dynamicRNN(cell, inputs: inputs)
      return ([outputs], state.tensors)
    }
  }

  @Test("A residual wrapper adds the input")
  func residual() throws {
    try check("residual") { inputs, _ in
      let (outputs, state) = dynamicRNN(ResidualWrapper(GRUCell(units: 4)), inputs: inputs)
      return ([outputs], state.tensors)
    }
  }

  @Test("Two directions read each row up to its length", arguments: [false, true])
  func bidirectional(timeMajor: Bool) throws {
    try check("bidirectional") { inputs, lengths in
      let swap = { (x: Tensor) in timeMajor ? transpose(x, permutation: [1, 0, 2]) : x }
      let (outputs, states) = bidirectionalDynamicRNN(
        BasicLSTMCell(units: 3), GRUCell(units: 2), inputs: swap(inputs),
        sequenceLength: lengths, timeMajor: timeMajor)
      return ([swap(outputs.0), swap(outputs.1)], states.0.tensors + states.1.tensors)
    }
  }

  @Test("An unrolled network shares its weights and is what the loop is")
  func unrolled() throws {
    try check("unrolled") { inputs, lengths in
      let (outputs, state) = staticRNN(
        BasicLSTMCell(units: 3), inputs: unstack(inputs, axis: 1), sequenceLength: lengths)
      return ([stack(outputs, axis: 1)], state.tensors)
    }
    try check("unrolled") { inputs, lengths in
      let (outputs, state) = dynamicRNN(
        BasicLSTMCell(units: 3), inputs: inputs, sequenceLength: lengths)
      return ([outputs], state.tensors)
    }
  }

  @Test("Layers of several kinds have the variables of a stack")
  func stacked() throws {
    let graph = Graph(seed: 1)
    let inputs = graph.placeholder(.float32, shape: [2, nil, 3])
    let cells = StackedCells(BasicLSTMCell(units: 4), GRUCell(units: 5))
    let (outputs, state) = dynamicRNN(cells, inputs: inputs)
    #expect(
      graph.collection(.trainableVariables).map(\.name) == [
        "rnn/multi_rnn_cell/cell_0/basic_lstm_cell/kernel",
        "rnn/multi_rnn_cell/cell_0/basic_lstm_cell/bias",
        "rnn/multi_rnn_cell/cell_1/gru_cell/gates/kernel",
        "rnn/multi_rnn_cell/cell_1/gru_cell/gates/bias",
        "rnn/multi_rnn_cell/cell_1/gru_cell/candidate/kernel",
        "rnn/multi_rnn_cell/cell_1/gru_cell/candidate/bias",
      ])
    let session = try Session(graph)
    try session.run(graph.globalVariablesInitializer())
    let x = NDArray.linspace(-1, 1, count: 18).reshaped([2, 3, 3])
    let (values, final) = try session.run(outputs, state, feeding: [inputs: x])
    #expect(values.shape == [2, 3, 5])
    #expect(final.parts.1 == values[0..., 2])
    #expect(final.parts.0.h.shape == [2, 4])
  }

  @Test("A state that was fetched can be fed, and a network goes on where it ended")
  func carriedState() throws {
    let graph = Graph(seed: 1)
    let inputs = graph.placeholder(.float32, shape: [nil, nil, 3])
    let cell = BasicLSTMCell(units: 4)
    let initial = cell.zeroState(for: inputs)
    let (outputs, state) = dynamicRNN(cell, inputs: inputs, initialState: initial)
    let session = try Session(graph)
    try session.run(graph.globalVariablesInitializer())
    let x = NDArray.linspace(-1, 1, count: 24).reshaped([2, 4, 3])
    let whole = try session.run(outputs, feeding: [inputs: x])
    let half = try session.run(state, feeding: [inputs: x[0..., 0..<2]])
    let rest = try session.run(outputs, feeding: [inputs: x[0..., 2...], initial: half])
    expectClose(rest, whole[0..., 2...], 1e-6)
  }

  @Test("Lengths of another number than rows fail with both shapes")
  func wrongLengths() throws {
    let graph = Graph(seed: 1)
    let inputs = graph.placeholder(.float32, shape: [nil, nil, 3])
    let lengths = graph.placeholder(.int32, shape: [nil])
    let (outputs, _) = dynamicRNN(
      BasicRNNCell(units: 4), inputs: inputs, sequenceLength: lengths)
    let session = try Session(graph)
    try session.run(graph.globalVariablesInitializer())
    let x = NDArray.zeros([3, 2, 3])
    let error = #expect(throws: SessionError.self) {
      try session.run(outputs, feeding: [inputs: x, lengths: [1]])
    }
    #expect(
      error?.message == "assertion failed: [Expected shape for Tensor rnn/sequence_length:0 is ] "
        + "[3] [ but saw shape: ] [1]")
    #expect(throws: GraphError.self) {
      try session.run(outputs, feeding: [inputs: x, lengths: [1, 2]])
    }
    #expect(
      try session.run(outputs, feeding: [inputs: x, lengths: [1, 2, 9]]).shape == [3, 2, 4])
  }

  @Test("Lengths that are known to be too few are a mistake")
  func tooFewLengths() {
    let graph = Graph()
    let inputs = graph.placeholder(.float32, shape: [3, nil, 2])
    _ = dynamicRNN(
      BasicRNNCell(units: 4), inputs: inputs, sequenceLength: graph.constant([1, 2]))
    #expect(graph.error?.message == "sequence lengths are a vector [3], not int32[2]")
  }

  @Test("Inputs without a known depth are a mistake")
  func unknownDepth() {
    let graph = Graph()
    let inputs = graph.placeholder(.float32, shape: [nil, nil, nil])
    _ = dynamicRNN(BasicRNNCell(units: 4), inputs: inputs)
    #expect(
      graph.error?.message
        == "inputs of a recurrent network are [batch, time, depth] with a known depth, not "
        + "float32[?, ?, ?]")
    #expect(graph.error?.location?.file == "CellTests.swift")
  }
}
