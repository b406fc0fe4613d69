package import GraphArrays

/// What the batch rule of an operation is told: along which axis each operand is partitioned.
///
/// A value is *partitioned* where every worker has some of its rows, along its *row axis*, and
/// *whole* where every worker has all of it.
package struct RowContext: Sendable {
  /// Exact types of the whole operands and results.
  package let inputs: [TensorType]
  package let outputs: [TensorType]
  /// The values of operands that are constant.
  package let values: [NDArray?]
  /// The row axis of each operand; nil for a whole one.
  package let axes: [Int?]

  package init(inputs: [TensorType], outputs: [TensorType], values: [NDArray?], axes: [Int?]) {
    self.inputs = inputs
    self.outputs = outputs
    self.values = values
    self.axes = axes
  }

  package func inputShape(_ index: Int) -> [Int] { inputs[index].extents ?? [] }
  package func outputShape(_ index: Int = 0) -> [Int] { outputs[index].extents ?? [] }

  /// The elements of an operand that decides about axes.
  ///
  /// - Throws: `RowRefusal` where it is not a constant.
  package func integers(_ index: Int) throws(RowRefusal) -> [Int] {
    guard axes[index] == nil, let elements = values[index]?.integerElements else {
      throw RowRefusal("an axis is not known", operand: index)
    }
    return elements
  }

  /// An axis, counted from 0, that a constant operand names.
  package func axis(from index: Int, rank: Int) throws(RowRefusal) -> Int {
    let axis = try integers(index).first ?? 0
    return axis < 0 ? axis + rank : axis
  }

  /// - Throws: `RowRefusal` unless the operand is whole.
  package func expectWhole(_ index: Int) throws(RowRefusal) {
    if axes[index] != nil { throw RowRefusal("operand \(index) is by rows", operand: index) }
  }

  /// The rule of elementwise operations: row axes, aligned from the right as broadcasting aligns
  /// them, must be one, and an operand that is whole must be broadcast along it.
  package func aligned(_ operands: Range<Int>? = nil) throws(RowRefusal) -> Int? {
    let rank = outputShape().count
    let operands = operands ?? inputs.indices
    var result: Int?
    for i in operands {
      guard let axis = axes[i].map({ $0 + rank - inputShape(i).count }) else { continue }
      guard result == nil || result == axis else {
        throw RowRefusal("operands have their rows along different axes", operand: i)
      }
      result = axis
    }
    guard let result else { return nil }
    for i in operands where axes[i] == nil {
      let axis = result - (rank - inputShape(i).count)
      guard axis < 0 || inputShape(i)[axis] == 1 else {
        throw RowRefusal("an operand has all rows", operand: i)
      }
    }
    return result
  }

  /// The rule of changes of shape that keep the order of elements: the row axis is still one where
  /// as many elements stand before it, and in each of its rows.
  package func reshaped() throws(RowRefusal) -> Int? {
    guard let axis = axes[0] else { return nil }
    let (before, after) = (inputShape(0), outputShape())
    let outer = before[..<axis].reduce(1, *)
    for candidate in after.indices
    where after[candidate] == before[axis] && after[..<candidate].reduce(1, *) == outer {
      return candidate
    }
    throw RowRefusal("rows are merged with others", operand: 0)
  }
}

/// Why rows of an operation's results do not depend on the same rows of its operands alone.
package struct RowRefusal: Error, Sendable {
  package let reason: String
  /// The operand that stands in the way; nil where it is the operation.
  package let operand: Int?

  package init(_ reason: String, operand: Int? = nil) {
    self.reason = reason
    self.operand = operand
  }
}
