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
  var structures: [R] = []
  let sides = [then, otherwise].map { declare in
    let body = Graph(bodyOf: graph.innermost)
    let structure = body.reopen { declare() }
    structures.append(structure)
    return (graph: body, results: structure.tensors.map { body.importing(orRecording: $0) })
  }
  let results = graph.branch(
    on: predicate, then: sides[0], otherwise: sides[1], name: name ?? "cond")
  return structures[0].filled(with: results.dropLast())
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
