internal import GraphArrays

/// Makes one product of several in the body of a Scan: one large product takes less time than small
/// ones, and what is behind it becomes one operation, too.
///
///     h U, h V                    ->   columns of h [U, V]
///     a U' + b V'                 ->   [a, b] [U, V]'
///     sum of x' a, sum of x' b    ->   columns of the sum of x' [a, b]
///
/// In the first two U and V are the same in every turn, so that they are joined once, and the other
/// operands depend on states; products of others leave the loop (`VectorizeOverTime`, `JoinSums`). So
/// do those of the first that no state of their component depends on (`SinkReductions`, and
/// `VectorizeOverTime` once `FissionScans` has split the loop), which are left alone.
/// In the last two a and b are made by elementwise operations of the loop, which write them side by
/// side, and the sums are read by nothing in the loop. The second groups a sum otherwise, so last
/// bits may differ.
///
/// Must not fire on operands of different levels (see `ScanLevels`), which `DistributeMatMuls` has
/// taken apart.
package enum MergeProducts: Pass {
  package static func run(_ program: inout Program) throws(GraphError) {
    program.forEachScan { scan, body in
      let levels = ScanLevels(scan, body)
      mergeTerms(of: &body, levels)
      mergeColumns(of: &body, levels)
    }
  }

  // MARK: Terms of a sum

  /// What products that become one term have in common.
  private struct Term: Hashable {
    let transposeB: Bool
    let level: Int
  }

  private static func mergeTerms(of body: inout Program, _ levels: ScanLevels) {
    let trees = SumTrees(body)
    Rewriter.rewrite(&body) { instruction, rewriter in
      guard let terms = trees.terms(instruction, rewriter), terms.count > 1,
        rewriter.type(instruction.outputs[0]).shape.rank == 2
      else { return false }
      var groups: [Term: [Int]] = [:]
      for (position, term) in terms.enumerated() where !term.isRow {
        guard let key = key(of: term.value, &rewriter, levels) else { continue }
        groups[key, default: []].append(position)
      }
      let found = groups.filter { $0.value.count > 1 }.min { $0.value[0] < $1.value[0] }
      guard let found else { return false }
      return merge(found.value, found.key, of: terms, instruction, &rewriter)
    }
  }

  private static func key(
    of term: Value, _ rewriter: inout Rewriter, _ levels: ScanLevels
  ) -> Term? {
    guard rewriter.isUsedOnce(term),
      let (product, operands) = rewriter.maker(term, as: MatMul.self),
      !product.transposeA, levels[operands[1]] == ScanLevels.invariant,
      levels[operands[0]] >= ScanLevels.firstState,
      rewriter.maker(operands[0])?.definition.isElementwise == true,
      operands.allSatisfy({ rewriter.type($0).isExact })
    else { return nil }
    return Term(transposeB: product.transposeB, level: levels[operands[0]])
  }

  private static func merge(
    _ members: [Int], _ key: Term, of terms: [SumTrees.Term], _ sum: Instruction,
    _ rewriter: inout Rewriter
  ) -> Bool {
    let operands = members.compactMap { rewriter.maker(terms[$0].value)?.inputs }
    guard operands.count == members.count else { return false }
    let left = rewriter.join(operands.map { $0[0] }, axis: 1)
    let right = rewriter.join(operands.map { $0[1] }, axis: key.transposeB ? 1 : 0)
    let product = MatMul(transposeB: key.transposeB)
    let others = terms.indices.filter { !members.contains($0) }.map { terms[$0] }
    guard let last = others.last else { return rewriter.finish(product, [left, right]) }
    var whole = rewriter.add(product, [left, right], rewriter.type(sum.outputs[0]))
    for term in others.dropLast() { whole = rewriter.add(term, to: whole) }
    return last.isRow
      ? rewriter.finish(BiasAdd(), [whole, last.value])
      : rewriter.finish(Binary.add, [whole, last.value])
  }

  // MARK: Columns

  /// What products that become columns of one have in common.
  private struct Factor: Hashable {
    let left: Value
    let product: MatMul
    let isInvariant: Bool
  }

  private static func mergeColumns(of body: inout Program, _ levels: ScanLevels) {
    let makers = body.makers
    // What the states of each component depend on.
    let carried = levels.components.map { states in
      body.dependencies(of: states.map { body.results[$0] })
    }
    let read = Set(body.instructions.flatMap(\.inputs))
    var groups: [Factor: [Int]] = [:]
    for (index, instruction) in body.instructions.enumerated() {
      guard let product = instruction.definition.as(MatMul.self), instruction.controls.isEmpty,
        body.type(instruction.outputs[0]).dtype.isFloating,
        instruction.inputs.allSatisfy({ body.type($0).isExact })
      else { continue }
      let (left, right) = (instruction.inputs[0], instruction.inputs[1])
      let isInvariant = levels[right] == ScanLevels.invariant
      let isWorthIt =
        isInvariant
        ? !product.transposeA && levels[left] >= ScanLevels.firstState
          && carried[levels[left] - ScanLevels.firstState].contains(instruction.outputs[0])
        : product.transposeA && !product.transposeB && !read.contains(instruction.outputs[0])
          && makers[right]?.definition.isElementwise == true
      guard isWorthIt else { continue }
      let factor = Factor(left: left, product: product, isInvariant: isInvariant)
      groups[factor, default: []].append(index)
    }
    let merged = groups.filter { $0.value.count > 1 }.sorted { $0.value[0] < $1.value[0] }
    guard !merged.isEmpty else { return }
    let products = body.instructions
    for (factor, members) in merged {
      merge(members.map { products[$0] }, factor, in: &body)
    }
    let replaced = Set(merged.flatMap { $0.value.map { products[$0].id } })
    body.remove { replaced.contains($0.id) }
    body.sortByDependence()
  }

  private static func merge(
    _ products: [Instruction], _ factor: Factor, in body: inout Program
  ) {
    let right = body.appendJoined(
      products.map { $0.inputs[1] }, axis: factor.product.transposeB ? 0 : 1, like: products[0])
    let widths = products.map { body.type($0.outputs[0]).extents?[1] ?? 0 }
    let part = body.type(products[0].outputs[0])
    let type = TensorType(
      part.dtype, exact: [part.extents?.first ?? 0, widths.reduce(0, +)])
    let whole = body.append(factor.product, [factor.left, right], type, like: products[0])
    var column = 0
    for (product, width) in zip(products, widths) {
      body.appendColumns(
        column..<column + width, of: whole, as: product.outputs[0], like: product)
      column += width
    }
  }
}

extension Program {
  /// Values that `values` depend on, and these themselves.
  fileprivate func dependencies(of values: some Sequence<Value>) -> Set<Value> {
    var needed = Set(values)
    for instruction in instructions.reversed()
    where instruction.outputs.contains(where: needed.contains) {
      needed.formUnion(instruction.inputs)
    }
    return needed
  }
}
