internal import GraphArrays

/// Moves transposes that only permute the rows of a product to its narrower side.
///
///     rows(Transpose(x)) W                  ->   rows(Transpose(rows(x) W))        if W narrows
///     Transpose(y W)                        ->   rows(Transpose(y)) W              if W widens
///     rows(Transpose(x))' y                 ->   rows(x)' rows(Transpose'(y))      if y is narrower
///
/// `rows` reshapes `[..., d]` to `[rows, d]`, and the last axis stays the last: outputs of a loop,
/// `[time, batch, units]`, that a dense layer takes as `[batch, time, units]`. Fires for products of
/// matrices of exact types, also those that begin with a row. A sum over permuted rows has its terms
/// in another order, so last bits may differ.
package enum MoveTransposes: Pass {
  package static func run(_ program: inout Program) throws(GraphError) {
    try program.forEachBody { body throws(GraphError) in try run(&body) }
    guard program.instructions.contains(where: { $0.definition.is(Transpose.self) }) else { return }
    Rewriter.rewrite(&program) { instruction, rewriter in
      switch instruction.definition {
      case is Transpose: moveBefore(instruction, &rewriter)
      case let product as MatMul where product.transposeA:
        !product.transposeB && moveAcross(instruction, &rewriter)
      case is MatMul, is MatMulAdd: moveBehind(instruction, &rewriter)
      default: false
      }
    }
  }

  /// Whether a product takes the rows of its first operand, and none of another, one by one.
  private static func isOfRows(_ definition: any OpDefinition) -> Bool {
    switch definition {
    case let product as MatMul: !product.transposeA
    case let product as MatMulAdd: !product.transposeX && product.addend == .row
    default: false
    }
  }

  private static func moveBehind(_ product: Instruction, _ rewriter: inout Rewriter) -> Bool {
    guard isOfRows(product.definition), let rows = rewriter.permutedRows(product.inputs[0]),
      let width = rewriter.extents(product.outputs[0])?.last, width < rows.width
    else { return false }
    let type = rewriter.type(product.outputs[0])
    let x = rewriter.reshape(rows.x, [rows.count, rows.width])
    let y = rewriter.add(product.definition, [x] + product.inputs.dropFirst(), type)
    return rewriter.finish(rows: y, permutedBy: rows.axes, from: rows.leading, width: width)
  }

  private static func moveBefore(_ transpose: Instruction, _ rewriter: inout Rewriter) -> Bool {
    guard let axes = rewriter.rowPermutation(transpose),
      let shape = rewriter.extents(transpose.inputs[0]), let width = shape.last,
      let (rows, product) = rewriter.productRows(transpose.inputs[0]),
      isOfRows(product.definition), let depth = rewriter.extents(product.inputs[0])?.last,
      depth < width, rewriter.extents(rows)?.last == width
    else { return false }
    let x = rewriter.permute(
      rows: product.inputs[0], by: axes, from: Array(shape.dropLast()), width: depth)
    let y = rewriter.add(
      product.definition, [x] + product.inputs.dropFirst(), rewriter.type(rows))
    return rewriter.finish(
      Reshape(), [y, rewriter.add(integers: rewriter.extents(transpose.outputs[0]) ?? [])])
  }

  /// Of a product that sums over the rows of both operands.
  private static func moveAcross(_ product: Instruction, _ rewriter: inout Rewriter) -> Bool {
    for side in 0...1 {
      guard let rows = rewriter.permutedRows(product.inputs[side]),
        let width = rewriter.extents(product.inputs[1 - side])?.last, width < rows.width
      else { continue }
      var inverse = rows.axes
      for (i, axis) in rows.axes.enumerated() { inverse[axis] = i }
      var operands = product.inputs
      operands[side] = rewriter.reshape(rows.x, [rows.count, rows.width])
      operands[1 - side] = rewriter.permute(
        rows: operands[1 - side], by: inverse, from: rows.axes.map { rows.leading[$0] },
        width: width)
      return rewriter.finish(product.definition, operands)
    }
    return false
  }
}

extension Rewriter {
  /// Rows that are those of `x`, `[leading..., width]`, in the order that a transpose gives them.
  fileprivate struct PermutedRows {
    let x: Value
    /// The axis of `x` that each leading axis of the transposed value is.
    let axes: [Int]
    let leading: [Int]
    let width: Int
    var count: Int { leading.reduce(1, *) }
  }

  /// What a matrix is of which the rows are a transposed value's; nil for others.
  fileprivate func permutedRows(_ matrix: Value) -> PermutedRows? {
    guard let (_, inputs) = maker(matrix, as: Reshape.self), let transpose = maker(inputs[0]),
      let axes = rowPermutation(transpose), let extents = extents(transpose.inputs[0]),
      let width = extents.last, self.extents(matrix)?.last == width,
      self.extents(matrix)?.count == 2
    else { return nil }
    return PermutedRows(
      x: transpose.inputs[0], axes: axes, leading: Array(extents.dropLast()), width: width)
  }

  /// The order in which an instruction puts all axes but the last, which stays; nil for others.
  fileprivate func rowPermutation(_ instruction: Instruction) -> [Int]? {
    guard let output = instruction.outputs.first, instruction.definition.is(Transpose.self),
      let order = integers(instruction.inputs[1]), let axes = try? Transpose.axes(order),
      axes.count > 2, axes.last == axes.count - 1, extents(output) != nil
    else { return nil }
    return Array(axes.dropLast())
  }

  /// The product whose rows a value consists of, and the product's result, that nothing else reads.
  fileprivate mutating func productRows(_ value: Value) -> (rows: Value, product: Instruction)? {
    guard let (_, inputs) = maker(value, as: Reshape.self), let product = maker(inputs[0]),
      extents(inputs[0])?.count == 2, isUsedOnce(value), isUsedOnce(inputs[0])
    else { return nil }
    return (inputs[0], product)
  }

  /// The rows of a matrix, which are those of `[leading..., width]`, in another order of its axes.
  fileprivate mutating func permute(
    rows: Value, by axes: [Int], from leading: [Int], width: Int
  ) -> Value {
    let whole = transpose(reshape(rows, leading + [width]), axes + [axes.count])
    return reshape(whole, [leading.reduce(1, *), width])
  }

  /// Puts the rows of a matrix in another order in the place of the instruction.
  fileprivate mutating func finish(
    rows: Value, permutedBy axes: [Int], from leading: [Int], width: Int
  ) -> Bool {
    let whole = transpose(reshape(rows, leading + [width]), axes + [axes.count])
    return finish(Reshape(), [whole, add(integers: [leading.reduce(1, *), width])])
  }
}
