internal import GraphArrays

/// An operation whose types or kernel are known only when it runs.
final class DynamicStep: Sendable {
  let definition: any OpDefinition
  /// What is known of the operands before the run.
  let inputTypes: [TensorType]
  let constants: [NDArray?]

  init(definition: any OpDefinition, inputTypes: [TensorType], constants: [NDArray?]) {
    self.definition = definition
    self.inputTypes = inputTypes
    self.constants = constants
  }

  /// What was found for one execution: kept, as the next one often has the same types.
  struct Resolved {
    let inputs: [TensorType]
    let values: [NDArray?]
    let outputs: [TensorType]
    let kernel: Kernel
  }

  /// Types and kernel for these operands.
  ///
  /// - Throws: `RunFailure` where the operands contradict each other or there is no kernel.
  func resolve(
    _ inputs: [TensorType], _ values: [NDArray?], _ last: Resolved?
  ) throws(RunFailure) -> Resolved {
    if let last, last.inputs == inputs, last.values.elementsEqual(values, by: Self.isSame) {
      return last
    }
    do throws(GraphError) {
      let context = InferenceContext(
        types: inputs, known: values.map { $0.map { .array($0) } })
      let outputs = try definition.inferChecked(context)
      for output in outputs { try output.checkMemory() }
      let kernel = try definition.kernel(
        KernelRequest(inputs: inputs, outputs: outputs, values: values))
      guard kernel.bindsOutputs || kernel.isAlias || outputs.allSatisfy(\.isExact) else {
        throw GraphError(.unimplemented, "the shape of a result is not known")
      }
      return Resolved(inputs: inputs, values: values, outputs: outputs, kernel: kernel)
    } catch {
      let types = inputs.map(\.description).joined(separator: " x ")
      throw RunFailure(SessionError.Code(error.code), "\(error.message) (\(types))")
    }
  }

  private static func isSame(_ a: NDArray?, _ b: NDArray?) -> Bool {
    switch (a, b) {
    case (nil, nil): true
    case (let a?, let b?): a.storage === b.storage || NDArrayIdentity(a) == NDArrayIdentity(b)
    default: false
    }
  }
}

extension Frame {
  /// Finds types, kernel and memory of a dynamic step.
  ///
  /// - Throws: As `DynamicStep.resolve`.
  func resolveDynamic(_ index: Int, _ run: RunState) throws(RunFailure) -> Kernel {
    let step = plan.steps + index
    guard let dynamic = step.pointee.dynamic else { return .nothing }
    let slots = plan.slotTable + step.pointee.firstSlot
    let types = dynamic.inputTypes.indices.map { position -> TensorType in
      var type = dynamic.inputTypes[position]
      if !type.shape.isFullyKnown { type.shape = Shape(shapes[Int(slots[position])]) }
      return type
    }
    var values = dynamic.constants
    for position in dynamic.definition.specializedInputs
    where position < values.count && values[position] == nil {
      guard let storage = objects[Int(slots[position])] as? ArrayStorage,
        let shape = types[position].extents
      else { continue }
      values[position] = NDArray(dtype: types[position].dtype, shape: shape, storage: storage)
    }
    let resolved = try dynamic.resolve(types, values, dynamics[step.pointee.nestedIndex])
    dynamics[step.pointee.nestedIndex] = resolved
    let kernel = resolved.kernel
    if kernel.bindsOutputs { return kernel }
    let outputs = slots + step.pointee.inputCount
    if kernel.isAlias, let shape = resolved.outputs.first?.extents {
      // The operand has an owner, so the result refers to the same memory.
      let (from, to) = (Int(slots[0]), Int(outputs[0]))
      pointers[to] = pointers[from]
      objects[to] = objects[from]
      shapes[to] = shape
      return .nothing
    }
    for (position, type) in resolved.outputs.enumerated() {
      let slot = Int(outputs[position])
      let storage = run.makeStorage(byteCount: type.byteCount ?? 0)
      pointers[slot] = storage.pointer
      objects[slot] = storage
      shapes[slot] = type.extents ?? []
    }
    return kernel
  }
}
