internal import CKernels
internal import GraphArrays
internal import GraphKernels

/// A step with momentum: `accum = momentum accum + grad`, `var -= lr accum`; Nesterov's form takes
/// `grad + momentum accum` in the last. Operands: variable, accumulator, lr, grad, momentum.
/// TF: `ResourceApplyMomentum`.
package struct ResourceApplyMomentum: VariableUpdate {
  /// Whether the step is taken in Nesterov's form.
  package var useNesterov: Bool

  package init(useNesterov: Bool) { self.useNesterov = useNesterov }

  package var name: String { "ResourceApplyMomentum" }
  package static let attributes = [Attribute("use_nesterov", \ResourceApplyMomentum.useNesterov)]
  package var updatedInputs: [Int] { [0, 1] }
  package var functionalInputs: [Int] { [0, 1, 2, 3, 4] }
  package var functional: any OpDefinition { ApplyMomentum(useNesterov: useNesterov) }

  package func infer(_ context: InferenceContext) throws(GraphError) -> [TensorType] {
    try context.expect(count: 5)
    try expect(context, value: 3, fits: 0)
    try expect(context, value: 3, fits: 1)
    try context.expectScalars([2, 4], like: 3)
    return []
  }
}

/// New values of a variable and its accumulator. TF: `ApplyMomentum`.
package struct ApplyMomentum: OpDefinition {
  /// Whether the step is taken in Nesterov's form.
  package var useNesterov: Bool

  package init(useNesterov: Bool) { self.useNesterov = useNesterov }

  package var name: String { "ApplyMomentum" }
  package static let attributes = [Attribute("use_nesterov", \ApplyMomentum.useNesterov)]
  package var outputCount: Int { 2 }

  package func infer(_ context: InferenceContext) throws(GraphError) -> [TensorType] {
    try context.expect(count: 5)
    try context.expectScalars([2, 4], like: 0)
    return try context.merged([0, 1, 3], results: [0, 1])
  }

  package func kernel(_ request: KernelRequest) throws(GraphError) -> Kernel {
    let loops = KernelTable.best.pointee.apply_momentum
    let nesterov: Int32 = useNesterov ? 1 : 0
    let count = request.inputCount()
    switch request.dtype {
    case .float32:
      return .elementwise(count: count, inPlace: [0]) { arguments, range throws(RunFailure) in
        let i = range.lowerBound
        loops.f32(
          arguments.output(0, as: Float.self) + i, arguments.output(1, as: Float.self) + i,
          arguments.input(0, as: Float.self) + i, arguments.input(1, as: Float.self) + i,
          arguments.input(3, as: Float.self) + i, range.count,
          arguments.input(2, as: Float.self)[0], arguments.input(4, as: Float.self)[0], nesterov)
      }
    case .float64:
      return .elementwise(count: count, inPlace: [0]) { arguments, range throws(RunFailure) in
        let i = range.lowerBound
        loops.f64(
          arguments.output(0, as: Double.self) + i, arguments.output(1, as: Double.self) + i,
          arguments.input(0, as: Double.self) + i, arguments.input(1, as: Double.self) + i,
          arguments.input(3, as: Double.self) + i, range.count,
          arguments.input(2, as: Double.self)[0], arguments.input(4, as: Double.self)[0], nesterov)
      }
    default: throw request.unsupported(name)
    }
  }
}
