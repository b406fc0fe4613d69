internal import GraphArrays

extension PlanBuilder {
  /// A Scan's body, for all rows of the batch or some, and how its ports pass values.
  private struct ScanBody {
    var draft: PlanDraft
    var passings: [LoopStep.Passing]
    var stacks: [(slot: Int, isCopied: Bool)]
    /// The first row of the batch.
    var firstRow = 0
    /// The rows of the batch, and of those the ones that the body is for.
    var rowCount = 1
    var part = 1

    /// The bytes of all rows of a value of which the body has so many.
    func whole(_ byteCount: Int) -> Int { byteCount / part * rowCount }
    /// Where the body's rows of such a value begin.
    func firstByte(_ byteCount: Int) -> Int { byteCount / part * firstRow }
  }

  /// Adds a Scan: its nested plan, how its states pass from turn to turn, and the arrays of which
  /// each turn reads or writes a row. Where the batch is split, there is a loop for each block of its
  /// rows.
  func addScan(
    _ scan: Scan, _ instruction: Instruction, _ inputs: [Int], _ program: Program,
    _ draft: inout PlanDraft
  ) throws(GraphError) {
    let bodies = try scanBodies(scan, instruction, inputs, &draft)
    var plans = bodies.map { finish($0.draft) }
    let isHelped = plans.count == 1 && plans[0].isHelpedInOrder
    if isHelped { plans = [finish(bodies[0].draft, isInOrder: true)] }
    let index = draft.steps.count
    var step = PlanDraft.Step(
      kind: .loop, label: StepLabel(instruction), inputs: inputs,
      cost: plans.reduce(0) { $0 + Double(scan.turns) * ($1.cost + PlanCost.step) })
    var outputs: [(source: PlanDraft.Source, type: TensorType)] = []
    for (k, output) in instruction.outputs.enumerated() {
      let type = program.type(output)
      var source = PlanDraft.Source.planned(byteCount: type.byteCount ?? 0)
      if k < scan.stateCount, case .owned = bodies[0].passings[k] { source = .bound }
      outputs.append((source: source, type: type))
    }
    var spares = [Int](repeating: -1, count: scan.stateCount)
    for k in 0..<scan.stateCount {
      let isBuffered = bodies.contains { body in
        if case .buffered = body.passings[k] { true } else { false }
      }
      guard isBuffered else { continue }
      spares[k] = draft.addSlot(outputs[k].source, outputs[k].type, writer: index)
    }
    finish(&step, instruction, outputs, &draft)
    let added = draft.steps[index]
    draft.steps[index].spares = zip(added.outputs, spares).compactMap { output, spare in
      spare < 0 ? nil : (output: output, spare: spare)
    }
    draft.steps[index].streams += nestedStreams(instruction)
    draft.steps[index].loops = zip(bodies, plans).map { body, plan in
      loop(
        scan, instruction, body, plan, inputs: inputs, outputs: added.outputs, spares: spares,
        isHelped: isHelped)
    }
    addScratch(
      draft.steps[index].loops.reduce(0) { $0 + $1.byteCount }, to: index, &draft)
  }

  /// The bodies of a Scan: one, or one for each block of rows.
  private func scanBodies(
    _ scan: Scan, _ instruction: Instruction, _ inputs: [Int], _ draft: inout PlanDraft
  ) throws(GraphError) -> [ScanBody] {
    let whole = try scanBody(scan, instruction.bodies[0], self)
    guard let partition = scan.partition else {
      demandOwners(scan, whole, inputs, &draft)
      return [whole]
    }
    let cost = finish(whole.draft).cost * Double(scan.turns)
    let blocks = partition.blocks(
      of: instruction.bodies[0], workers: workers, cost: cost)
    guard blocks.count > 1 else {
      demandOwners(scan, whole, inputs, &draft)
      return [whole]
    }
    // Nothing inside is shared with another worker.
    let builder = PlanBuilder(streams: streams, workers: 1)
    var made: [Int: ScanBody] = [:]
    var result: [ScanBody] = []
    for rows in blocks {
      var body: ScanBody
      if let known = made[rows.count] {
        body = known
      } else {
        body = try scanBody(
          scan, try partition.body(instruction.bodies[0], rows: rows.count), builder)
        made[rows.count] = body
      }
      (body.firstRow, body.rowCount, body.part) = (
        rows.lowerBound, partition.rowCount, rows.count
      )
      result.append(body)
    }
    return result
  }

  private func scanBody(
    _ scan: Scan, _ program: Program, _ builder: PlanBuilder
  ) throws(GraphError) -> ScanBody {
    var body = try builder.nested(program, dead: scan.deadInLastTurn)
    let isOwned = settleOwners(of: scan, &body)
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
    return ScanBody(draft: body, passings: passings, stacks: stacks)
  }

  private func demandOwners(
    _ scan: Scan, _ body: ScanBody, _ inputs: [Int], _ draft: inout PlanDraft
  ) {
    for i in scan.invariants where body.draft.needsOwner(argument: i) {
      draft.demandOwner(inputs[i])
    }
    for (k, i) in scan.states.enumerated() {
      if case .owned = body.passings[k] { draft.demandOwner(inputs[i]) }
    }
  }

  /// The loop of one body.
  private func loop(
    _ scan: Scan, _ instruction: Instruction, _ body: ScanBody, _ plan: Plan, inputs: [Int],
    outputs: [Int], spares: [Int], isHelped: Bool
  ) -> LoopStep {
    let draft = body.draft
    let isPartitioned = instruction.bodies[0].parameters.map {
      scan.partition?.parameters.contains($0.value) == true
    }
    func variable(
      _ passing: LoopStep.Passing, _ i: Int, byteCount: Int, output: Int = -1, spare: Int = -1,
      result: Int = -1
    ) -> LoopStep.Variable {
      return LoopStep.Variable(
        passing: passing, operand: inputs[i], isOnly: inputs.count { $0 == inputs[i] } == 1,
        output: output, spare: spare, firstByte: isPartitioned[i] ? body.firstByte(byteCount) : 0,
        conditionParameter: -1, bodyParameter: draft.parameterSlot(i) ?? -1, bodyResult: result)
    }
    func rows(_ rows: Scan.Rows, array: Int, slot: Int, isPart: Bool, isCopied: Bool)
      -> LoopStep.Rows
    {
      let byteCount = draft.slots[slot].type.byteCount ?? 0
      return LoopStep.Rows(
        array: array, row: slot, offset: rows.offset, length: rows.length,
        stride: isPart ? body.whole(byteCount) : byteCount, byteCount: byteCount,
        firstByte: isPart ? body.firstByte(byteCount) : 0, isCopied: isCopied)
    }
    let invariants = scan.invariants.map { i in
      variable(
        .invariant, i,
        byteCount: draft.parameterSlot(i).flatMap { draft.slots[$0].type.byteCount } ?? 0)
    }
    let states = scan.states.enumerated().map { k, i in
      variable(
        body.passings[k], i, byteCount: draft.results[k].type.byteCount ?? 0, output: outputs[k],
        spare: spares[k], result: draft.results[k].slot)
    }
    let scanned = scan.scannedInputs.enumerated().compactMap { k, i -> LoopStep.Rows? in
      guard let slot = draft.parameterSlot(i) else { return nil }
      return rows(
        scan.scanned[k], array: inputs[i], slot: slot,
        isPart: isPartitioned[i],
        isCopied: draft.slots[slot].needsOwner)
    }
    let stacked = body.stacks.enumerated().map { k, stack in
      rows(
        scan.stacked[k], array: outputs[scan.stateCount + k], slot: stack.slot,
        isPart: scan.partition != nil, isCopied: stack.isCopied)
    }
    let starts = scan.stacked.indices.compactMap { k -> LoopStep.Start? in
      guard let state = scan.starts[k], let row = scan.startRow(k) else { return nil }
      return LoopStep.Start(
        operand: inputs[scan.states.lowerBound + state], rows: stacked[k], row: row)
    }
    return LoopStep(
      .counted(scan.turns, isReversed: scan.isReversed), body: plan,
      variables: invariants + states, scanned: scanned, stacked: stacked, starts: starts,
      isHelped: isHelped)
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
