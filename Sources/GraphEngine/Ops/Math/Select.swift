public import GraphArrays
internal import CKernels
package import GraphKernels

/// `x` where the condition is true, else `y`; all three are broadcast. TF: `tf.where` of TF2.
///
/// Numbers and arrays take the dtype of the other choice. The gradient of an element goes to the
/// choice that was taken; what is not finite in the other one does not matter.
public func select(
  _ condition: Tensor, _ x: Tensor, _ y: some TensorConvertible, name: String? = nil
) -> Tensor {
  condition.graph.tensor(SelectV2(), [condition, x, y.tensor(like: x)], name: name)
}

/// `x` where the condition is true, else `y`, with a number or array as the first choice.
public func select(
  _ condition: Tensor, _ x: some NDArrayConvertible & TensorConvertible, _ y: Tensor,
  name: String? = nil
) -> Tensor {
  condition.graph.tensor(SelectV2(), [condition, x.tensor(like: y), y], name: name)
}

/// Choice by element with broadcasting. TF: `SelectV2`.
package struct SelectV2: ElementwiseDefinition {
  package init() {}
  package var name: String { "SelectV2" }

  package func infer(_ context: InferenceContext) throws(GraphError) -> [TensorType] {
    try context.expect(count: 3)
    try context.expect(0, isOneOf: [.bool])
    try context.expectSameDType([1, 2])
    let choices = try InferenceContext.broadcast(context.shape(1), context.shape(2))
    return [
      TensorType(context.dtype(1), try InferenceContext.broadcast(context.shape(0), choices))
    ]
  }

  package func fused(
    _ operands: [ElementwiseBuilder.Value], _ types: [DType], _ builder: inout ElementwiseBuilder
  ) -> ElementwiseBuilder.Value? {
    builder.select(operands[0], operands[1], operands[2])
  }

  package func kernel(_ request: KernelRequest) throws(GraphError) -> Kernel {
    try .select(request, named: name, conditionShape: request.inputShape(0))
  }

  package var isElementwise: Bool { true }

  package func gradient(_ context: GradientContext) throws(GraphError) -> [Tensor?] {
    guard context.inputType(1).dtype.isFloating else { return [nil, nil, nil] }
    let condition = context.input(0)
    let dy = context.dy()
    return [
      nil,
      context.isNeeded[1] ? context.unbroadcast(select(condition, dy, 0), to: 1) : nil,
      context.isNeeded[2] ? context.unbroadcast(select(condition, 0, dy), to: 2) : nil,
    ]
  }
}

/// Choice by element, or by row where the condition is a vector. TF: `Select`.
///
/// Both choices have one shape `[rows, ...]`; the condition has it too, or is a scalar, or has the
/// shape `[rows]`.
package struct Select: OpDefinition {
  package init() {}
  package var name: String { "Select" }

  package func infer(_ context: InferenceContext) throws(GraphError) -> [TensorType] {
    try context.expect(count: 3)
    try context.expect(0, isOneOf: [.bool])
    try context.expectSameDType([1, 2])
    guard let shape = context.shape(1).merged(with: context.shape(2)) else {
      throw GraphError(
        .invalidArgument,
        "the choices have different shapes, \(context.shape(1)) and \(context.shape(2))")
    }
    guard let rank = context.shape(0).rank, rank > 0 else {
      return [TensorType(context.dtype(1), shape)]
    }
    if rank == 1, shape.rank.map({ $0 >= 1 }) ?? true {
      if let rows = shape[0], let conditions = context.shape(0)[0], rows != conditions {
        throw GraphError(
          .invalidArgument,
          "Number of batches of 'then' must match size of 'cond', but saw: \(rows) vs. "
            + "\(conditions)")
      }
      return [TensorType(context.dtype(1), shape)]
    }
    guard let all = shape.merged(with: context.shape(0)) else {
      throw GraphError(
        .invalidArgument,
        "the condition's shape \(context.shape(0)) is not that of the choices, \(shape)")
    }
    return [TensorType(context.dtype(1), all)]
  }

  package func rowAxes(_ context: RowContext) throws(RowRefusal) -> [Int?] {
    let rank = context.inputShape(0).count
    if rank == 1, context.outputShape().count > 1 {
      // A vector of conditions chooses whole rows: its axis is the first one of the choices.
      guard context.axes == [0, 0, 0] else { throw RowRefusal("rows are chosen", operand: 0) }
      return [0]
    }
    return [try context.aligned()]
  }

  package func kernel(_ request: KernelRequest) throws(GraphError) -> Kernel {
    var condition = request.inputShape(0)
    if condition.count == 1 {
      condition += Array(repeating: 1, count: max(0, request.outputShape().count - 1))
    }
    return try .select(request, named: name, conditionShape: condition)
  }

  package func gradient(_ context: GradientContext) throws(GraphError) -> [Tensor?] {
    guard context.inputType(1).dtype.isFloating else { return [nil, nil, nil] }
    let graph = context.operation.graph
    let condition = context.input(0)
    let dy = context.dy()
    let zeros = context.values.zeros(of: context.operation.outputs[0])
    return [
      nil,
      context.isNeeded[1] ? graph.tensor(Select(), [condition, dy, zeros]) : nil,
      context.isNeeded[2] ? graph.tensor(Select(), [condition, zeros, dy]) : nil,
    ]
  }
}

extension Kernel {
  /// Choice by a condition that is broadcast from `conditionShape`.
  fileprivate static func select(
    _ request: KernelRequest, named name: String, conditionShape: [Int]
  ) throws(GraphError) -> Kernel {
    let size = request.outputs[0].dtype.byteSize
    guard size > 0 else { throw request.unsupported(name) }
    let loop = KernelTable.best.pointee.select[byteCount: size]
    let shape = request.outputShape()
    let plan = try BroadcastPlan.making(
      shape, from: [conditionShape, request.inputShape(1), request.inputShape(2)])
    let inPlace = [1, 2].filter { request.inputShape($0) == shape }
    return .elementwise(count: plan.count, inPlace: inPlace) {
      arguments, range throws(RunFailure) in
      plan.run(
        loop, elements: range, out: arguments.output(),
        condition: arguments.input(0, as: UInt8.self), x: arguments.input(1),
        y: arguments.input(2), size: size)
    }
  }
}
