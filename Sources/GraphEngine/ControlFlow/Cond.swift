internal import GraphArrays

/// `then` where `predicate` is true, else `otherwise`.
///
/// Both closures are called once, while the graph is declared, and give a structure of one type, or
/// a pair or triple of them; a run computes one of them. Where the shapes of a result differ, its
/// shape is unknown. TF: `tf.cond`.
///
/// - Parameters:
///   - predicate: A bool scalar.
public func cond<R: TensorStructure>(
  _ predicate: Tensor, name: String? = nil, then: () -> R, else otherwise: () -> R
) -> R {
  let graph = predicate.graph
  func declared(_ declare: () -> R) -> (structure: R, side: (graph: Graph, results: [Tensor])) {
    let body = Graph(bodyOf: graph.innermost)
    let structure = body.reopen { declare() }
    let results = structure.tensors.map { body.importing(orRecording: $0) }
    return (structure, (graph: body, results: results))
  }
  let first = declared(then)
  let second = declared(otherwise)
  let results = graph.branch(on: predicate, [first.side, second.side], name: name ?? "cond")
  return first.structure.filled(with: results.dropLast())
}

/// `then` where `predicate` is true, else `otherwise`.
public func cond<A: TensorStructure, B: TensorStructure>(
  _ predicate: Tensor, name: String? = nil, then: () -> (A, B), else otherwise: () -> (A, B)
) -> (A, B) {
  cond(predicate, name: name) {
    StructureTuple(tuple: then())
  } else: {
    StructureTuple(tuple: otherwise())
  }.parts
}

/// `then` where `predicate` is true, else `otherwise`.
public func cond<A: TensorStructure, B: TensorStructure, C: TensorStructure>(
  _ predicate: Tensor, name: String? = nil, then: () -> (A, B, C),
  else otherwise: () -> (A, B, C)
) -> (A, B, C) {
  cond(predicate, name: name) {
    StructureTuple(tuple: then())
  } else: {
    StructureTuple(tuple: otherwise())
  }.parts
}
