internal import GraphArrays
internal import GraphKernels

extension Kernel {
  /// A unary loop over the elements of the only operand.
  static func unary(_ loop: UnaryLoop, _ request: KernelRequest) -> Kernel {
    let (size, resultSize) = (request.dtype.byteSize, request.outputs[0].dtype.byteSize)
    return .elementwise(
      count: request.inputCount(), inPlace: size == resultSize ? [0] : []
    ) { arguments, range throws(RunFailure) in
      loop(
        arguments.output() + range.lowerBound * resultSize,
        arguments.input(0) + range.lowerBound * size, range.count)
    }
  }

  /// A binary loop over two operands that are broadcast to the result's shape.
  ///
  /// - Throws: `GraphError` where they do not broadcast to it.
  static func binary(
    _ loop: BinaryLoop, _ request: KernelRequest
  ) throws(GraphError) -> Kernel {
    let (size, resultSize) = (request.dtype.byteSize, request.outputs[0].dtype.byteSize)
    let shape = request.outputShape()
    let shapes = [request.inputShape(0), request.inputShape(1)]
    let plan = try BroadcastPlan.making(shape, from: shapes)
    let inPlace = [0, 1].filter { size == resultSize && shapes[$0] == shape }
    return .elementwise(count: plan.count, inPlace: inPlace) {
      arguments, range throws(RunFailure) in
      plan.run(
        loop, elements: range, out: arguments.output(), x: arguments.input(0),
        y: arguments.input(1), outputSize: resultSize, operandSize: size)
    }
  }
}

extension BroadcastPlan {
  /// A plan for operands of these shapes.
  ///
  /// - Throws: `GraphError` where one of them does not broadcast to `output`.
  static func making(
    _ output: [Int], from operands: [[Int]]
  ) throws(GraphError) -> BroadcastPlan {
    guard let plan = BroadcastPlan(output: output, operands: operands) else {
      throw GraphError(.invalidArgument, "shapes \(operands) do not broadcast to \(output)")
    }
    return plan
  }
}
