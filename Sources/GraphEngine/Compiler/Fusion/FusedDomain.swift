/// The elements over which a fused group runs: the shape of its operations' results, as rows and
/// columns. The columns are the last axis.
struct FusedDomain: Hashable {
  let shape: [Int]
  var columns: Int { shape.last ?? 1 }
  var rows: Int { shape.dropLast().reduce(1, *) }

  /// How an operand is read.
  enum Reading {
    /// Each element of the domain has its own.
    case full
    /// One row for all.
    case row
    /// One column for all.
    case column
    case scalar
  }

  /// How an operand of this shape is broadcast to the domain; nil where rows and columns do not
  /// say it.
  func reading(_ operand: [Int]) -> Reading? {
    if operand == shape { return .full }
    guard operand.count <= shape.count else { return nil }
    if operand.allSatisfy({ $0 == 1 }) { return .scalar }
    let leading = Array(repeating: 1, count: shape.count - operand.count) + operand.dropLast()
    let last = operand[operand.count - 1]
    if last == columns, leading.allSatisfy({ $0 == 1 }) { return .row }
    if last == 1, leading == Array(shape.dropLast()) { return .column }
    return nil
  }
}

/// A part of the columns of a whole: what `Split` and `Slice` along the last axis give.
struct ColumnView {
  /// The operand that is the whole.
  let whole: Value
  let firstColumn: Int
}

extension Instruction {
  /// The views that this instruction's results are, in order; nil where it is no view of columns.
  ///
  /// - Parameters:
  ///   - type: The types of values.
  ///   - constants: The values of constants.
  func columnViews(
    _ type: (Value) -> TensorType, _ integers: (Value) -> [Int]?
  ) -> [ColumnView]? {
    switch definition {
    case is Split, is SplitV:
      let (whole, axis) =
        definition.is(Split.self) ? (inputs[1], inputs[0]) : (inputs[0], inputs[2])
      guard let extents = type(whole).extents, let axis = integers(axis)?.first,
        axis == -1 || axis == extents.count - 1
      else { return nil }
      var column = 0
      return outputs.map { output in
        defer { column += type(output).extents?.last ?? 0 }
        return ColumnView(whole: whole, firstColumn: column)
      }
    case is Slice:
      guard let extents = type(inputs[0]).extents, let begin = integers(inputs[1]),
        let part = type(outputs[0]).extents, begin.count == extents.count, !extents.isEmpty,
        begin.dropLast().allSatisfy({ $0 == 0 }), part.dropLast() == extents.dropLast()
      else { return nil }
      return [ColumnView(whole: inputs[0], firstColumn: begin[extents.count - 1])]
    default: return nil
    }
  }

  /// The parts that this instruction joins along the last axis; nil where it does not.
  func joinedColumns(
    _ type: (Value) -> TensorType, _ integers: (Value) -> [Int]?
  ) -> [Value]? {
    guard definition.is(ConcatV2.self), let axis = inputs.last.flatMap(integers)?.first,
      let rank = type(outputs[0]).extents?.count, axis == -1 || axis == rank - 1
    else { return nil }
    return Array(inputs.dropLast())
  }
}
