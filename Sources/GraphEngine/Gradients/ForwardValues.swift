internal import GraphArrays

/// How a gradient that is being declared reads the graph which it differentiates.
///
/// At the top a forward tensor is itself. In the body of a gradient loop it is read from the tapes
/// of the forward loop, in a branch of a gradient from the tapes of the forward branch.
package protocol ForwardValues: AnyObject {
  /// The value of a forward tensor.
  func value(of tensor: Tensor) -> Tensor
  /// The shape of a forward tensor in the run, as an int32 vector.
  func shape(of tensor: Tensor) -> Tensor
  /// The number of items of a forward list, as an int32 scalar.
  func length(of list: Tensor) -> Tensor
  /// What `history`, a forward tensor, tells of a path.
  func tape(of history: Tensor, path: [Tensor], _ quantity: Tape.Quantity) -> Tensor
}

extension ForwardValues {
  /// Zeros where a gradient of `tensor` is wanted and none reaches it: of its shape, or, for a
  /// list, a list as long in which nothing is written.
  func zeros(of tensor: Tensor) -> Tensor {
    let type = tensor.type.cotangent
    guard type.dtype == .variant else {
      return Gradients.zeros(like: type, shape: shape(of: tensor), in: tensor.graph)
    }
    return tensor.graph.reservedList(
      of: type.element ?? TensorType(.float32, .unknown), length: length(of: tensor))
  }
}

/// Forward values where the gradient is declared in the graph that is differentiated.
final class DirectValues: ForwardValues {
  private let graph: Graph
  private var shapes: [Tensor: Tensor] = [:]
  private var lengths: [Tensor: Tensor] = [:]
  private var tapes: [Tape: [Tensor: Tensor]] = [:]

  init(graph: Graph) { self.graph = graph }

  func value(of tensor: Tensor) -> Tensor { tensor }

  func shape(of tensor: Tensor) -> Tensor {
    if let shape = shapes[tensor] { return shape }
    let shape = graph.reopen { tensor.dynamicShape }
    shapes[tensor] = shape
    return shape
  }

  func length(of list: Tensor) -> Tensor {
    if let length = lengths[list] { return length }
    let length = graph.reopen { tensorListLength(list) }
    lengths[list] = length
    return length
  }

  func tape(of history: Tensor, path: [Tensor], _ quantity: Tape.Quantity) -> Tensor {
    let tape = graph.reopen { graph.tape(of: history, path: path, quantity) }
    guard tape.isValid, let definition = tape.operation.definition.as(Tape.self) else {
      return tape
    }
    if let made = tapes[definition]?[history] { return made }
    tapes[definition, default: [:]][history] = tape
    return tape
  }
}

extension TensorType {
  /// The type of a gradient with respect to a tensor of this type: lists have lists, variables'
  /// handles what a variable holds.
  var cotangent: TensorType {
    switch dtype {
    case .resource: element ?? TensorType(.float32, .unknown)
    case .variant: element.map { .list(of: $0.cotangent) } ?? self
    default: self
    }
  }

  /// Whether there are gradients with respect to tensors of this type: floating-point numbers,
  /// lists and variables of them, and histories.
  var isDifferentiable: Bool {
    switch dtype {
    case .variant, .resource: element?.isDifferentiable ?? true
    default: dtype.isFloating
    }
  }
}
