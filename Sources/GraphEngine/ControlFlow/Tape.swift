internal import GraphArrays

/// What the bodies of a loop or branch computed, read from its history.
///
/// A tape is how a gradient refers to values inside: the forward loop is never changed by it. The
/// compiler turns tapes into tensor lists that the loop fills (`LowerTapes`), so a loop whose
/// tapes no fetch needs keeps nothing.
///
/// `path` begins with a tensor of a body of the loop or branch that the history belongs to; where
/// that is itself a history, the next one is a tensor of that inner body, and so on. Each loop on
/// the path makes the result a list with one item for each of its turns. Of a branch that was not
/// taken, the values are blank: no elements, no items, or zero.
package struct Tape: HistoryReader {
  /// What is kept of the tensor that the path leads to.
  package enum Quantity: Sendable, Hashable {
    /// Its value.
    case value
    /// Its shape, an int32 vector.
    case shape
    /// The number of items of a list.
    case length
    /// The number of turns of the loop whose history the path ends in; or, where it is empty, of
    /// the loop whose history is the operand.
    case count
  }

  package let path: [Tensor]
  package let quantity: Quantity
  /// The type of the result.
  package let type: TensorType

  /// A tape of what `definition`, the operation of the history, computed.
  ///
  /// - Throws: `GraphError` where the path leads through what is no history.
  package init(
    of definition: some OpDefinition, path: [Tensor], _ quantity: Quantity
  ) throws(GraphError) {
    self.path = path
    self.quantity = quantity
    type = try Self.type(of: definition, path[...], quantity)
  }

  package var name: String { "Tape" }

  package func infer(_ context: InferenceContext) throws(GraphError) -> [TensorType] { [type] }

  /// Tapes are lowered before a program is executed.
  package func kernel(_ request: KernelRequest) throws(GraphError) -> Kernel {
    throw GraphError(.unimplemented, "a tape is not executed")
  }

  /// What reaches the tape is handed to its history, with the path (`TapeGradient`).
  package func gradient(_ context: GradientContext) throws(GraphError) -> [Tensor?] {
    [quantity == .value ? context.outputGradients[0] : nil]
  }

  private static func type(
    of definition: some OpDefinition, _ path: ArraySlice<Tensor>, _ quantity: Quantity
  ) throws(GraphError) -> TensorType {
    guard let control = definition as? any ControlFlowDefinition else {
      throw GraphError(.invalidArgument, "a tape reads \(definition.name), which has no history")
    }
    guard let first = path.first else { return TensorType(.int32, []) }
    let item: TensorType
    if path.count > 1 || quantity == .count {
      item = try type(of: first.operation.definition, path.dropFirst(), quantity)
    } else {
      switch quantity {
      case .value: item = first.type
      case .shape: item = TensorType(.int32, [first.shape.rank])
      case .length, .count: item = TensorType(.int32, [])
      }
    }
    return control.isLoop ? .list(of: item) : item
  }
}

/// An operation that reads the history of a loop or branch.
package protocol HistoryReader: OpDefinition {
  /// What it reads: tensors of bodies, from the outermost inwards.
  var path: [Tensor] { get }
}

extension Graph {
  /// A tape of what `history`, a tensor of this graph, tells of a path.
  func tape(of history: Tensor, path: [Tensor], _ quantity: Tape.Quantity) -> Tensor {
    do throws(GraphError) {
      let tape = try Tape(of: history.operation.definition, path: path, quantity)
      return tensor(tape, [history], name: "tape")
    } catch {
      record(error, "Tape", "tape")
      return .invalid(in: self)
    }
  }
}
