internal import GraphArrays

extension PlanBuilder {
  /// Adds a Scan: its nested plan, how its states pass from turn to turn, and the arrays of which
  /// each turn reads or writes a row.
  func addScan(
    _ scan: Scan, _ instruction: Instruction, _ inputs: [Int], _ program: Program,
    _ draft: inout PlanDraft
  ) throws(GraphError) {
    var body = try nested(instruction.bodies[0])
    let isOwned = settleOwners(of: scan, &body)
    let scanned = scan.scannedInputs.enumerated().compactMap { k, i -> LoopStep.Rows? in
      guard let parameter = body.parameterSlot(i) else { return nil }
      return LoopStep.Rows(
        array: inputs[i], row: parameter, offset: scan.scanned[k].offset,
        length: scan.scanned[k].length, byteCount: body.slots[parameter].type.byteCount ?? 0,
        isCopied: body.slots[parameter].needsOwner)
    }
    let stacks = scan.stacked.indices.map { k in
      (
        slot: body.results[scan.stateCount + k].slot,
        isCopied: !body.claimResult(scan.stateCount + k)
      )
    }
    let passings = (0..<scan.stateCount).map { k -> LoopStep.Passing in
      let result = body.results[k].slot
      let byteCount = body.results[k].type.byteCount ?? 0
      if isOwned[k] { return .owned(isTaken: false) }
      if stacks.contains(where: { $0.slot == result && !$0.isCopied }) {
        return .stacked(byteCount: byteCount)
      }
      return .buffered(byteCount: byteCount, isCopied: !body.claimResult(k))
    }
    for i in scan.invariants where body.needsOwner(argument: i) { draft.demandOwner(inputs[i]) }
    for (k, i) in scan.states.enumerated() where isOwned[k] { draft.demandOwner(inputs[i]) }

    let plan = finish(body)
    let index = draft.steps.count
    var spares = [Int](repeating: -1, count: scan.stateCount)
    for k in 0..<scan.stateCount {
      guard case .buffered(let byteCount, _) = passings[k] else { continue }
      spares[k] = draft.addSlot(
        .planned(byteCount: byteCount), body.results[k].type, writer: index)
    }
    var step = PlanDraft.Step(
      kind: .loop, label: StepLabel(instruction), inputs: inputs,
      cost: Double(scan.turns) * (plan.cost + PlanCost.step))
    let outputs = instruction.outputs.enumerated().map { k, value in
      let type = program.type(value)
      let isBound = k < scan.stateCount && isOwned[k]
      return (
        source: isBound ? PlanDraft.Source.bound : .planned(byteCount: type.byteCount ?? 0),
        type: type
      )
    }
    finish(&step, instruction, outputs, &draft)
    let added = draft.steps[index]
    draft.steps[index].spares = zip(added.outputs, spares).compactMap { output, spare in
      spare < 0 ? nil : (output: output, spare: spare)
    }
    draft.steps[index].streams += nestedStreams(instruction)
    let invariants = scan.invariants.map { i in
      variable(.invariant, inputs, i, parameter: body.parameterSlot(i))
    }
    let states = scan.states.enumerated().map { k, i in
      variable(
        passings[k], inputs, i, parameter: body.parameterSlot(i), output: added.outputs[k],
        spare: spares[k], result: body.results[k].slot)
    }
    let stacked = stacks.enumerated().map { k, stack in
      LoopStep.Rows(
        array: added.outputs[scan.stateCount + k], row: stack.slot, offset: scan.stacked[k].offset,
        length: scan.stacked[k].length,
        byteCount: body.results[scan.stateCount + k].type.byteCount ?? 0, isCopied: stack.isCopied)
    }
    let starts = scan.stacked.indices.compactMap { k -> LoopStep.Start? in
      guard let state = scan.starts[k], let row = scan.startRow(k) else { return nil }
      return LoopStep.Start(
        operand: inputs[scan.states.lowerBound + state], array: stacked[k].array, row: row,
        byteCount: stacked[k].byteCount)
    }
    draft.steps[index].loop = LoopStep(
      .counted(scan.turns, isReversed: scan.isReversed), body: plan,
      variables: invariants + states, scanned: scanned, stacked: stacked,
      starts: starts)
    addScratch(plan.arenaByteCount, to: index, &draft)
  }

  private func variable(
    _ passing: LoopStep.Passing, _ inputs: [Int], _ i: Int, parameter: Int?, output: Int = -1,
    spare: Int = -1, result: Int = -1
  ) -> LoopStep.Variable {
    LoopStep.Variable(
      passing: passing, operand: inputs[i], isOnly: inputs.count { $0 == inputs[i] } == 1,
      output: output, spare: spare, conditionParameter: -1, bodyParameter: parameter ?? -1,
      bodyResult: result)
  }

  /// Which states are passed as owned values: those that a list may keep, and those that are given
  /// on from one that is.
  private func settleOwners(of scan: Scan, _ body: inout PlanDraft) -> [Bool] {
    var isOwned = [Bool](repeating: false, count: scan.stateCount)
    var isSettled = false
    while !isSettled {
      isSettled = true
      for (k, i) in scan.states.enumerated() where !isOwned[k] {
        guard body.resultNeedsOwner(k) || body.needsOwner(argument: i) else { continue }
        isOwned[k] = true
        isSettled = false
        body.demandOwner(body.results[k].slot)
        if let slot = body.parameterSlot(i) { body.demandOwner(slot) }
      }
    }
    return isOwned
  }
}

extension PlanDraft {
  /// Lets whoever enters the frame say where a result goes; false where it must be copied there, as
  /// it is a parameter or constant, is kept by something, or goes elsewhere already.
  mutating func claimResult(_ index: Int) -> Bool {
    let slot = results[index].slot
    guard isWrittenByKernel(slot), !slots[slot].isExternal, !slots[slot].needsOwner else {
      return false
    }
    slots[slot].isExternal = true
    return true
  }
}
