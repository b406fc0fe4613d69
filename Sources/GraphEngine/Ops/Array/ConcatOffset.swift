internal import GraphArrays

/// Where each of several tensors begins when they are concatenated. TF: `ConcatOffset`.
///
/// - Parameters:
///   - axis: An int32 scalar.
///   - shapes: The tensors' shapes, int32 vectors.
/// - Returns: An int32 vector for each.
func concatOffsets(axis: Tensor, _ shapes: [Tensor]) -> [Tensor] {
  axis.graph.tensors(ConcatOffset(count: shapes.count), [axis] + shapes)
}

/// Where each operand of a concatenation begins. TF: `ConcatOffset`.
package struct ConcatOffset: OpDefinition {
  /// The number of shapes.
  package var count: Int

  package init(count: Int) { self.count = count }

  package var name: String { "ConcatOffset" }
  package static let attributes = [Attribute("N", \ConcatOffset.count)]
  package var outputCount: Int { count }

  package func infer(_ context: InferenceContext) throws(GraphError) -> [TensorType] {
    try context.expect(count: count + 1)
    try context.expect(0, isOneOf: [.int32])
    try context.expectSameDType(Array(1...count))
    var common = Shape(rank: 1)
    for operand in 1...count {
      try context.expectInteger(operand)
      guard let merged = common.merged(with: context.shape(operand)) else {
        throw GraphError(.invalidArgument, "the shapes differ in rank")
      }
      common = merged
    }
    return (0..<count).map { _ in TensorType(context.dtype(1), common) }
  }

  package func kernel(_ request: KernelRequest) throws(GraphError) -> Kernel {
    let axisOperand = IntegerOperand(0, request)
    let shapes = (1...count).map { IntegerOperand($0, request) }
    let rank = request.outputCount()
    let isInt64 = request.outputs[0].dtype == .int64
    return Kernel { arguments, _ throws(RunFailure) in
      var axis = axisOperand.value(arguments)
      guard axis >= -rank, axis < rank else {
        throw RunFailure(
          .invalidArgument, "Concat dim is out of range: \(axis) vs. \(rank)")
      }
      if axis < 0 { axis += rank }
      var offset = 0
      for (i, shape) in shapes.enumerated() {
        for at in 0..<rank {
          let value = at == axis ? offset : 0
          if isInt64 {
            arguments.output(i, as: Int64.self)[at] = Int64(value)
          } else {
            arguments.output(i, as: Int32.self)[at] = Int32(truncatingIfNeeded: value)
          }
        }
        offset += shape.value(arguments, at: axis)
      }
    }
  }

  package func gradient(_ context: GradientContext) throws(GraphError) -> [Tensor?] {
    context.operation.inputs.map { _ in nil }
  }
}
