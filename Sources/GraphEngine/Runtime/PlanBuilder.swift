internal import GraphArrays

/// Makes the plan of a program: kernels, slots, dependencies, memory.
struct PlanBuilder {
  /// Random streams of the run, by the operations that draw from them; nested plans share them.
  final class Streams {
    private(set) var operations: [Operation] = []
    private var indices: [Operation: Int] = [:]

    func index(of operation: Operation) -> Int {
      if let known = indices[operation] { return known }
      indices[operation] = operations.count
      operations.append(operation)
      return operations.count - 1
    }
  }

  let streams: Streams
  /// With one worker nothing is shared, so all plans run in order.
  let workers: Int

  /// The plan of an outermost program, and the operations whose random streams it draws from.
  ///
  /// - Throws: `SessionError` where an operation has no kernel for its types.
  static func plan(
    _ program: Program, workers: Int
  ) throws(SessionError) -> (plan: Plan, streams: [Operation]) {
    let builder = PlanBuilder(streams: Streams(), workers: workers)
    var draft = try builder.draft(program)
    for result in draft.results + draft.updates.map({ PlanResult(slot: $0.slot, type: $0.type) }) {
      draft.demandOwner(result.slot)
    }
    return (builder.finish(draft), builder.streams.operations)
  }

  /// The steps and slots of a program, nested plans finished.
  ///
  /// - Parameter dead: Instructions that a Scan leaves out in its last turn.
  func draft(
    _ program: Program, dead: Set<Value> = []
  ) throws(SessionError) -> PlanDraft {
    var draft = PlanDraft()
    for parameter in program.parameters {
      let type = program.type(parameter.value)
      let slot = draft.addSlot(.parameter(parameter.source), type)
      draft.slotOf[parameter.value] = slot
      draft.parameters.append(PlanParameter(slot: slot, source: parameter.source, type: type))
    }
    // What has to be waited for where an instruction is named as a control dependency.
    let awaited = Set(program.instructions.lazy.flatMap(\.controls))
    var done: [Value: [Int]] = [:]
    var lastDraw: [Int: Int] = [:]
    for instruction in program.instructions {
      var waits = instruction.controls.flatMap { done[$0] ?? [] }
      let inputs = try instruction.inputs.map { value throws(SessionError) in
        guard let slot = draft.slotOf[value] else {
          throw SessionError(.internal, "an operand has no slot", operation: instruction.name)
        }
        return slot
      }
      for slot in inputs { if let writer = draft.slots[slot].writer { waits.append(writer) } }
      let index = draft.steps.count
      do throws(GraphError) {
        try add(instruction, inputs, program, &draft)
      } catch {
        throw SessionError(error, instruction)
      }
      guard draft.steps.count > index else {
        if awaited.contains(instruction.id) { done[instruction.id] = waits }
        continue
      }
      for stream in draft.steps[index].streams {
        if let last = lastDraw[stream] { waits.append(last) }
        lastDraw[stream] = index
      }
      draft.steps[index].dependencies = waits.ascending
      draft.steps[index].isDeadInLastTurn = dead.contains(instruction.id)
      for slot in inputs where draft.slots[slot].readers.last != index {
        draft.slots[slot].readers.append(index)
      }
      if awaited.contains(instruction.id) { done[instruction.id] = [index] }
    }
    for value in program.results {
      draft.results.append(try result(value, program, &draft))
    }
    for update in program.updates {
      let result = try result(update.value, program, &draft)
      draft.updates.append(
        PlanUpdate(variable: update.variable, slot: result.slot, type: result.type))
    }
    return draft
  }

  private func result(
    _ value: Value, _ program: Program, _ draft: inout PlanDraft
  ) throws(SessionError) -> PlanResult {
    guard let slot = draft.slotOf[value] else {
      throw SessionError(.internal, "a result has no slot")
    }
    draft.slots[slot].isResult = true
    return PlanResult(slot: slot, type: program.type(value))
  }

  // MARK: Steps

  /// Adds the step of an instruction; none for constants, and for values that are others under
  /// another shape.
  private func add(
    _ instruction: Instruction, _ inputs: [Int], _ program: Program, _ draft: inout PlanDraft
  ) throws(GraphError) {
    for output in instruction.outputs { try program.type(output).checkMemory() }
    if let constant = instruction.definition.as(Const.self) {
      let value = constant.value
      draft.slotOf[instruction.outputs[0]] = draft.addSlot(
        .constant(value), TensorType(value.dtype, exact: value.shape))
    } else if let scan = instruction.definition.as(Scan.self) {
      try addScan(scan, instruction, inputs, program, &draft)
    } else if let control = instruction.controlFlow {
      if let branch = control as? any BranchDefinition {
        try addBranch(branch, instruction, inputs, program, &draft)
      } else {
        try addLoop(instruction, inputs, program, &draft)
      }
    } else if let kernel = try staticKernel(instruction, inputs, program, draft) {
      addKernel(kernel, instruction, inputs, program, &draft)
    } else {
      addDynamic(instruction, inputs, program, &draft)
    }
  }

  private func addKernel(
    _ kernel: Kernel, _ instruction: Instruction, _ inputs: [Int], _ program: Program,
    _ draft: inout PlanDraft
  ) {
    let outputTypes = instruction.outputs.map { program.type($0) }
    if kernel.isAlias, outputTypes.count == 1, let source = inputs.first,
      outputTypes[0].isExact || outputTypes[0] == draft.slots[source].type
    {
      draft.slotOf[instruction.outputs[0]] = source
      return
    }
    for position in kernel.retainedInputs { draft.demandOwner(inputs[position]) }
    let types = inputs.map { draft.slots[$0].type } + outputTypes
    var step = PlanDraft.Step(
      kind: .kernel, label: StepLabel(instruction), inputs: inputs,
      cost: PlanCost.kernel(
        flops: kernel.flops, byteCount: types.reduce(0) { $0 + ($1.byteCount ?? 0) }))
    step.kernel = kernel
    let sources = outputTypes.map { type -> PlanDraft.Source in
      guard !kernel.bindsOutputs, let byteCount = type.byteCount else { return .bound }
      return .planned(byteCount: byteCount)
    }
    finish(&step, instruction, zip(sources, outputTypes).map { ($0, $1) }, &draft)
  }

  private func addDynamic(
    _ instruction: Instruction, _ inputs: [Int], _ program: Program, _ draft: inout PlanDraft
  ) {
    for slot in inputs { draft.demandOwner(slot) }
    let outputTypes = instruction.outputs.map { program.type($0) }
    // How much there is to do shows when it runs: only scalars are certainly small.
    let isSmall = outputTypes.allSatisfy { $0.shape.rank == 0 }
    var step = PlanDraft.Step(
      kind: .dynamic, label: StepLabel(instruction), inputs: inputs,
      cost: isSmall ? PlanCost.step : 2 * PlanCost.worthSharing)
    step.dynamic = DynamicStep(
      definition: instruction.definition, inputTypes: instruction.inputs.map { program.type($0) },
      constants: inputs.map { draft.constant($0) })
    finish(&step, instruction, outputTypes.map { (.bound, $0) }, &draft)
  }

  /// Gives the step its result slots and streams, and adds it.
  func finish(
    _ step: inout PlanDraft.Step, _ instruction: Instruction,
    _ outputs: [(source: PlanDraft.Source, type: TensorType)], _ draft: inout PlanDraft
  ) {
    let index = draft.steps.count
    if instruction.definition.effects.contains(.stream), let origin = instruction.origin {
      step.streams.append(streams.index(of: origin.operation))
    }
    step.outputs = outputs.map { draft.addSlot($0.source, $0.type, writer: index) }
    for (value, slot) in zip(instruction.outputs, step.outputs) {
      if draft.slotOf[value] == nil { draft.slotOf[value] = slot }
    }
    draft.steps.append(step)
  }

  /// The kernel for types and values that are known now; nil where they are known only in the run.
  private func staticKernel(
    _ instruction: Instruction, _ inputs: [Int], _ program: Program, _ draft: PlanDraft
  ) throws(GraphError) -> Kernel? {
    let inputTypes = instruction.inputs.map { program.type($0) }
    let outputTypes = instruction.outputs.map { program.type($0) }
    guard (inputTypes + outputTypes).allSatisfy(\.shape.isFullyKnown) else { return nil }
    let values = inputs.map { draft.constant($0) }
    for position in instruction.definition.kernelInputs
    where position < values.count && values[position] == nil {
      return nil
    }
    return try instruction.definition.kernel(
      KernelRequest(inputs: inputTypes, outputs: outputTypes, values: values))
  }
}

extension [Int] {
  /// The numbers in ascending order, each once.
  var ascending: [Int] {
    guard count > 1 else { return self }
    var result: [Int] = []
    result.reserveCapacity(count)
    for number in sorted() where number != result.last { result.append(number) }
    return result
  }
}

extension PlanDraft {
  /// The value of a slot that is constant.
  func constant(_ slot: Int) -> NDArray? {
    if case .constant(let value) = slots[slot].source { value } else { nil }
  }
}

extension StepLabel {
  init(_ instruction: Instruction) {
    self.init(
      name: instruction.name, type: instruction.definition.name, origin: instruction.origin,
      detail: instruction.detail)
  }
}

extension Instruction {
  /// The operations of a fused group; how the batch of a loop is split, or why not.
  fileprivate var detail: String {
    switch definition {
    case let fused as Fused:
      var counts: [(name: String, count: Int)] = []
      for operation in fused.body.instructions where !operation.definition.is(Const.self) {
        let name = operation.definition.name
        if let known = counts.firstIndex(where: { $0.name == name }) {
          counts[known].count += 1
        } else {
          counts.append((name, 1))
        }
      }
      return counts.map { $0.count == 1 ? $0.name : "\($0.count) \($0.name)" }
        .joined(separator: ", ")
    case let scan as Scan: return scan.refusal.map { "its batch is not split: \($0)" } ?? ""
    default: return ""
    }
  }
}

extension SessionError {
  /// A refusal of an operation, with the operation's name and place.
  init(_ error: GraphError, _ instruction: Instruction) {
    self.init(
      SessionError.Code(error.code), error.message, operation: error.operation ?? instruction.name,
      operationType: error.operationType ?? instruction.definition.name,
      trace: error.trace ?? instruction.origin?.operation.trace)
  }
}

extension GraphError.Code {
  /// The code of a definition's refusal for what a run tells.
  init(_ code: SessionError.Code) {
    switch code {
    case .unimplemented: self = .unimplemented
    case .resourceExhausted: self = .resourceExhausted
    default: self = .invalidArgument
    }
  }
}

extension SessionError.Code {
  /// The code of a run for what a definition refused.
  init(_ code: GraphError.Code) {
    switch code {
    case .unimplemented: self = .unimplemented
    case .failedPrecondition: self = .failedPrecondition
    case .resourceExhausted: self = .resourceExhausted
    default: self = .invalidArgument
    }
  }
}
