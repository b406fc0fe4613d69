internal import GraphArrays

extension PlanBuilder {
  /// The plan of a draft: memory, reader counts, successors.
  ///
  /// - Parameter isInOrder: Whether one worker runs the steps in order, whatever they cost.
  func finish(_ draft: PlanDraft, isInOrder: Bool = false) -> Plan {
    var draft = draft
    placeViews(&draft)
    shareLives(&draft)
    var dependencies = draft.steps.map(\.dependencies)
    var parts = Plan.Parts()
    parts.slotCount = draft.slots.count
    parts.parameters = draft.parameters
    parts.results = draft.results
    parts.updates = draft.updates
    layOut(draft, &dependencies, &parts)
    let countedIndex = countReaders(draft, &parts)
    for (slot, content) in draft.slots.enumerated() {
      if case .constant(let value) = content.source {
        parts.constants.append((slot: slot, value: value))
      } else if content.needsOwner, let extents = content.type.extents {
        parts.extents.append((slot: slot, extents: extents))
      }
    }
    var nestedCount = 0
    for (index, step) in draft.steps.enumerated() {
      let first = parts.slotTable.count
      parts.slotTable += (step.inputs + step.outputs).map(Int32.init)
      var nestedIndex = -1
      switch step.kind {
      case .kernel: break
      case .dynamic:
        nestedIndex = parts.dynamicCount
        parts.dynamicCount += 1
      case .loop, .branch:
        nestedIndex = nestedCount
        nestedCount += 1
      }
      parts.steps.append(
        planStep(
          step, draft, firstSlot: first, nestedIndex: nestedIndex,
          dependencyCount: dependencies[index].count, countedIndex))
    }
    for (index, earlier) in dependencies.enumerated() {
      for other in earlier { parts.steps[other].successors.append(index) }
    }
    parts.isSequential =
      workers == 1 || isInOrder
      || PlanCost.isSequential(
        draft.steps.map { (cost: $0.cost, blocks: $0.ways) }, dependencies)
    return Plan(parts)
  }

  private func planStep(
    _ step: PlanDraft.Step, _ draft: PlanDraft, firstSlot: Int, nestedIndex: Int,
    dependencyCount: Int, _ countedIndex: [Int: Int]
  ) -> PlanStep {
    var fresh: [(slot: Int, byteCount: Int)] = []
    for slot in step.outputs + step.spares.map(\.spare) {
      guard case .planned(let byteCount) = draft.slots[slot].source, draft.slots[slot].needsOwner
      else { continue }
      fresh.append((slot: slot, byteCount: byteCount))
    }
    var counted: [CountedOperand] = []
    for slot in countedIndex.isEmpty ? [] : step.inputs.ascending {
      guard let index = countedIndex[slot] else { continue }
      var positions: UInt64 = 0
      for (position, input) in step.inputs.enumerated() where input == slot && position < 64 {
        positions |= 1 << UInt64(position)
      }
      counted.append(CountedOperand(index: index, slot: slot, positions: positions))
    }
    let stream = step.kind == .kernel || step.kind == .dynamic ? step.streams.first ?? -1 : -1
    return PlanStep(
      kind: step.kind, label: step.label, firstSlot: firstSlot, inputCount: step.inputs.count,
      outputTypes: step.outputs.map { draft.slots[$0].type },
      body: step.kernel?.body ?? Kernel.nothing.body,
      blocks: step.kernel?.blocks ?? 1, flops: step.kernel?.flops ?? 0,
      scratchByteCount: step.scratchByteCount, streamDraws: step.kernel?.streamDraws ?? 0,
      stream: stream, dynamic: step.dynamic,
      loops: step.loops, branch: step.branch, isDeadInLastTurn: step.isDeadInLastTurn,
      nestedIndex: nestedIndex, scratch: step.scratch ?? -1,
      fresh: fresh, counted: counted, dependencyCount: dependencyCount, successors: [],
      cost: step.cost)
  }

  /// Lets results that lie in an operand as they are be parts of its memory, which then lives as
  /// long as they are read. What has an owner is copied: an owner is given up by its readers.
  private func placeViews(_ draft: inout PlanDraft) {
    // The slots in whose memory parts of them lie.
    var wholes: [Int: Int] = [:]
    for index in draft.steps.indices {
      guard let offset = draft.steps[index].kernel?.viewOffset else { continue }
      let part = draft.steps[index].outputs[0]
      let operand = draft.steps[index].inputs[0]
      let whole = wholes[operand] ?? operand
      guard draft.isFreelyPlaced(part), draft.mayHaveParts(whole) else { continue }
      wholes[part] = whole
      draft.slots[part].isExternal = true
      draft.slots[whole].readers += draft.slots[part].readers
      draft.steps[index].kernel = .part(at: offset)
      draft.steps[index].cost = PlanCost.step
      draft.steps[index].label.detail = "where it is"
    }
  }

  /// The second buffer of a loop's result lives as long as the first.
  private func shareLives(_ draft: inout PlanDraft) {
    for step in draft.steps {
      for (output, spare) in step.spares {
        draft.slots[spare].readers = draft.slots[output].readers
        draft.slots[spare].isResult = draft.slots[output].isResult
        draft.slots[spare].needsOwner = draft.slots[output].needsOwner
      }
    }
  }

  // MARK: Memory

  private func layOut(
    _ draft: PlanDraft, _ dependencies: inout [[Int]], _ parts: inout Plan.Parts
  ) {
    var requests: [MemoryPlanner.Request] = []
    // The request of each slot.
    var requestOf = [Int?](repeating: nil, count: draft.slots.count)
    // What is read after the last step is read by a step that waits for all others.
    let end = draft.steps.count
    for (slot, content) in draft.slots.enumerated() {
      guard case .planned(let byteCount) = content.source, let writer = content.writer,
        !content.needsOwner, !content.isExternal
      else { continue }
      requestOf[slot] = requests.count
      requests.append(
        MemoryPlanner.Request(
          byteCount: byteCount, writer: writer,
          readers: content.readers + (content.isResult ? [end] : [])))
    }
    for step in draft.steps {
      guard let kernel = step.kernel, let output = step.outputs.first,
        let request = requestOf[output]
      else { continue }
      for position in kernel.inPlaceInputs where position < step.inputs.count {
        let slot = step.inputs[position]
        // The buffers of a loop change places, so what is in one is not known beforehand.
        guard let operand = requestOf[slot], let writer = draft.slots[slot].writer,
          draft.steps[writer].kind != .loop,
          step.inputs.indices.allSatisfy({
            step.inputs[$0] != slot || kernel.inPlaceInputs.contains($0)
          })
        else { continue }
        requests[request].takeover.append(operand)
      }
    }
    var isSink = [Bool](repeating: true, count: dependencies.count)
    for earlier in dependencies.joined() { isSink[earlier] = false }
    let sinks = isSink.indices.filter { isSink[$0] }
    let layout = MemoryPlanner.layout(requests, dependencies: dependencies + [sinks])
    for (step, earlier) in layout.dependencies where step < end {
      if !dependencies[step].contains(earlier) { dependencies[step].append(earlier) }
    }
    for (slot, request) in requestOf.enumerated() {
      guard let request else { continue }
      parts.planned.append((slot: slot, offset: layout.offsets[request]))
    }
    parts.arenaByteCount = requests.isEmpty ? 0 : layout.byteCount
  }

  /// Numbers the slots whose objects are given up after their last reader.
  private func countReaders(_ draft: PlanDraft, _ parts: inout Plan.Parts) -> [Int: Int] {
    var countedIndex: [Int: Int] = [:]
    for (slot, content) in draft.slots.enumerated() {
      switch content.source {
      case .constant: continue
      case .parameter: parts.cleared.append(slot)
      case .planned, .bound: if draft.isOwned(slot) { parts.cleared.append(slot) }
      }
      guard draft.isOwned(slot), !content.readers.isEmpty else { continue }
      countedIndex[slot] = parts.counted.count
      let readers = content.readers.count + (content.isResult ? 1 : 0)
      parts.counted.append((slot: slot, readers: Int32(readers)))
    }
    return countedIndex
  }
}

extension PlanDraft {
  /// Whether it is the plan's alone to say where a slot's memory is.
  fileprivate func isFreelyPlaced(_ slot: Int) -> Bool {
    guard case .planned = slots[slot].source else { return false }
    return !slots[slot].needsOwner && !slots[slot].isExternal && !slots[slot].isResult
  }

  /// Whether a slot's memory stays what it is for as long as the plan demands.
  fileprivate func mayHaveParts(_ slot: Int) -> Bool {
    switch slots[slot].source {
    case .constant: true
    case .parameter: !isOwned(slot)
    case .planned: !slots[slot].needsOwner && !slots[slot].isExternal
    case .bound: false
    }
  }
}

extension PlanDraft.Step {
  /// Bytes of a thread's own memory that its kernel, or a nested plan, needs.
  fileprivate var scratchByteCount: Int {
    let bodies = loops.map(\.body) + (branch?.branches.map(\.plan) ?? [])
    let conditions = loops.compactMap { loop in
      if case .condition(let plan, _) = loop.turns { plan } else { nil }
    }
    return (bodies + conditions).reduce(kernel?.scratchByteCount ?? 0) {
      max($0, $1.scratchByteCount)
    }
  }

  /// How many workers can take part: 2 stands for more.
  fileprivate var ways: Int {
    switch kind {
    case .kernel: kernel?.blocks ?? 1
    case .dynamic: 2
    case .loop:
      loops.contains { !$0.isSequential || $0.isHelped } || loops.count > 1 ? 2 : 1
    case .branch: branch?.isSequential == false ? 2 : 1
    }
  }
}
