internal import GraphArrays

/// Adds to a product as a whole what is added to each of its parts, in the body of a Scan.
///
///     p1, p2 = columns of h W;  p1 + a1 + b1,  p2 + a2 + b2
///       ->   columns of h W + [a1, a2] + [b1, b2]
///     p1 + x V1, p2 + x V2   ->   columns of h W + x [V1, V2]
///
/// What is added must not depend on states: the joined terms leave the loop, and the product begins
/// with them (`AccumulateIntoProducts`). Fires where the parts cover the product, and each is read
/// by one sum only. Matrices must be added to every part, vectors to some. Sums are grouped
/// otherwise, so last bits may differ.
package enum JoinSums: Pass {
  package static func run(_ program: inout Program) throws(GraphError) {
    program.forEachScan { scan, body in
      let levels = ScanLevels(scan, body)
      join(in: &body, levels)
    }
  }

  private static func join(in body: inout Program, _ levels: ScanLevels) {
    let sums = PartSums(body, levels)
    guard !sums.wholes.isEmpty else { return }
    let makers = body.makers
    var replacement: [Value: Value] = [:]
    for (whole, parts) in sums.wholes { join(parts, of: whole, makers, in: &body, &replacement) }
    body.replaceUses(replacement)
    body.sortByDependence()
  }

  private static func join(
    _ parts: [PartSums.Part], of whole: Value, _ makers: [Value: Instruction],
    in body: inout Program, _ replacement: inout [Value: Value]
  ) {
    let source = parts[0].sum
    let type = body.type(whole)
    var total = whole
    for position in parts[0].matrices.indices {
      let terms = parts.map { $0.matrices[position] }
      let term = joined(terms, makers, in: &body, like: source)
      total = body.append(Binary.add, [total, term], type, like: source)
    }
    if parts.contains(where: { !$0.rows.isEmpty }) {
      var rows: [Value] = []
      for part in parts { rows.append(row(of: part, in: &body)) }
      let bias = body.appendJoined(rows, axis: 0, like: source)
      total = body.append(BiasAdd(), [total, bias], type, like: source)
    }
    for part in parts {
      var sum = body.appendColumns(part.columns, of: total, like: part.sum)
      let type = body.type(sum)
      for term in part.others {
        sum =
          term.isRow
          ? body.append(BiasAdd(), [sum, term.value], type, like: part.sum)
          : body.append(Binary.add, [sum, term.value], type, like: part.sum)
      }
      replacement[part.sum.outputs[0]] = sum
    }
  }

  /// The vector that is added to the rows of one part.
  private static func row(of part: PartSums.Part, in body: inout Program) -> Value {
    guard let first = part.rows.first else {
      return body.addConstant(
        NDArray.zeros([part.columns.count], body.type(part.sum.outputs[0]).dtype), like: part.sum)
    }
    var sum = first
    for row in part.rows.dropFirst() {
      sum = body.append(Binary.add, [sum, row], body.type(sum), like: part.sum)
    }
    return sum
  }

  /// What is added to the parts side by side: one product where they are products of one matrix.
  private static func joined(
    _ terms: [Value], _ makers: [Value: Instruction], in body: inout Program,
    like source: Instruction
  ) -> Value {
    let products = terms.compactMap { makers[$0] }.filter { $0.definition.is(MatMul.self) }
    guard products.count == terms.count, let product = products[0].definition.as(MatMul.self),
      products.allSatisfy({
        $0.definition.isEqual(to: product) && $0.inputs[0] == products[0].inputs[0]
          && body.type($0.inputs[1]).isExact
      })
    else { return body.appendJoined(terms, axis: 1, like: source) }
    let right = body.appendJoined(
      products.map { $0.inputs[1] }, axis: product.transposeB ? 0 : 1, like: products[0])
    let type = body.type(terms[0])
    let width = terms.reduce(0) { $0 + (body.type($1).extents?[1] ?? 0) }
    return body.append(
      product, [products[0].inputs[0], right],
      TensorType(type.dtype, exact: [type.extents?.first ?? 0, width]), like: products[0])
  }
}

/// The products of a body whose parts are each read by one sum.
private struct PartSums {
  /// A part of a product, and what else the sum that reads it adds.
  struct Part {
    let columns: Range<Int>
    let sum: Instruction
    /// Terms that do not depend on states.
    var matrices: [Value] = []
    var rows: [Value] = []
    /// The other terms.
    var others: [SumTrees.Term] = []
  }

  /// The products, in order, with their parts from the first column to the last.
  private(set) var wholes: [(whole: Value, parts: [Part])] = []

  private typealias Sum = (sum: Instruction, terms: [SumTrees.Term])
  private typealias View = (part: Value, columns: Range<Int>)

  init(_ body: Program, _ levels: ScanLevels) {
    let products = body.instructions.filter {
      $0.definition.is(MatMul.self) && body.type($0.outputs[0]).dtype.isFloating
    }.map { $0.outputs[0] }
    guard !products.isEmpty else { return }
    let uses = body.useCounts
    let (views, readers) = Self.views(of: body)
    let sums = Self.sums(of: body, uses)
    for whole in products {
      guard let parts = views[whole], parts.count > 1, uses[whole] == readers[whole],
        var found = Self.parts(parts, of: whole, sums, body, levels)
      else { continue }
      if Set(found.map(\.matrices.count)).count > 1 {
        // What only some parts are given is added behind.
        for k in found.indices {
          found[k].others += found[k].matrices.map { SumTrees.Term(value: $0, isRow: false) }
          found[k].matrices = []
        }
      }
      guard found.contains(where: { !$0.rows.isEmpty || !$0.matrices.isEmpty }) else { continue }
      wholes.append((whole, found))
    }
  }

  /// The parts that are read of each value, and how many instructions read them.
  private static func views(of body: Program) -> ([Value: [View]], readers: [Value: Int]) {
    let constants = body.constants
    var views: [Value: [View]] = [:]
    var readers: [Value: Int] = [:]
    for instruction in body.instructions {
      guard
        let parts = instruction.columnViews(body.type, { constants[$0]?.integerElements })
      else { continue }
      readers[parts[0].whole, default: 0] += 1
      for (part, view) in zip(instruction.outputs, parts) {
        let width = body.type(part).extents?.last ?? 0
        views[view.whole, default: []].append(
          (part, view.firstColumn..<view.firstColumn + width))
      }
    }
    return (views, readers)
  }

  /// The outermost sums, by the terms that nothing else reads.
  private static func sums(of body: Program, _ uses: [Value: Int]) -> [Value: Sum] {
    var sums: [Value: Sum] = [:]
    let trees = SumTrees(body)
    var unchanged = body
    Rewriter.rewrite(&unchanged) { instruction, rewriter in
      if let terms = trees.terms(instruction, rewriter), terms.count > 1 {
        for term in terms where uses[term.value] == 1 { sums[term.value] = (instruction, terms) }
      }
      return false
    }
    return sums
  }

  /// The parts from the first column to the last; nil where one is missing or is read by no sum of
  /// its own.
  private static func parts(
    _ views: [View], of whole: Value, _ sums: [Value: Sum], _ body: Program, _ levels: ScanLevels
  ) -> [Part]? {
    var end = 0
    var found: [Part] = []
    for view in views.sorted(by: { $0.columns.lowerBound < $1.columns.lowerBound }) {
      guard view.columns.lowerBound == end, let (sum, terms) = sums[view.part] else { return nil }
      end = view.columns.upperBound
      var part = Part(columns: view.columns, sum: sum)
      for term in terms where term.value != view.part {
        if levels[term.value] >= ScanLevels.firstState || !body.type(term.value).isExact {
          part.others.append(term)
        } else if term.isRow {
          part.rows.append(term.value)
        } else {
          part.matrices.append(term.value)
        }
      }
      found.append(part)
    }
    guard end == body.type(whole).extents?.last,
      Set(found.map { $0.sum.id }).count == found.count
    else { return nil }
    return found
  }
}
