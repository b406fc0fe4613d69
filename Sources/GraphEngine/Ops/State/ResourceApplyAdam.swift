internal import CKernels
internal import GraphArrays
internal import GraphKernels

/// A step of Adam. Operands: variable, m, v, beta1_power, beta2_power, lr, beta1, beta2, epsilon,
/// grad. TF: `ResourceApplyAdam`.
///
/// `m += (grad - m)(1 - beta1)`, `v += (grad^2 - v)(1 - beta2)`,
/// `var -= lr sqrt(1 - beta2_power) / (1 - beta1_power) m / (sqrt(v) + epsilon)`; Nesterov's form
/// takes `beta1 m + (1 - beta1) grad` for `m` in the last.
///
/// Source: Kingma and Ba, Adam: A Method for Stochastic Optimization, 2015, with epsilon as in the
/// remark before its section 2.1.
package struct ResourceApplyAdam: VariableUpdate {
  /// Whether the step is taken in Nesterov's form.
  package var useNesterov: Bool

  package init(useNesterov: Bool) { self.useNesterov = useNesterov }

  package var name: String { "ResourceApplyAdam" }
  package static let attributes = [Attribute("use_nesterov", \ResourceApplyAdam.useNesterov)]
  package var updatedInputs: [Int] { [0, 1, 2] }
  package var functionalInputs: [Int] { Array(0..<10) }
  package var functional: any OpDefinition { ApplyAdam(useNesterov: useNesterov) }

  package func infer(_ context: InferenceContext) throws(GraphError) -> [TensorType] {
    try context.expect(count: 10)
    for handle in 0..<3 { try expect(context, value: 9, fits: handle) }
    try context.expectScalars(Array(3...8), like: 9)
    return []
  }
}

/// New values of a variable and its two moments. TF: `ApplyAdam`.
package struct ApplyAdam: OpDefinition {
  /// Whether the step is taken in Nesterov's form.
  package var useNesterov: Bool

  package init(useNesterov: Bool) { self.useNesterov = useNesterov }

  package var name: String { "ApplyAdam" }
  package static let attributes = [Attribute("use_nesterov", \ApplyAdam.useNesterov)]
  package var outputCount: Int { 3 }

  package func infer(_ context: InferenceContext) throws(GraphError) -> [TensorType] {
    try context.expect(count: 10)
    try context.expectScalars(Array(3...8), like: 0)
    return try context.merged([0, 1, 2, 9], results: [0, 1, 2])
  }

  package func kernel(_ request: KernelRequest) throws(GraphError) -> Kernel {
    let loops = KernelTable.best.pointee.apply_adam
    let nesterov: Int32 = useNesterov ? 1 : 0
    let count = request.inputCount()
    switch request.dtype {
    case .float32:
      return .elementwise(
        count: count, inPlace: [0], flopsPerElement: 10, blockSize: 16_384
      ) { arguments, range throws(RunFailure) in
        let settings = Settings<Float>(arguments)
        let i = range.lowerBound
        loops.f32(
          arguments.output(0, as: Float.self) + i, arguments.output(1, as: Float.self) + i,
          arguments.output(2, as: Float.self) + i, arguments.input(0, as: Float.self) + i,
          arguments.input(1, as: Float.self) + i, arguments.input(2, as: Float.self) + i,
          arguments.input(9, as: Float.self) + i, range.count, settings.alpha, settings.beta1,
          settings.beta2, settings.epsilon, nesterov)
      }
    case .float64:
      return .elementwise(
        count: count, inPlace: [0], flopsPerElement: 10, blockSize: 16_384
      ) { arguments, range throws(RunFailure) in
        let settings = Settings<Double>(arguments)
        let i = range.lowerBound
        loops.f64(
          arguments.output(0, as: Double.self) + i, arguments.output(1, as: Double.self) + i,
          arguments.output(2, as: Double.self) + i, arguments.input(0, as: Double.self) + i,
          arguments.input(1, as: Double.self) + i, arguments.input(2, as: Double.self) + i,
          arguments.input(9, as: Double.self) + i, range.count, settings.alpha, settings.beta1,
          settings.beta2, settings.epsilon, nesterov)
      }
    default: throw request.unsupported(name)
    }
  }

  /// The scalars of a step, read when it runs.
  private struct Settings<Scalar: FloatingPoint> {
    let alpha, beta1, beta2, epsilon: Scalar

    @inline(__always)
    init(_ arguments: Arguments) {
      func scalar(_ operand: Int) -> Scalar { arguments.input(operand, as: Scalar.self)[0] }
      alpha = scalar(5) * (1 - scalar(4)).squareRoot() / (1 - scalar(3))
      (beta1, beta2, epsilon) = (scalar(6), scalar(7), scalar(8))
    }
  }
}
