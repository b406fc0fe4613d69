internal import GraphArrays

/// The trees of additions of a program: sums whose inner sums nobody else reads.
struct SumTrees {
  /// A term of a sum.
  struct Term {
    let value: Value
    /// Whether it is a vector, added to every row.
    let isRow: Bool
  }

  /// Inner nodes of trees: values that one sum of their own shape reads, and nothing else.
  private var inner: Set<Value> = []

  init(_ program: Program) {
    let uses = program.useCounts
    for instruction in program.instructions {
      for operand in Self.wholeTerms(of: instruction, program) where uses[operand] == 1 {
        inner.insert(operand)
      }
    }
  }

  /// The terms of a sum that have its shape; none where it is no sum, or where one of its operands is
  /// no term (see `operands`).
  private static func wholeTerms(of sum: Instruction, _ program: Program) -> ArraySlice<Value> {
    guard let output = sum.outputs.first, let extents = program.type(output).extents else {
      return []
    }
    let terms =
      sum.isSum ? sum.inputs[...] : sum.definition.is(BiasAdd.self) ? sum.inputs.prefix(1) : []
    return terms.allSatisfy { program.type($0).extents == extents } ? terms : []
  }

  /// The terms of the tree that an instruction is the root of, from the left to the right; nil where
  /// it is none, or adds integers.
  func terms(_ root: Instruction, _ rewriter: Rewriter) -> [Term]? {
    guard root.outputs.count == 1, !inner.contains(root.outputs[0]),
      rewriter.type(root.outputs[0]).dtype.isFloating
    else { return nil }
    guard let first = operands(root, rewriter) else { return nil }
    // A chain of additions is as deep as it is long.
    var open = Array(first.reversed())
    var result: [Term] = []
    while let term = open.popLast() {
      if !term.isRow, inner.contains(term.value), let maker = rewriter.maker(term.value),
        maker.controls.isEmpty, let terms = operands(maker, rewriter)
      {
        open += terms.reversed()
      } else {
        result.append(term)
      }
    }
    return result
  }

  /// What one instruction adds; nil where it is no sum.
  private func operands(_ sum: Instruction, _ rewriter: Rewriter) -> [Term]? {
    if let terms = rewriter.terms(sum) { return terms.map { Term(value: $0, isRow: false) } }
    guard let bias = sum.definition.as(BiasAdd.self), bias.dataFormat == "NHWC" else { return nil }
    return [
      Term(value: sum.inputs[0], isRow: false), Term(value: sum.inputs[1], isRow: true),
    ]
  }
}

extension Rewriter {
  /// Adds a term to a sum.
  mutating func add(_ term: SumTrees.Term, to sum: Value) -> Value {
    let type = type(sum)
    return term.isRow
      ? add(BiasAdd(), [sum, term.value], type) : add(Binary.add, [sum, term.value], type)
  }
}
