internal import GraphArrays
internal import Synchronization

extension While {
  /// The gradient of a loop is another loop, which is counted whatever ended the forward one: its
  /// step `s` differentiates turn `count - 1 - s`.
  ///
  /// Gradients of variables that change are its state, those of invariant ones are summed, and
  /// forward values come from tapes. What reached the forward loop's own tapes, because the gradient
  /// of a gradient is asked for, is added to the values that were taped.
  package func gradient(_ context: GradientContext) throws(GraphError) -> [Tensor?] {
    let operation = context.operation
    let active = activeVariables(context)
    // The gradient of what an invariant hands on is that of the invariant.
    var answers = operation.inputs.indices.map { index in
      isInvariant(index) ? context.outputGradients[index] : nil
    }
    guard !active.isEmpty, let history = operation.outputs.last else { return answers }
    let count = context.values.tape(of: history, path: [], .count)
    let loop = LoopBuilder(in: operation.graph)
    let parent = loop.parent
    let step = loop.variable("step", TensorType(.int32, [])) { parent.int32(0, name: "step") }
    var states: [Int: Tensor] = [:]
    for index in active {
      let isInvariant = isInvariant(index)
      let type = variableType(index).cotangent
      states[index] = loop.variable(isInvariant ? "sum" : "state", type) {
        if !isInvariant, let gradient = context.outputGradients[index] { return gradient }
        return context.values.zeros(
          of: isInvariant ? operation.inputs[index] : operation.outputs[index])
      }
    }
    loop.body.reopen {
      let turn = count - 1 - step
      let values = BodyValues(
        of: operation, self, in: loop.body, turn: turn, outer: context.values)
      var walk = ReverseWalk(over: body.graph, values: values)
      for index in active where !isInvariant(index) {
        if let state = states[index] { walk.add(state, to: body.results[index]) }
      }
      for tape in context.tapeGradients {
        guard let first = tape.path.first else { continue }
        let rest = Array(tape.path.dropFirst())
        if rest.isEmpty {
          walk.add(tensorListGetItem(tape.gradient, turn, of: first, values), to: first)
        } else {
          let item = values.item(of: tape, at: turn)
          walk.add(TapeGradient(path: rest, gradient: item), to: first)
        }
      }
      walk.run(to: active.map { body.parameters[$0] })
      for index in active {
        guard let state = states[index] else { continue }
        let parameter = body.parameters[index]
        let gradient = walk.total(of: parameter)
        if isInvariant(index) {
          loop.setNext(gradient.map { addN([state, $0]) } ?? state, of: state)
        } else {
          loop.setNext(gradient ?? values.zeros(of: parameter), of: state)
        }
      }
      loop.setNext(step + 1, of: step)
    }
    let outputs = loop.finish(name: "while") { variables in variables[0] .< count }
    for (position, index) in active.enumerated() {
      answers[index] = Gradients.total([outputs[position + 1]] + [answers[index]].compactMap { $0 })
    }
    return answers
  }

  /// Variables whose gradients are carried from turn to turn: those which a wanted operand reaches
  /// and which reach what has a gradient.
  private func activeVariables(_ context: GradientContext) -> [Int] {
    let variables = Array(context.operation.inputs.indices)
    let nodes = body.graph.state.withLock { $0.nodes }
    var wanted = Set(variables.filter { context.isNeeded[$0] })
    while true {
      let reached = nodes.reached(from: wanted.map { body.parameters[$0] })
      let more = variables.filter { reached.contains(body.results[$0]) && !wanted.contains($0) }
      if more.isEmpty { break }
      wanted.formUnion(more)
    }
    let taped = context.tapeGradients.compactMap(\.path.first)
    var received = Set(
      variables.filter { !isInvariant($0) && context.outputGradients[$0] != nil })
    while true {
      let reaching = nodes.reaching(received.map { body.results[$0] } + taped)
      let more = variables.filter {
        reaching.contains(body.parameters[$0]) && !received.contains($0)
      }
      if more.isEmpty { break }
      received.formUnion(more)
    }
    return variables.filter {
      wanted.contains($0) && received.contains($0) && variableType($0).isDifferentiable
    }
  }
}

/// Tensors of a graph, as a set over its nodes' outputs.
private struct Reach {
  var nodes: [Bool]
  var tensors: Set<NodeOutput>

  /// Whether the tensor, or the operation that makes it, is in the set.
  func contains(_ tensor: Tensor) -> Bool { contains(tensor.output) }

  func contains(_ output: NodeOutput) -> Bool {
    tensors.contains(output) || nodes[Int(output.node)]
  }
}

extension [Node] {
  /// What depends on any of `sources`, themselves included.
  fileprivate func reached(from sources: [Tensor]) -> Reach {
    var reach = Reach(
      nodes: [Bool](repeating: false, count: count), tensors: Set(sources.map(\.output)))
    for index in indices where self[index].inputs.contains(where: { reach.contains($0) }) {
      reach.nodes[index] = true
    }
    return reach
  }

  /// What any of `targets` depends on, themselves included.
  fileprivate func reaching(_ targets: [Tensor]) -> Reach {
    var reach = Reach(nodes: [Bool](repeating: false, count: count), tensors: [])
    for target in targets { reach.nodes[Int(target.node)] = true }
    for index in indices.reversed() where reach.nodes[index] {
      for input in self[index].inputs { reach.nodes[Int(input.node)] = true }
    }
    return reach
  }
}
