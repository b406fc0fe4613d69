internal import GraphArrays

extension PlanBuilder {
  // MARK: Loops

  /// Adds a While: its nested plans, and how each of its variables passes from turn to turn.
  func addLoop(
    _ instruction: Instruction, _ inputs: [Int], _ program: Program, _ draft: inout PlanDraft
  ) throws(GraphError) {
    guard instruction.bodies.count == 2 else {
      throw GraphError(.unimplemented, "a loop has a condition and a body")
    }
    var condition = try nested(instruction.bodies[0])
    var body = try nested(instruction.bodies[1])
    let count = min(inputs.count, body.results.count)
    let types = (0..<count).map { program.type(instruction.outputs[$0]) }
    let isInvariant = (0..<count).map {
      body.parameterSlot($0) == body.results[$0].slot && types[$0] == draft.slots[inputs[$0]].type
    }
    let isOwned = settleOwners(&body, &condition, types, isInvariant)

    var step = PlanDraft.Step(
      kind: .loop, label: StepLabel(instruction), inputs: inputs, cost: 0)
    var resultUses: [Int: Int] = [:]
    for result in body.results { resultUses[result.slot, default: 0] += 1 }
    var outputs: [(source: PlanDraft.Source, type: TensorType)] = []
    var passings: [LoopStep.Passing] = []
    for i in 0..<count {
      let result = body.results[i].slot
      if isInvariant[i] {
        draft.slotOf[instruction.outputs[i]] = inputs[i]
        if body.needsOwner(argument: i) || condition.needsOwner(argument: i) {
          draft.demandOwner(inputs[i])
        }
        // It stays in the condition's frame for all turns, as in the body's, whose result it is.
        if let slot = condition.parameterSlot(i) { condition.slots[slot].isResult = true }
        passings.append(.invariant)
      } else if isOwned[i] {
        draft.demandOwner(inputs[i])
        passings.append(.owned(isTaken: resultUses[result] == 1 && body.isTakable(result)))
      } else {
        let isDirect = body.isWrittenByKernel(result) && !body.slots[result].isExternal
        if isDirect { body.slots[result].isExternal = true }
        passings.append(.buffered(byteCount: types[i].byteCount ?? 0, isCopied: !isDirect))
      }
    }
    for (i, output) in instruction.outputs.enumerated() {
      guard i < count, case .buffered(let byteCount, _) = passings[i] else {
        outputs.append((source: .bound, type: program.type(output)))
        continue
      }
      outputs.append((source: .planned(byteCount: byteCount), type: types[i]))
    }
    var plans = (condition: finish(condition), body: finish(body))
    let isHelped = plans.condition.isSequential && plans.body.isHelpedInOrder
    if isHelped { plans.body = finish(body, isInOrder: true) }
    let index = draft.steps.count
    var spares = [Int](repeating: -1, count: count)
    for i in 0..<count {
      guard case .buffered(let byteCount, _) = passings[i] else { continue }
      spares[i] = draft.addSlot(.planned(byteCount: byteCount), types[i], writer: index)
    }
    step.cost = PlanCost.turns * (plans.condition.cost + plans.body.cost + PlanCost.step)
    finish(&step, instruction, outputs, &draft)
    let added = draft.steps[index]
    draft.steps[index].spares = zip(added.outputs, spares).compactMap { output, spare in
      spare < 0 ? nil : (output: output, spare: spare)
    }
    draft.steps[index].streams += nestedStreams(instruction)
    let loop = LoopStep(
      .condition(plans.condition, result: condition.results[0].slot), body: plans.body,
      variables: (0..<count).map { i in
        LoopStep.Variable(
          passing: passings[i], operand: inputs[i],
          isOnly: inputs.count { $0 == inputs[i] } == 1, output: added.outputs[i],
          spare: spares[i], firstByte: 0,
          conditionParameter: condition.parameterSlot(i) ?? -1,
          bodyParameter: body.parameterSlot(i) ?? -1, bodyResult: body.results[i].slot)
      }, isHelped: isHelped)
    draft.steps[index].loops = [loop]
    let byteCount = plans.condition.arenaByteCount + plans.body.arenaByteCount
    addScratch(byteCount, to: index, &draft)
  }

  /// Which variables are passed as owned values: one that is, makes others so whose parameters it
  /// is given.
  private func settleOwners(
    _ body: inout PlanDraft, _ condition: inout PlanDraft, _ types: [TensorType],
    _ isInvariant: [Bool]
  ) -> [Bool] {
    var isOwned = [Bool](repeating: false, count: types.count)
    var isSettled = false
    while !isSettled {
      isSettled = true
      for i in types.indices where !isOwned[i] && !isInvariant[i] {
        guard
          !types[i].isExact || body.resultNeedsOwner(i) || body.needsOwner(argument: i)
            || condition.needsOwner(argument: i)
        else { continue }
        isOwned[i] = true
        isSettled = false
        body.demandOwner(body.results[i].slot)
        if let slot = body.parameterSlot(i) { body.demandOwner(slot) }
        if let slot = condition.parameterSlot(i) { condition.demandOwner(slot) }
      }
    }
    return isOwned
  }

  // MARK: Branches

  /// Adds an If or Case: its nested plans and what passes in and out.
  func addBranch(
    _ definition: some BranchDefinition, _ instruction: Instruction, _ inputs: [Int],
    _ program: Program, _ draft: inout PlanDraft
  ) throws(GraphError) {
    let first = definition.firstBodyOperand
    let types = instruction.outputs.map { program.type($0) }
    var step = PlanDraft.Step(
      kind: .branch, label: StepLabel(instruction), inputs: inputs, cost: 0)
    var drafts: [PlanDraft] = []
    var returnings: [[BranchStep.Returning]] = []
    for body in instruction.bodies {
      var nested = try nested(body)
      var returning: [BranchStep.Returning] = []
      for (i, type) in types.enumerated() {
        let result = nested.results[i].slot
        if !type.isExact {
          nested.demandOwner(result)
          returning.append(.owned)
        } else if nested.isWrittenByKernel(result), !nested.slots[result].isExternal,
          !nested.slots[result].needsOwner
        {
          nested.slots[result].isExternal = true
          returning.append(.direct)
        } else {
          returning.append(.copied(byteCount: type.byteCount ?? 0))
        }
      }
      drafts.append(nested)
      returnings.append(returning)
    }
    for nested in drafts {
      for i in 0..<(inputs.count - first) where nested.needsOwner(argument: i) {
        draft.demandOwner(inputs[i + first])
      }
    }
    let plans = drafts.map { finish($0) }
    let index = draft.steps.count
    step.cost = plans.reduce(PlanCost.step) { max($0, $1.cost) }
    let sources = types.map { type -> (source: PlanDraft.Source, type: TensorType) in
      (source: type.byteCount.map { .planned(byteCount: $0) } ?? .bound, type: type)
    }
    finish(&step, instruction, sources, &draft)
    draft.steps[index].streams += nestedStreams(instruction)
    let outputs = draft.steps[index].outputs
    draft.steps[index].branch = BranchStep(
      branches: drafts.indices.map { b in
        let passed = (0..<(inputs.count - first)).compactMap { i in
          drafts[b].parameterSlot(i).map { parameter in
            let operand = inputs[i + first]
            return BranchStep.Passed(
              operand: operand, parameter: parameter, position: i + first,
              isOnly: inputs.count { $0 == operand } == 1)
          }
        }
        let returned = outputs.indices.map { i in
          BranchStep.Returned(
            returning: returnings[b][i], result: drafts[b].results[i].slot, output: outputs[i])
        }
        return BranchStep.Branch(plan: plans[b], passed: passed, returned: returned)
      }, choice: inputs[0], isNumber: definition.choiceType == .int32)
    addScratch(plans.reduce(0) { max($0, $1.arenaByteCount) }, to: index, &draft)
  }

  // MARK: Both

  func nested(_ program: Program, dead: Set<Value> = []) throws(GraphError) -> PlanDraft {
    do throws(SessionError) {
      return try draft(program, dead: dead)
    } catch {
      throw GraphError(
        error.code == .unimplemented ? .unimplemented : .invalidArgument, error.message,
        operation: error.operation, operationType: error.operationType, location: error.location)
    }
  }

  /// Memory for the frames of nested plans, inside of the frame's own.
  func addScratch(_ byteCount: Int, to step: Int, _ draft: inout PlanDraft) {
    guard byteCount > 0 else { return }
    let slot = draft.addSlot(
      .planned(byteCount: byteCount), TensorType(.uint8, exact: [byteCount]), writer: step)
    draft.steps[step].scratch = slot
  }

  func nestedStreams(_ instruction: Instruction) -> [Int] {
    var found: Set<Int> = []
    func visit(_ program: Program) {
      for instruction in program.instructions {
        if instruction.definition.effects.contains(.stream), let origin = instruction.origin {
          found.insert(streams.index(of: origin.operation))
        }
        instruction.bodies.forEach(visit)
      }
    }
    instruction.bodies.forEach(visit)
    return found.sorted()
  }
}

extension PlanDraft {
  /// Whether the parameter of a body that stands for argument `index` must have an owner.
  func needsOwner(argument index: Int) -> Bool {
    parameterSlot(index).map { slots[$0].needsOwner } ?? false
  }

  /// Whether a step with a kernel fills the slot.
  func isWrittenByKernel(_ slot: Int) -> Bool {
    guard case .planned = slots[slot].source, let writer = slots[slot].writer else { return false }
    return steps[writer].kind == .kernel
  }

  /// Whether a body's frame may give up what is in the slot: not what stays there for all turns.
  func isTakable(_ slot: Int) -> Bool {
    switch slots[slot].source {
    case .planned, .bound: return true
    case .constant: return false
    case .parameter(let source):
      guard case .argument(let index) = source, index < results.count else { return false }
      return results[index].slot != slot
    }
  }
}
