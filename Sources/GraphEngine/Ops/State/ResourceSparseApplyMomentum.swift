internal import CKernels
internal import GraphArrays
internal import GraphKernels

/// A step with momentum of the rows that have a gradient; other rows stay as they are. Operands:
/// variable, accumulator, lr, grad, indices, momentum. TF: `ResourceSparseApplyMomentum`.
package struct ResourceSparseApplyMomentum: VariableUpdate {
  /// Whether the step is taken in Nesterov's form.
  package var useNesterov: Bool

  package init(useNesterov: Bool) { self.useNesterov = useNesterov }

  package var name: String { "ResourceSparseApplyMomentum" }
  package static let attributes = [
    Attribute("use_nesterov", \ResourceSparseApplyMomentum.useNesterov)
  ]
  package var updatedInputs: [Int] { [0, 1] }
  package var functionalInputs: [Int] { Array(0..<6) }
  package var functional: any OpDefinition { SparseApplyMomentum(useNesterov: useNesterov) }

  package func infer(_ context: InferenceContext) throws(GraphError) -> [TensorType] {
    try context.expect(count: 6)
    for handle in 0..<2 {
      if let element = context[handle].element { try context.expectRows(of: element, 4, 3) }
    }
    try context.expectScalars([2, 5], like: 3)
    return []
  }
}

/// New values of a variable and its accumulator, of which some rows change.
/// TF: `SparseApplyMomentum`.
package struct SparseApplyMomentum: OpDefinition {
  /// Whether the step is taken in Nesterov's form.
  package var useNesterov: Bool

  package init(useNesterov: Bool) { self.useNesterov = useNesterov }

  package var name: String { "SparseApplyMomentum" }
  package static let attributes = [Attribute("use_nesterov", \SparseApplyMomentum.useNesterov)]
  package var outputCount: Int { 2 }
  package var effects: Effects { .canFail }

  package func infer(_ context: InferenceContext) throws(GraphError) -> [TensorType] {
    try context.expect(count: 6)
    try context.expectScalars([2, 5], like: 0)
    try context.expectRows(of: context[0], 4, 3)
    return try context.merged([0, 1], results: [0, 1])
  }

  package func kernel(_ request: KernelRequest) throws(GraphError) -> Kernel {
    let loops = KernelTable.best.pointee.apply_momentum
    let nesterov: Int32 = useNesterov ? 1 : 0
    let rows = UpdatedRows(request, indices: 4)
    let byteCount = request.outputs[0].byteCount ?? 0
    let flops = Double(4 * request.inputCount(3))
    @Sendable func copy(_ arguments: Arguments) {
      for operand in 0..<2 {
        let target = arguments.output(operand)
        if UnsafeRawPointer(target) != arguments.input(operand) {
          target.copyMemory(from: arguments.input(operand), byteCount: byteCount)
        }
      }
    }
    switch request.dtype {
    case .float32:
      return Kernel(inPlace: [0], flops: flops) { arguments, _ throws(RunFailure) in
        copy(arguments)
        for i in 0..<rows.count {
          let row = try rows.row(i, arguments) * rows.length
          let variable = arguments.output(0, as: Float.self) + row
          let accumulator = arguments.output(1, as: Float.self) + row
          loops.f32(
            variable, accumulator, variable, accumulator,
            arguments.input(3, as: Float.self) + i * rows.length, rows.length,
            arguments.input(2, as: Float.self)[0], arguments.input(5, as: Float.self)[0], nesterov)
        }
      }
    case .float64:
      return Kernel(inPlace: [0], flops: flops) { arguments, _ throws(RunFailure) in
        copy(arguments)
        for i in 0..<rows.count {
          let row = try rows.row(i, arguments) * rows.length
          let variable = arguments.output(0, as: Double.self) + row
          let accumulator = arguments.output(1, as: Double.self) + row
          loops.f64(
            variable, accumulator, variable, accumulator,
            arguments.input(3, as: Double.self) + i * rows.length, rows.length,
            arguments.input(2, as: Double.self)[0], arguments.input(5, as: Double.self)[0],
            nesterov)
        }
      }
    default: throw request.unsupported(name)
    }
  }
}
