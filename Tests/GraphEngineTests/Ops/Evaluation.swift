import GraphArrays
import GraphEngine

/// The values of tensors, computed operation by operation with each one's own kernel: no compiler,
/// no plan, no workers.
struct HostEvaluator {
  private let feeds: [Tensor: NDArray]
  private var values: [Tensor: NDArray] = [:]

  init(feeding feeds: [(Tensor, NDArray)]) {
    self.feeds = Dictionary(feeds, uniquingKeysWith: { $1 })
  }

  mutating func value(_ tensor: Tensor) throws -> NDArray {
    if let value = feeds[tensor] ?? values[tensor] { return value }
    if let constant = tensor.operation.definition as? Const { return constant.value }
    var operands: [NDArray] = []
    for input in tensor.operation.inputs { operands.append(try value(input)) }
    let results = try tensor.operation.definition.evaluateAllOnHost(
      operands, operands.map { TensorType($0.dtype, exact: $0.shape) })
    for (output, result) in zip(tensor.operation.outputs, results) { values[output] = result }
    return results[Int(tensor.index)]
  }

  /// The values of several tensors.
  static func values(
    _ tensors: [Tensor], feeding feeds: [(Tensor, NDArray)]
  ) throws -> [NDArray] {
    var evaluator = HostEvaluator(feeding: feeds)
    return try tensors.map { try evaluator.value($0) }
  }
}

/// Runs of a graph in a session of its own.
struct Evaluation {
  private let session: Session

  init(_ graph: Graph, workers: Int = 2) throws {
    session = try Session(graph, options: Session.Options(workers: workers))
  }

  func callAsFunction(
    _ tensors: [Tensor], feeding feeds: [(Tensor, NDArray)]
  ) throws -> [NDArray] {
    var all = Feeds()
    for (tensor, value) in feeds { all.add(value, for: tensor) }
    return try session.run(tensors, feeding: all)
  }
}
