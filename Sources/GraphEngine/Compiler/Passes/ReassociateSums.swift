internal import GraphArrays

/// Adds what changes less often first, so that the sums of it can leave the loop.
///
///     (x W + h U) + bias   ->   (x W + bias) + h U
///
/// in the body of a Scan where `x` is scanned, `h` a state and `bias` the same in every turn: terms
/// of a tree of additions are added in ascending level (see `ScanLevels`), those of one level in
/// their order. Fires on sums of at least three terms of at least two levels, whose inner sums
/// nobody else reads. Changes the rounding of sums, in the same way for any number of workers.
package enum ReassociateSums: Pass {
  package static func run(_ program: inout Program) throws(GraphError) {
    program.forEachScan { scan, body in
      let levels = ScanLevels(scan, body)
      reassociate(&body, levels)
    }
  }

  private static func reassociate(_ body: inout Program, _ levels: ScanLevels) {
    let trees = SumTrees(body)
    var done: Set<Value> = []
    Rewriter.rewrite(&body) { instruction, rewriter in
      guard let output = instruction.outputs.first, !done.contains(output),
        let terms = trees.terms(instruction, rewriter), terms.count > 2,
        Set(terms.map { levels[$0.value] }).count > 1
      else { return false }
      let sorted = order(terms, levels)
      guard sorted.map(\.value) != terms.map(\.value) else { return false }
      done.insert(output)
      var sum = sorted[0].value
      for term in sorted[1..<sorted.count - 1] { sum = rewriter.add(term, to: sum) }
      let last = sorted[sorted.count - 1]
      return last.isRow
        ? rewriter.finish(BiasAdd(), [sum, last.value])
        : rewriter.finish(Binary.add, [sum, last.value])
    }
  }

  /// The terms in ascending level. The first is one of the sum's own shape.
  private static func order(_ terms: [SumTrees.Term], _ levels: ScanLevels) -> [SumTrees.Term] {
    var sorted = terms.enumerated().sorted {
      (levels[$0.element.value], $0.offset) < (levels[$1.element.value], $1.offset)
    }.map(\.element)
    if let first = sorted.firstIndex(where: { !$0.isRow }) {
      sorted.insert(sorted.remove(at: first), at: 0)
    }
    return sorted
  }
}
