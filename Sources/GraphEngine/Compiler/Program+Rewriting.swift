internal import GraphArrays

/// What passes share when they rewrite programs.
extension Program {
  /// Applies `body` to every nested program, innermost last, and then to this one's instructions.
  mutating func forEachBody(
    _ body: (inout Program) throws(GraphError) -> Void
  ) throws(GraphError) {
    for i in instructions.indices {
      for j in instructions[i].bodies.indices { try body(&instructions[i].bodies[j]) }
    }
  }

  /// Changes the bodies of Scans, those inside of others first.
  mutating func forEachScan(_ change: (_ scan: Scan, _ body: inout Program) -> Void) {
    for i in instructions.indices {
      for b in instructions[i].bodies.indices { instructions[i].bodies[b].forEachScan(change) }
      guard let scan = instructions[i].definition.as(Scan.self) else { continue }
      change(scan, &instructions[i].bodies[0])
    }
  }

  /// Removes the instructions for which `isRemoved` holds.
  ///
  /// What waited for a removed instruction waits for what that one waited for.
  mutating func remove(where isRemoved: (Instruction) -> Bool) {
    var inherited: [Value: [Value]] = [:]
    var kept: [Instruction] = []
    kept.reserveCapacity(instructions.count)
    for var instruction in instructions {
      if !inherited.isEmpty, !instruction.controls.isEmpty {
        instruction.controls = Self.resolve(instruction.controls, inherited)
      }
      if isRemoved(instruction) {
        inherited[instruction.id] = instruction.controls
      } else {
        kept.append(instruction)
      }
    }
    instructions = kept
    targets = Self.resolve(targets, inherited)
  }

  private static func resolve(_ controls: [Value], _ inherited: [Value: [Value]]) -> [Value] {
    var result: [Value] = []
    for control in controls {
      for next in inherited[control] ?? [control] where !result.contains(next) {
        result.append(next)
      }
    }
    return result
  }

  /// Whether an instruction of this program, or of one nested in it, is of some kind.
  func contains(where isOfKind: (Instruction) -> Bool) -> Bool {
    instructions.contains { instruction in
      isOfKind(instruction) || instruction.bodies.contains { $0.contains(where: isOfKind) }
    }
  }

  /// How often each value of this program is used, as operand, result or update.
  var useCounts: [Value: Int] {
    var counts: [Value: Int] = [:]
    for instruction in instructions {
      for input in instruction.inputs { counts[input, default: 0] += 1 }
    }
    for result in results { counts[result, default: 0] += 1 }
    for update in updates { counts[update.value, default: 0] += 1 }
    return counts
  }

  /// A constant in place of `output`, as an instruction.
  static func constant(_ array: NDArray, as output: Value, like source: Instruction) -> Instruction
  {
    Instruction(
      Const(array), inputs: [], outputs: [output], name: source.name, origin: source.origin)
  }
}

extension Instruction {
  /// `error` with the name and place of this instruction, where it has none.
  func located(_ error: GraphError) -> GraphError {
    var error = error
    if error.operation == nil {
      error.operation = name
      error.operationType = definition.name
    }
    if error.trace == nil { error.trace = origin?.operation.trace }
    return error
  }

  /// Whether the instruction may be left out where nobody uses its results.
  ///
  /// A loop or branch counts as what its bodies do.
  var isRemovable: Bool {
    !definition.effects.contains(.sideEffect) && bodies.allSatisfy(\.isRemovable)
  }

  /// Whether an equal instruction gives equal results.
  var isPure: Bool { definition.effects.isSubset(of: .canFail) && bodies.isEmpty }
}

extension Program {
  /// Whether none of the instructions has an effect.
  var isRemovable: Bool { instructions.allSatisfy(\.isRemovable) }
}
