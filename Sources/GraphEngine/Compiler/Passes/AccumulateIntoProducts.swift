internal import GraphArrays

/// Lets products begin with what is added to them.
///
///     x W + a                          ->   MatMulAdd(x, W, a)
///     BiasAdd(x W, b)                  ->   MatMulAdd(x, W, row b)
///     x W + GatherRows(table, ids)     ->   MatMulAdd(x, W, rows of table by ids)
///     (x W + h U) + b                  ->   MatMulAdd(h, U, MatMulAdd(x, W, row b))
///
/// Fires on sums of floating-point matrices with a product that nobody else reads. The other terms
/// are summed first, then one product after the other accumulates into that; a sum of products only
/// begins with the first of them. The grouping of the sum changes, so last bits may differ.
package enum AccumulateIntoProducts: Pass {
  package static func run(_ program: inout Program) throws(GraphError) {
    try program.forEachBody { body throws(GraphError) in try run(&body) }
    guard program.instructions.contains(where: { $0.definition.is(MatMul.self) }) else { return }
    let trees = SumTrees(program)
    Rewriter.rewrite(&program) { instruction, rewriter in
      guard let terms = trees.terms(instruction, rewriter) else { return false }
      return accumulate(terms, of: instruction, &rewriter)
    }
  }

  private static func accumulate(
    _ terms: [SumTrees.Term], of sum: Instruction, _ rewriter: inout Rewriter
  ) -> Bool {
    let type = rewriter.type(sum.outputs[0])
    guard MatMulAdd.dtypes.contains(type.dtype), type.shape.rank == 2 else { return false }
    var products: [(definition: MatMul, inputs: [Value])] = []
    var others: [SumTrees.Term] = []
    for term in terms {
      if !term.isRow, rewriter.isUsedOnce(term.value),
        let product = rewriter.maker(term.value, as: MatMul.self)
      {
        products.append(product)
      } else {
        others.append(term)
      }
    }
    guard let first = products.first, terms.count > 1 else { return false }
    var begin: (addend: MatMulAdd.Addend, operands: [Value])
    if others.isEmpty {
      products.removeFirst()
      begin = (.matrix, [rewriter.add(first.definition, first.inputs, type)])
    } else {
      begin = beginning(others, &rewriter)
    }
    for (number, product) in products.enumerated() {
      let definition = MatMulAdd(
        begin.addend, transposeX: product.definition.transposeA,
        transposeW: product.definition.transposeB)
      let operands = product.inputs + begin.operands
      if number == products.count - 1 { return rewriter.finish(definition, operands) }
      begin = (.matrix, [rewriter.add(definition, operands, type)])
    }
    return false
  }

  /// What the products begin with: the sum of the other terms.
  private static func beginning(
    _ terms: [SumTrees.Term], _ rewriter: inout Rewriter
  ) -> (addend: MatMulAdd.Addend, operands: [Value]) {
    if terms.count == 1 {
      if terms[0].isRow { return (.row, [terms[0].value]) }
      if rewriter.isUsedOnce(terms[0].value),
        let (rows, operands) = rewriter.maker(terms[0].value, as: GatherRows.self),
        rewriter.type(operands[1]).shape.rank == 1
      {
        return (.rows(rows.missing), operands)
      }
    }
    // A sum of vectors alone is one, too.
    guard let start = terms.firstIndex(where: { !$0.isRow }) else {
      var sum = terms[0].value
      for term in terms.dropFirst() {
        sum = rewriter.add(Binary.add, [sum, term.value], rewriter.type(sum))
      }
      return (.row, [sum])
    }
    var rest = terms
    var sum = rest.remove(at: start).value
    for term in rest { sum = rewriter.add(term, to: sum) }
    return (.matrix, [sum])
  }
}
