internal import GraphArrays

/// Takes products in loops apart, so that each part can stand where its own operands allow.
///
///     Concat([a, b]) W               ->   a W[..<k] + b W[k...]
///     Slice(g W', columns)           ->   g W[columns]'
///     Slice(x + y)                   ->   Slice(x) + Slice(y)
///     Pad(a) W                       ->   a W[rows]
///     Pad(a)' g                      ->   Pad(a' g)
///
/// A concatenation is taken apart where its parts change differently from turn to turn (see
/// `ScanLevels`): the product of one that does not depend on the states can be done for all turns
/// at once. Where all parts are alike, two products would cost more than one. W must be the same in
/// every turn, as its parts are to be cut once. A sum is cut only where part of it is not used. The
/// terms of the first rule are summed in another grouping, so last bits may differ.
package enum DistributeMatMuls: Pass {
  package static func run(_ program: inout Program) throws(GraphError) {
    program.forEachScan { scan, body in
      let levels = ScanLevels(scan, body)
      distribute(&body, levels)
    }
  }

  private static func distribute(_ body: inout Program, _ levels: ScanLevels) {
    var levels = levels
    let slices = usedElements(body)
    Rewriter.rewrite(&body) { instruction, rewriter in
      if rewrite(instruction, &rewriter, levels, slices) { return true }
      levels.add(instruction)
      return false
    }
  }

  /// Of values that are read by slices only: how many elements the slices have in all.
  private static func usedElements(_ body: Program) -> [Value: Int] {
    var used: [Value: Int] = [:]
    var others = Set(body.results)
    for instruction in body.instructions {
      if instruction.definition.is(Slice.self) {
        used[instruction.inputs[0], default: 0] += body.type(instruction.outputs[0]).count ?? 0
        others.formUnion(instruction.inputs.dropFirst())
      } else {
        others.formUnion(instruction.inputs)
      }
    }
    for value in others { used[value] = nil }
    return used
  }

  private static func rewrite(
    _ instruction: Instruction, _ rewriter: inout Rewriter, _ levels: ScanLevels,
    _ slices: [Value: Int]
  ) -> Bool {
    if let product = instruction.definition.as(MatMul.self) {
      return product.transposeA
        ? productOfTransposedPad(instruction, product, &rewriter)
        : productOfParts(instruction, product, &rewriter, levels)
    }
    guard instruction.definition.is(Slice.self),
      let cut = rewriter.cut(instruction), let source = rewriter.maker(cut.x)
    else { return false }
    if let product = source.definition.as(MatMul.self) {
      return columns(of: product, source.inputs, cut, &rewriter, levels)
    }
    guard let terms = rewriter.terms(source), let whole = rewriter.type(cut.x).count,
      let used = slices[cut.x], used < whole
    else { return false }
    let parts = terms.map { rewriter.slice($0, begin: cut.begin, size: cut.size) }
    return rewriter.finishSum(parts)
  }

  /// `Concat([a, b]) W` and `Pad(a) W`.
  private static func productOfParts(
    _ instruction: Instruction, _ product: MatMul, _ rewriter: inout Rewriter, _ levels: ScanLevels
  ) -> Bool {
    let (x, w) = (instruction.inputs[0], instruction.inputs[1])
    guard levels[w] == ScanLevels.invariant, let weights = rewriter.extents(w) else { return false }
    let type = rewriter.type(instruction.outputs[0])
    if let pad = rewriter.padding(x), pad.before[0] == 0, pad.after[0] == 0,
      let depth = rewriter.extents(pad.x)?[1]
    {
      let rows = rewriter.rows(
        of: w, pad.before[1]..<pad.before[1] + depth, transposed: product.transposeB)
      return rewriter.finish(product, [pad.x, rows])
    }
    guard type.dtype.isFloating, let (parts, axis) = rewriter.concatenation(x), axis == 1,
      Set(parts.map { levels[$0] }).count > 1
    else { return false }
    let depths = parts.compactMap { rewriter.extents($0)?[1] }
    guard depths.count == parts.count,
      depths.reduce(0, +) == weights[product.transposeB ? 1 : 0]
    else { return false }
    var start = 0
    var terms: [Value] = []
    for (part, depth) in zip(parts, depths) {
      let rows = rewriter.rows(of: w, start..<start + depth, transposed: product.transposeB)
      terms.append(rewriter.add(product, [part, rows], type))
      start += depth
    }
    return rewriter.finishSum(terms)
  }

  /// `Pad(a)' g`: the rows of zeros of the result are not computed.
  private static func productOfTransposedPad(
    _ instruction: Instruction, _ product: MatMul, _ rewriter: inout Rewriter
  ) -> Bool {
    guard let pad = rewriter.padding(instruction.inputs[0]), pad.before[0] == 0, pad.after[0] == 0,
      let depth = rewriter.extents(pad.x)?[1],
      let result = rewriter.extents(instruction.outputs[0])
    else { return false }
    let dtype = rewriter.type(pad.x).dtype
    let part = rewriter.add(
      product, [pad.x, instruction.inputs[1]], TensorType(dtype, exact: [depth, result[1]]))
    let paddings = rewriter.add(
      NDArray.integers(
        [pad.before[1], pad.after[1], 0, 0], dtype: .int32, shape: [2, 2]))
    return rewriter.finish(Pad(), [part, paddings])
  }

  /// Columns of `g W`.
  private static func columns(
    of product: MatMul, _ operands: [Value], _ cut: Rewriter.Cut, _ rewriter: inout Rewriter,
    _ levels: ScanLevels
  ) -> Bool {
    let w = operands[1]
    guard levels[w] == ScanLevels.invariant, let whole = rewriter.extents(cut.x),
      cut.size[0] == whole[0], cut.size != whole
    else { return false }
    let columns = rewriter.rows(
      of: w, cut.begin[1]..<cut.begin[1] + cut.size[1], transposed: !product.transposeB)
    return rewriter.finish(product, [operands[0], columns])
  }
}

extension Rewriter {
  /// Rows of a matrix, or columns where it is transposed.
  fileprivate mutating func rows(
    of w: Value, _ range: Range<Int>, transposed: Bool
  ) -> Value {
    guard let extents = extents(w), extents.count == 2 else { return w }
    return transposed
      ? slice(w, begin: [0, range.lowerBound], size: [extents[0], range.count])
      : slice(w, begin: [range.lowerBound, 0], size: [range.count, extents[1]])
  }
}
