internal import GraphArrays

extension Rewriter {
  /// Leaves zeros out of a sum, and makes a concatenation of a sum of padded values that tile it.
  /// What is added to every row is a bias.
  ///
  ///     AddV2(x [m, n], b [n])                          ->   BiasAdd(x, b)
  ///     AddN(x, zeros, y)                               ->   AddV2(x, y)
  ///     AddN(Pad(a, right of it), Pad(b, left of it))   ->   ConcatV2(a, b)
  ///
  /// The last is what becomes of the gradients of slices.
  mutating func simplifySum(_ instruction: Instruction) -> Bool {
    if let (x, row) = rowSum(instruction) { return finish(BiasAdd(), [x, row]) }
    guard let terms = terms(instruction), terms.count > 1 else { return false }
    let others = terms.filter { !isZero($0) }
    if others.count < terms.count {
      return finishSum(others.isEmpty ? [terms[0]] : others)
    }
    guard let (parts, axis) = tiles(terms, of: instruction.outputs[0]) else { return false }
    let along = add(NDArray.integers([axis], dtype: .int32, shape: []))
    return finish(ConcatV2(count: parts.count), parts + [along])
  }

  /// The operands of a sum of a value and a vector that is added to all its rows.
  private func rowSum(_ instruction: Instruction) -> (x: Value, row: Value)? {
    guard instruction.definition.name == "AddV2", instruction.inputs.count == 2,
      type(instruction.outputs[0]).dtype.isFloating,
      instruction.inputs.contains(where: { type($0).shape.rank == 1 }),
      let whole = extents(instruction.outputs[0]), whole.count >= 2
    else { return nil }
    for (x, row) in [(0, 1), (1, 0)].map({ (instruction.inputs[$0], instruction.inputs[$1]) })
    where extents(x) == whole && extents(row) == [whole[whole.count - 1]] {
      return (x, row)
    }
    return nil
  }

  /// Whether a value is known to be zeros.
  private func isZero(_ value: Value) -> Bool {
    if let constant = constant(value) { return constant.isZero }
    guard let (_, inputs) = maker(value, as: Fill.self) else { return false }
    return constant(inputs[1])?.isZero == true
  }

  /// The values that stand next to each other along one axis, among zeros each, in their order.
  private func tiles(_ terms: [Value], of sum: Value) -> (parts: [Value], axis: Int)? {
    let pads = terms.compactMap { padding($0) }
    guard pads.count == terms.count, let whole = extents(sum) else { return nil }
    let padded = whole.indices.filter { axis in
      pads.contains { $0.before[axis] + $0.after[axis] > 0 }
    }
    guard padded.count == 1, let axis = padded.first else { return nil }
    let ordered = pads.sorted { $0.before[axis] < $1.before[axis] }
    var end = 0
    for pad in ordered {
      guard pad.before[axis] == end, let extent = extents(pad.x)?[axis] else { return nil }
      end += extent
    }
    return end == whole[axis] ? (ordered.map(\.x), axis) : nil
  }
}

extension NDArray {
  /// Whether all elements are zeros.
  var isZero: Bool {
    guard dtype.byteSize > 0 else { return false }
    return withUnsafeBytes { $0.allSatisfy { $0 == 0 } }
  }
}
