package import GraphArrays

/// Computes one of several bodies, by number. TF: `Case`.
///
/// Operand 0 is the number, an int32 scalar; one that no body has stands for the last body. The
/// others are what the bodies take from outside. Of the outputs the last is the history, as that of
/// `While`.
package struct Case: BranchDefinition {
  /// What is computed for each number; at least one body.
  package let bodies: [Body]

  package init(bodies: [Body]) { self.bodies = bodies }

  package var name: String { "Case" }
  package var choiceType: DType { .int32 }
}

/// The branch of number `index`, which is the last one where there is none of that number.
///
///     let y = switchCase(index, [{ x * 2 }, { tanh(x) }, { x }])
///
/// Each closure is called once, while the graph is declared, and all give a structure of one type; a
/// run computes one of them. Where the shapes of a result differ, its shape is unknown. TF:
/// `tf.switch_case`.
///
/// - Parameters:
///   - index: An int32 scalar.
///   - branches: At least one.
public func switchCase<R: TensorStructure>(
  _ index: Tensor, _ branches: [() -> R], name: String? = nil
) -> R {
  precondition(!branches.isEmpty, "switchCase wants at least one branch")
  let graph = index.graph
  var sides: [(graph: Graph, results: [Tensor])] = []
  let structures = branches.map { declare in
    let body = Graph(bodyOf: graph.innermost)
    let structure = body.reopen { declare() }
    sides.append((graph: body, results: structure.tensors.map { body.importing(orRecording: $0) }))
    return structure
  }
  let results = graph.branch(on: index, sides, name: name ?? "switch_case")
  return structures[0].filled(with: results.dropLast())
}
