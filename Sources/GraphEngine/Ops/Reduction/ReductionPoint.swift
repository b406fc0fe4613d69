internal import GraphArrays

/// What the derivative of a reduction is made from.
struct ReductionPoint {
  let context: GradientContext
  let keepDims: Bool

  var dy: Tensor { context.dy() }

  /// The axes counted from 0, ascending, and the operand's rank, where both are known.
  private var axes: (reduced: [Int], rank: Int)? {
    let operand = context.operation.inputs[1]
    guard let rank = context.inputType().shape.rank,
      let axes = operand.graph.node(operand.node).known[Int(operand.index)]?.array?.integerElements,
      let reduced = try? Reduction.positions(axes, rank: rank)
    else { return nil }
    return (reduced, rank)
  }

  /// `value`, of the result's shape, with reduced axes as extents of 1.
  func kept(_ value: Tensor) -> Tensor {
    if keepDims { return value }
    guard let axes else { return reshape(value, keptShape) }
    return axes.reduced.reduce(value) { expandDims($0, axis: $1) }
  }

  /// The operand's shape with reduced extents replaced by 1, where only a run knows the axes.
  private var keptShape: Tensor {
    let shape = context.inputShape()
    let rank = shape.dynamicSize
    let axes = cast(context.input(1), to: .int32) % rank
    let isReduced = unsortedSegmentSum(onesLike(axes), axes, segments: rank) .> 0
    return select(isReduced, 1, shape)
  }

  /// `value`, of the result's shape, for each element that was reduced.
  func spread(_ value: Tensor) -> Tensor { broadcast(kept(value), to: context.inputShape()) }

  /// How many elements a result is made from, at least 1, as a scalar of the operand's dtype.
  var reducedCount: Tensor {
    let type = context.inputType()
    if let count = type.count, let results = context.outputType().count {
      return context.operation.graph.constant(count / max(results, 1), dtype: type.dtype)
    }
    let count = floorDiv(
      reduceProd(context.inputShape()), maximum(reduceProd(context.outputShape()), 1))
    return cast(count, to: type.dtype)
  }

  /// The gradient of extremes: what reaches a result is shared equally by the elements equal to it.
  var sharedByEqual: Tensor {
    let x = context.input()
    let isEqual = cast(kept(context.output()) .== x, to: x.dtype)
    let count = kept(reduceSum(isEqual, axis: context.input(1), keepDims: keepDims))
    return isEqual / count * kept(dy)
  }

  /// For each element the product of the others that it is multiplied with: without a division, so
  /// that zeros do no harm.
  var productOfOthers: Tensor {
    let x = context.input()
    if let axes, axes.reduced.count <= 1 {
      return axes.reduced.first.map { productOfOthers(x, axis: $0) } ?? onesLike(x)
    }
    // All reduced axes become one axis, the first.
    let shape = context.inputShape()
    let order = permutation
    let permuted = transpose(x, permutation: order)
    let columns = reduceProd(context.outputShape())
    let rows = floorDiv(reduceProd(shape), maximum(columns, 1))
    let matrix = reshape(permuted, stack([rows, columns], axis: 0))
    let product = reshape(productOfOthers(matrix, axis: 0), permuted.dynamicShape)
    return transpose(product, permutation: invertPermutation(order))
  }

  private func productOfOthers(_ x: Tensor, axis: Int) -> Tensor {
    cumprod(x, axis: axis, exclusive: true) * cumprod(x, axis: axis, exclusive: true, reverse: true)
  }

  /// The axes of the operand, reduced ones first.
  private var permutation: Tensor {
    let graph = context.operation.graph
    if let axes {
      let others = (0..<axes.rank).filter { !axes.reduced.contains($0) }
      return graph.constant(axes.reduced + others)
    }
    let rank = context.inputShape().dynamicSize
    let reduced = cast(context.input(1), to: .int32) % rank
    let isReduced = unsortedSegmentSum(onesLike(reduced), reduced, segments: rank)
    // Ranks of axes in the order wanted: reduced axes count from 0, the others after them.
    let before = cumsum(isReduced, exclusive: true)
    let others = graph.range(0, rank, 1) - before + reduceSum(isReduced)
    return invertPermutation(select(isReduced .> 0, before, others))
  }
}
