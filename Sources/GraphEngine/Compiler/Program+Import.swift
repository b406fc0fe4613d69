internal import Synchronization
internal import GraphArrays

extension Program {
  /// What `fetches` and `targets` need of a graph, cut at what is fed.
  ///
  /// Bodies of loops and branches are taken whole, since tapes may name any of their values.
  package init(
    importing graph: Graph, fetches: [Tensor], targets: [Operation], feeds: [Tensor],
    feedTypes: [TensorType]
  ) throws(GraphError) {
    self.init()
    for (position, (tensor, type)) in zip(feeds, feedTypes).enumerated() {
      let value = newValue(type)
      parameters.append(Parameter(value: value, source: .feed(position)))
      names[NodeOutput(node: tensor.node, index: tensor.index)] = value
    }
    let nodes = graph.state.withLock { $0.nodes }
    let needed = Self.reachable(
      in: nodes,
      from: fetches.map { NodeOutput(node: $0.node, index: $0.index) },
      targets: targets.map(\.node), fed: Set(names.keys))
    var ids: [Int32: Value] = [:]
    for node in nodes.indices where needed[node] {
      try append(nodes[node], Int32(node), of: graph, &ids)
    }
    results = fetches.compactMap { names[NodeOutput(node: $0.node, index: $0.index)] }
    self.targets = targets.compactMap { ids[$0.node] }
  }

  /// The whole of a body.
  package init(importing body: Body) throws(GraphError) {
    self.init()
    for (position, parameter) in body.parameters.enumerated() {
      let value = newValue(parameter.type)
      parameters.append(Parameter(value: value, source: .argument(position)))
      names[NodeOutput(node: parameter.node, index: parameter.index)] = value
    }
    let nodes = body.graph.state.withLock { $0.nodes }
    var ids: [Int32: Value] = [:]
    for node in nodes.indices where !nodes[node].definition.is(Argument.self) {
      try append(nodes[node], Int32(node), of: body.graph, &ids)
    }
    results = body.results.compactMap { names[NodeOutput(node: $0.node, index: $0.index)] }
    guard results.count == body.results.count else {
      throw GraphError(.failedPrecondition, "a result of a loop or branch is not made in its body")
    }
  }

  private mutating func append(
    _ node: Node, _ number: Int32, of graph: Graph, _ ids: inout [Int32: Value]
  ) throws(GraphError) {
    var inputs: [Value] = []
    for input in node.inputs {
      guard let value = names[input] else {
        throw GraphError(
          .failedPrecondition, "an operand is not available where it is used",
          operation: node.name, operationType: node.definition.name)
      }
      inputs.append(value)
    }
    let outputs = node.outputs.map { newValue($0) }
    var instruction = Instruction(
      node.definition, inputs: inputs, outputs: outputs, name: node.name,
      origin: .init(operation: Operation(graph: graph, node: number)))
    instruction.controls = node.controls.compactMap { ids[$0] }
    if let definition = node.definition as? any ControlFlowDefinition {
      for body in definition.bodies { instruction.bodies.append(try Program(importing: body)) }
    }
    for (index, output) in outputs.enumerated() {
      let name = NodeOutput(node: number, index: Int32(index))
      // A fed output keeps the value of its feed.
      if names[name] == nil { names[name] = output }
    }
    ids[number] = instruction.id
    instructions.append(instruction)
  }

  private static func reachable(
    in nodes: [Node], from fetches: [NodeOutput], targets: [Int32], fed: Set<NodeOutput>
  ) -> [Bool] {
    var needed = [Bool](repeating: false, count: nodes.count)
    var open: [Int32] = targets + fetches.filter { !fed.contains($0) }.map(\.node)
    while let next = open.popLast() {
      guard !needed[Int(next)] else { continue }
      needed[Int(next)] = true
      let node = nodes[Int(next)]
      for input in node.inputs where !fed.contains(input) { open.append(input.node) }
      // Who waits for a placeholder that is fed waits for nothing.
      open += node.controls.filter { control in
        !nodes[Int(control)].definition.is(Placeholder.self)
          || !fed.contains(NodeOutput(node: control, index: 0))
      }
    }
    return needed
  }
}
