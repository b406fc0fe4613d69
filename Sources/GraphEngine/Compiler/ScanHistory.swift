/// What passes did to a Scan: for `Session.explain`.
package struct ScanHistory: Sendable {
  /// A pass that changed how many operations a turn has.
  package struct Change: Sendable {
    package let pass: String
    /// Operations of a turn after it, constants not counted.
    package let operationCount: Int
  }

  package let name: String
  package var changes: [Change]
  /// Operations that passes took out of the turn, by the pass and their kind: how many fewer there
  /// were after it.
  package var removed: [String: [String: Int]] = [:]

  /// Keeps the histories of all Scans of a program, by their instructions.
  struct Recorder {
    private var histories: [Value: ScanHistory] = [:]
    /// The kinds of the operations of each Scan's turn.
    private var kinds: [Value: [String]] = [:]

    /// Notes what a pass made of the Scans.
    mutating func record(_ program: Program, after pass: String) {
      for instruction in program.instructions where !instruction.bodies.isEmpty {
        if instruction.definition.is(Scan.self) {
          note(instruction, after: pass)
        }
        for body in instruction.bodies { record(body, after: pass) }
      }
    }

    private mutating func note(_ instruction: Instruction, after pass: String) {
      let current = instruction.bodies[0].operationKinds
      let known = kinds.updateValue(current, forKey: instruction.id)
      guard known != current else { return }
      var history =
        histories[instruction.id] ?? ScanHistory(name: instruction.name, changes: [])
      if history.changes.last?.operationCount != current.count {
        if history.changes.last?.pass == pass { history.changes.removeLast() }
        history.changes.append(Change(pass: pass, operationCount: current.count))
      }
      var difference: [String: Int] = [:]
      for kind in known ?? [] { difference[kind, default: 0] += 1 }
      for kind in current { difference[kind, default: 0] -= 1 }
      for (kind, count) in difference where count > 0 {
        history.removed[pass, default: [:]][kind, default: 0] += count
      }
      histories[instruction.id] = history
    }

    /// The histories of the Scans that stand in a program itself, in order.
    func histories(of program: Program) -> [ScanHistory] {
      program.instructions.compactMap { instruction in
        instruction.definition.is(Scan.self) ? histories[instruction.id] : nil
      }
    }
  }
}

extension Program {
  /// The kinds of the instructions that compute something.
  fileprivate var operationKinds: [String] {
    instructions.compactMap { $0.definition.is(Const.self) ? nil : $0.definition.name }
  }
}
