internal import GraphArrays

extension BranchDefinition {
  /// The gradient of a branch is another branch on the same operand, between the gradients of the
  /// bodies; a body that does not use an operand answers zeros.
  package func gradient(_ context: GradientContext) throws(GraphError) -> [Tensor?] {
    let operation = context.operation
    let wanted = bodies[0].parameters.indices.filter { context.isNeeded[$0 + 1] }
    var answers = [Tensor?](repeating: nil, count: operation.inputs.count)
    var sides = bodies.map { GradientSide($0, of: self, context) }
    for index in sides.indices { sides[index].differentiate(wanted, context) }
    let reached = wanted.indices.filter { position in
      sides.contains { $0.gradients[position] != nil }
    }
    guard !reached.isEmpty else { return answers }
    let branches = sides.map { (graph: $0.graph, results: $0.results(wanted, reached)) }
    let outputs = operation.graph.branch(on: context.input(0), branches, name: "cond")
    for (output, position) in zip(outputs, reached) { answers[wanted[position] + 1] = output }
    return answers
  }
}

/// One of the bodies, and its gradient.
private struct GradientSide {
  let forward: Body
  let graph: Graph
  let values: BodyValues
  /// The gradients of the wanted parameters, nil where none reaches one.
  var gradients: [Tensor?] = []

  init(_ forward: Body, of branch: some BranchDefinition, _ context: GradientContext) {
    self.forward = forward
    graph = Graph(bodyOf: context.operation.graph.innermost)
    values = BodyValues(
      of: context.operation, branch, forward, in: graph, outer: context.values)
  }

  mutating func differentiate(_ wanted: [Int], _ context: GradientContext) {
    let (forward, values) = (forward, values)
    gradients = graph.reopen {
      var walk = ReverseWalk(over: forward.graph, values: values)
      for (result, gradient) in zip(forward.results, context.outputGradients) {
        if let gradient { walk.add(gradient, to: result) }
      }
      for tape in context.tapeGradients {
        // The value that was taped belongs to one of the bodies.
        guard let first = tape.path.first, first.graph === forward.graph else { continue }
        let rest = Array(tape.path.dropFirst())
        if rest.isEmpty {
          walk.add(tape.gradient, to: first)
        } else {
          walk.add(TapeGradient(path: rest, gradient: tape.gradient), to: first)
        }
      }
      walk.run(to: wanted.map { forward.parameters[$0] })
      return wanted.map { walk.total(of: forward.parameters[$0]) }
    }
  }

  /// The results of the gradient's body: zeros for parameters that only the other one reaches.
  func results(_ wanted: [Int], _ reached: [Int]) -> [Tensor] {
    graph.reopen {
      reached.map { position in
        let gradient =
          gradients[position] ?? values.zeros(of: forward.parameters[wanted[position]])
        return graph.importing(orRecording: gradient)
      }
    }
  }
}
