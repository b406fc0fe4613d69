internal import CKernels
internal import GraphArrays
internal import GraphKernels

/// A step of gradient descent: `var -= alpha delta`. Operands: variable, alpha, delta.
/// TF: `ResourceApplyGradientDescent`.
package struct ResourceApplyGradientDescent: VariableUpdate {
  package init() {}
  package var name: String { "ResourceApplyGradientDescent" }
  package var updatedInputs: [Int] { [0] }
  package var functionalInputs: [Int] { [0, 1, 2] }
  package var functional: any OpDefinition { ApplyGradientDescent() }

  package func infer(_ context: InferenceContext) throws(GraphError) -> [TensorType] {
    try context.expect(count: 3)
    try expect(context, value: 2, fits: 0)
    try context.expectScalars([1], like: 2)
    return []
  }
}

/// `var - alpha delta`. TF: `ApplyGradientDescent`.
package struct ApplyGradientDescent: OpDefinition {
  package init() {}
  package var name: String { "ApplyGradientDescent" }

  package func infer(_ context: InferenceContext) throws(GraphError) -> [TensorType] {
    try context.expect(count: 3)
    try context.expectScalars([1], like: 0)
    return try context.merged([0, 2], results: [0])
  }

  package func kernel(_ request: KernelRequest) throws(GraphError) -> Kernel {
    let loops = KernelTable.best.pointee.apply_gradient_descent
    let count = request.inputCount()
    switch request.dtype {
    case .float32:
      return .elementwise(count: count, inPlace: [0]) { arguments, range throws(RunFailure) in
        let i = range.lowerBound
        loops.f32(
          arguments.output(0, as: Float.self) + i, arguments.input(0, as: Float.self) + i,
          arguments.input(2, as: Float.self) + i, range.count,
          arguments.input(1, as: Float.self)[0])
      }
    case .float64:
      return .elementwise(count: count, inPlace: [0]) { arguments, range throws(RunFailure) in
        let i = range.lowerBound
        loops.f64(
          arguments.output(0, as: Double.self) + i, arguments.input(0, as: Double.self) + i,
          arguments.input(2, as: Double.self) + i, range.count,
          arguments.input(1, as: Double.self)[0])
      }
    default: throw request.unsupported(name)
    }
  }
}

extension InferenceContext {
  /// - Throws: `GraphError` where an operand is no scalar of the dtype of another one.
  func expectScalars(_ operands: [Int], like other: Int) throws(GraphError) {
    try expectSameDType([other] + operands)
    for operand in operands { try expect(operand, rank: 0) }
  }

  /// The common type of operands of one shape, for each of the results.
  ///
  /// - Throws: `GraphError` where the operands differ.
  func merged(_ operands: [Int], results: [Int]) throws(GraphError) -> [TensorType] {
    var common = types[operands[0]]
    for operand in operands.dropFirst() {
      guard let merged = common.merged(with: types[operand]) else {
        throw GraphError(.invalidArgument, "operands \(operands[0]) and \(operand) differ in type")
      }
      common = merged
    }
    return results.map { _ in common }
  }
}
