internal import GraphArrays
internal import Synchronization

/// Carries gradients through a graph from results to what they depend on. It names no operation:
/// what an operation's outputs receive, its own rule turns into what its operands do.
struct ReverseWalk {
  /// The graph that is differentiated.
  private let graph: Graph
  private let values: any ForwardValues
  /// Its nodes when the walk began: gradients may be added to the same graph.
  private let nodes: [Node]
  /// What reached each output, not yet summed.
  private var contributions: [NodeOutput: [Tensor]] = [:]
  /// What reached each history through its tapes.
  private var tapes: [NodeOutput: [TapeGradient]] = [:]

  init(over graph: Graph, values: any ForwardValues) {
    self.graph = graph
    self.values = values
    nodes = graph.state.withLock { $0.nodes }
  }

  /// Adds to the gradient of a tensor of the graph.
  mutating func add(_ gradient: Tensor, to tensor: Tensor) {
    guard gradient.isValid, tensor.isValid else { return }
    contributions[tensor.output, default: []].append(gradient)
  }

  /// Adds to what a tape of a history of the graph receives.
  mutating func add(_ gradient: TapeGradient, to history: Tensor) {
    guard gradient.gradient.isValid, history.isValid else { return }
    tapes[history.output, default: []].append(gradient)
  }

  /// The gradient of a tensor of the graph: the sum of what reached it; nil where nothing did.
  mutating func total(of tensor: Tensor) -> Tensor? { total(of: tensor.output) }

  private mutating func total(of output: NodeOutput) -> Tensor? {
    guard let sum = Gradients.total(contributions[output] ?? []) else { return nil }
    contributions[output] = [sum]
    return sum
  }

  /// Carries what was added as far as `wanted`, and not beyond `stops`.
  ///
  /// Work is linear in the operations between the first of `wanted` and the last result.
  mutating func run(to wanted: [Tensor], stoppingAt stops: [Tensor] = []) {
    let wanted = Set(wanted.filter(\.isValid).map(\.output))
    let stops = Set(stops.map(\.output))
    guard let first = wanted.map(\.node).min(),
      let last = (contributions.keys.map(\.node) + tapes.keys.map(\.node)).max(), first <= last
    else { return }
    // Whether an operation depends on what is wanted, by node from `first` on.
    var depends: [Bool] = []
    depends.reserveCapacity(Int(last - first) + 1)
    func reaches(_ output: NodeOutput) -> Bool {
      if wanted.contains(output) { return true }
      let place = Int(output.node) - Int(first)
      return depends.indices.contains(place) && depends[place]
    }
    for node in first...last { depends.append(nodes[Int(node)].inputs.contains(where: reaches)) }
    for node in (first...last).reversed() where depends[Int(node - first)] {
      let needed = nodes[Int(node)].inputs.map { input in
        reaches(input)
          && nodes[Int(input.node)].outputs[Int(input.index)].isDifferentiable
      }
      if needed.contains(true) { apply(node, needed, stops) }
    }
  }

  /// Applies the rule of an operation whose outputs were reached.
  private mutating func apply(_ number: Int32, _ needed: [Bool], _ stops: Set<NodeOutput>) {
    let node = nodes[Int(number)]
    var received: [Tensor?] = []
    var fromTapes: [TapeGradient] = []
    let operation = Operation(graph: graph, node: number)
    graph.inheritingTrace(of: operation) {
      for index in node.outputs.indices {
        let output = NodeOutput(node: number, index: Int32(index))
        received.append(stops.contains(output) ? nil : total(of: output))
        fromTapes += tapes[output] ?? []
      }
    }
    guard !fromTapes.isEmpty || received.contains(where: { $0 != nil }) else { return }
    let context = GradientContext(
      operation: operation, outputGradients: received, tapeGradients: fromTapes,
      isNeeded: needed, values: values)
    let answers = graph.inheritingTrace(of: operation) {
      graph.nameScope("\(node.name)_grad") { Self.gradients(of: node, context) }
    }
    for (index, answer) in answers.enumerated() where needed[index] {
      guard let answer, answer.isValid else { continue }
      if let reader = node.definition as? any HistoryReader {
        tapes[node.inputs[index], default: []].append(
          TapeGradient(path: reader.path, gradient: answer))
      } else {
        contributions[node.inputs[index], default: []].append(answer)
      }
    }
  }

  /// What the rule of an operation answers for each operand; nothing where it has none.
  private static func gradients(of node: Node, _ context: GradientContext) -> [Tensor?] {
    do throws(GraphError) {
      let answers = try node.definition.gradient(context)
      guard answers.count == node.inputs.count || answers.isEmpty else {
        throw GraphError(
          .unimplemented,
          "\(answers.count) gradients are given for \(node.inputs.count) operands")
      }
      return answers
    } catch {
      context.operation.graph.record(error, node.definition.name, "\(node.name)/")
      return []
    }
  }
}

extension Tensor {
  /// The place of the tensor in its graph.
  var output: NodeOutput { NodeOutput(node: node, index: index) }
}
