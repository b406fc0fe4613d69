internal import Synchronization

extension Graph {
  /// Records a mistake of a function that is no operation of its own, at the user's line, and gives
  /// the tensor that stands for its result.
  package func refuse(_ message: String, _ type: String, _ name: String) -> Tensor {
    record(GraphError(.invalidArgument, message), type, name)
    return .invalid(in: self)
  }

  /// What a function gives that was asked to make something of no tensors, and so in no graph: an
  /// invalid tensor that carries the mistake with it.
  ///
  /// The graph in which the tensor is used takes the mistake over, and a run that is to fetch the
  /// tensor throws it.
  package static func refuse(_ message: String, _ type: String, _ name: String) -> Tensor {
    Graph().refuse(message, type, name)
  }

  /// Takes over the mistakes of the graphs without operations that `tensors` come from.
  func adoptMistakes(of tensors: [Tensor]) {
    for tensor in tensors where !tensor.isValid { adoptMistake(of: tensor.graph) }
  }

  /// Takes over the mistake of another graph, if there is one.
  func adoptMistake(of other: Graph) {
    if other.root !== root, let error = other.error { record(error) }
  }
}
