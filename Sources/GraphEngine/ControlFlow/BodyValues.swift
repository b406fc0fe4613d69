internal import GraphArrays

/// How the body of a gradient reads the body of the loop or branch it differentiates: constants are
/// copied, what is known outside is captured from there, and all else is read from a tape.
final class BodyValues: ForwardValues {
  /// The values of the graph that the forward loop or branch stands in.
  private let outer: any ForwardValues
  /// The forward loop or branch.
  private let operation: Operation
  private let history: Tensor
  /// The body that is differentiated.
  private let forward: Body
  /// The body in which the gradient is declared.
  private let graph: Graph
  /// The forward turn that is differentiated; nil for a branch.
  private let turn: Tensor?
  /// Operands of the forward operation that parameters of its body stand for in every turn.
  private let outside: [Tensor: Tensor]
  private var items: [Item: Tensor] = [:]
  private var copies: [Tensor: Tensor] = [:]
  private var shapes: [Shape: Tensor] = [:]

  private struct Item: Hashable {
    let path: [Tensor]
    let quantity: Tape.Quantity
  }

  /// The values of a loop's body, in the gradient of turn `turn`.
  init(
    of operation: Operation, _ loop: While, in graph: Graph, turn: Tensor,
    outer: any ForwardValues
  ) {
    self.outer = outer
    self.operation = operation
    history = Tensor(
      graph: operation.graph, node: operation.node, index: Int32(loop.outputCount - 1))
    forward = loop.body
    self.graph = graph
    self.turn = turn
    var outside: [Tensor: Tensor] = [:]
    for (index, operand) in operation.inputs.enumerated() where loop.isInvariant(index) {
      outside[loop.body.parameters[index]] = operand
    }
    self.outside = outside
  }

  /// The values of a branch, in the branch of its gradient.
  init(
    of operation: Operation, _ branch: some BranchDefinition, _ body: Body, in graph: Graph,
    outer: any ForwardValues
  ) {
    self.outer = outer
    self.operation = operation
    history = Tensor(
      graph: operation.graph, node: operation.node, index: Int32(branch.outputCount - 1))
    forward = body
    self.graph = graph
    turn = nil
    outside = Dictionary(
      zip(body.parameters, operation.inputs.dropFirst()), uniquingKeysWith: { first, _ in first })
  }

  func value(of tensor: Tensor) -> Tensor {
    if let operand = outside[tensor] { return outer.value(of: operand) }
    if let copy = copies[tensor] { return copy }
    let node = tensor.graph.node(tensor.node)
    if let constant = node.definition.as(Const.self) {
      let copy = graph.reopen { graph.tensor(constant, [], name: "Const") }
      copies[tensor] = copy
      return copy
    }
    if node.definition.is(Identity.self), let source = tensor.operation.inputs.first {
      return value(of: source)
    }
    return item([tensor], .value)
  }

  func shape(of tensor: Tensor) -> Tensor {
    if tensor.shape.isFullyKnown {
      if let copy = shapes[tensor.shape] { return copy }
      let copy = graph.reopen { graph.int32(tensor.shape.known ?? []) }
      shapes[tensor.shape] = copy
      return copy
    }
    if let operand = outside[tensor] { return outer.shape(of: operand) }
    return item([tensor], .shape)
  }

  func length(of list: Tensor) -> Tensor {
    if let operand = outside[list] { return outer.length(of: operand) }
    return item([list], .length)
  }

  func tape(of history: Tensor, path: [Tensor], _ quantity: Tape.Quantity) -> Tensor {
    item([history] + path, quantity)
  }

  /// What a tape of the forward loop received for this turn.
  func item(of tape: TapeGradient, at turn: Tensor) -> Tensor {
    let list = tape.gradient
    let type = (list.type.element ?? TensorType(.float32, .unknown)).cotangent
    let isKnown = type.dtype == .variant || type.shape.isFullyKnown
    let shape = isKnown ? list.graph.elementShape(type) : item(tape.path, .shape)
    return list.graph.tensor(
      TensorListGetItem(element: type), [list, turn, shape], name: "TensorListGetItem")
  }

  /// What the body computed: of a loop, in the turn that is differentiated.
  private func item(_ path: [Tensor], _ quantity: Tape.Quantity) -> Tensor {
    let key = Item(path: path, quantity: quantity)
    if let item = items[key] { return item }
    let tape = outer.tape(of: history, path: path, quantity)
    guard tape.isValid else { return tape }
    var item = tape
    if let turn {
      item = graph.reopen { tensorListGetItem(tape, turn) }
    }
    items[key] = item
    return item
  }
}
