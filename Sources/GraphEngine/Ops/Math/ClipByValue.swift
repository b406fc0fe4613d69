internal import CKernels
package import GraphArrays
package import GraphKernels

/// `x` held between `min` and `max`. TF: `tf.clip_by_value`.
///
/// Bounds are scalars or have the shape of `x`. NaN stays NaN. The derivative is 1 between and at
/// the bounds, else 0.
public func clipByValue(
  _ x: Tensor, min: some TensorConvertible, max: some TensorConvertible, name: String? = nil
) -> Tensor {
  guard x.isValid else { return x }
  return x.graph.nameScope(name ?? "clip_by_value") {
    let clipped = maximum(minimum(x, max), min)
    if clipped.isValid, !clipped.shape.isCompatible(with: x.shape) {
      clipped.graph.record(
        GraphError(.invalidArgument, "bounds of shape \(clipped.shape) enlarge \(x.shape)"),
        "ClipByValue", name ?? "clip_by_value")
      return .invalid(in: clipped.graph)
    }
    return clipped
  }
}

/// An operand held between two others. TF: `ClipByValue`.
package struct ClipByValue: ElementwiseDefinition {
  package init() {}
  package var name: String { "ClipByValue" }

  package func infer(_ context: InferenceContext) throws(GraphError) -> [TensorType] {
    try context.expect(count: 3)
    try context.expectSameDType()
    for bound in 1...2 where context.shape(bound).rank.map({ $0 > 0 }) ?? false {
      guard context.shape(bound).isCompatible(with: context.shape(0)) else {
        throw GraphError(
          .invalidArgument, "a bound must be a scalar or have the shape \(context.shape(0))")
      }
    }
    return [context[0]]
  }

  package func rowAxes(_ context: RowContext) throws(RowRefusal) -> [Int?] {
    [try context.aligned()]
  }

  package func fused(
    _ operands: [ElementwiseBuilder.Value], _ types: [DType], _ builder: inout ElementwiseBuilder
  ) -> ElementwiseBuilder.Value? {
    builder.binary(\.minimum, operands[0], operands[2]).flatMap {
      builder.binary(\.maximum, $0, operands[1])
    }
  }

  package func kernel(_ request: KernelRequest) throws(GraphError) -> Kernel {
    let table = KernelTable.best.pointee
    guard let type = request.dtype.kernelType, let lower = table.maximum[type],
      let upper = table.minimum[type]
    else { throw request.unsupported(name) }
    let size = request.dtype.byteSize
    let strides = (1...2).map { request.inputShape($0).isEmpty ? 0 : 1 }
    return .elementwise(
      count: request.inputCount(), inPlace: [0], flopsPerElement: 2
    ) { arguments, range throws(RunFailure) in
      let start = range.lowerBound * size
      let result = arguments.output() + start
      upper(
        result, arguments.input(0) + start, arguments.input(2) + start * strides[1], range.count, 1,
        strides[1])
      lower(
        result, result, arguments.input(1) + start * strides[0], range.count, 1, strides[0])
    }
  }

  package func gradient(_ context: GradientContext) throws(GraphError) -> [Tensor?] {
    guard context.inputType().dtype.isFloating else { return [nil, nil, nil] }
    let (x, dy) = (context.input(0), context.dy())
    let (isBelow, isAbove) = (x .< context.input(1), x .> context.input(2))
    return [
      context.isNeeded[0] ? select(logicalOr(isBelow, isAbove), 0, dy) : nil,
      context.isNeeded[1] ? context.unbroadcast(select(isBelow, dy, 0), to: 1) : nil,
      context.isNeeded[2] ? context.unbroadcast(select(isAbove, dy, 0), to: 2) : nil,
    ]
  }
}
