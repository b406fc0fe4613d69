package import GraphArrays

/// What gradient rules and the reverse walk share.
package enum Gradients {
  /// Zeros of a type; `shape`, an int32 vector, is asked for only where the type does not tell it.
  package static func zeros(
    like type: TensorType, shape: @autoclosure () -> Tensor, in graph: Graph
  ) -> Tensor {
    if let extents = type.extents { return graph.zeros(extents, type.dtype) }
    return graph.zeros(shape(), type.dtype)
  }

  /// `gradient`, of an elementwise result, summed over the axes along which the operand was
  /// broadcast.
  ///
  /// Where shapes are known, so are the axes; else `BroadcastGradientArgs` finds them in the run.
  ///
  /// - Parameters:
  ///   - operand: What is known of the operand's shape.
  ///   - result: What is known of the result's shape, which `gradient` has.
  ///   - operandShape: The operand's shape in the run, an int32 vector.
  ///   - resultShape: The result's shape in the run, an int32 vector.
  package static func unbroadcast(
    _ gradient: Tensor, to operand: Shape, of result: Shape, operandShape: () -> Tensor,
    resultShape: () -> Tensor
  ) -> Tensor {
    if operand.isFullyKnown, operand == result { return gradient }
    if let extents = operand.dimensions, let whole = result.dimensions,
      let axes = broadcastAxes(extents, whole)
    {
      if axes.isEmpty { return gradient }
      let added = whole.count - extents.count
      if axes.allSatisfy({ $0 < added }) {
        return reduceSum(gradient, axis: axes, keepDims: false)
      }
      let sum = reduceSum(gradient, axis: axes, keepDims: true)
      return added == 0 ? sum : reshape(sum, operandShape())
    }
    let shape = operandShape()
    let axes = broadcastGradientArguments(shape, resultShape()).x
    return reshape(reduceSum(gradient, axis: axes, keepDims: false), shape)
  }

  /// The axes of a result along which an operand was broadcast; nil where an extent of the operand
  /// must be known to tell.
  private static func broadcastAxes(_ operand: [Int?], _ result: [Int?]) -> [Int]? {
    guard operand.count <= result.count else { return nil }
    let added = result.count - operand.count
    var axes = Array(0..<added)
    for (index, extent) in operand.enumerated() where result[added + index] != 1 {
      guard let extent else { return nil }
      if extent == 1 { axes.append(added + index) }
    }
    return axes
  }

  /// The sum of contributions to one gradient; nil where there is none.
  ///
  /// Sparse contributions stay sparse where all are: their rows are put behind each other.
  static func total(_ contributions: [Tensor]) -> Tensor? {
    guard contributions.count > 1 else { return contributions.first }
    let slices = contributions.compactMap(\.indexedSlices)
    guard slices.count == contributions.count else { return addN(contributions) }
    return indexedSlices(
      values: concat(slices.map(\.values), axis: 0),
      indices: concat(slices.map(\.indices), axis: 0), denseShape: slices[0].denseShape)
  }
}
