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

  /// Keeps the histories of all Scans of a program, by their instructions.
  struct Recorder {
    private var histories: [Value: ScanHistory] = [:]

    /// Notes what a pass made of the Scans.
    mutating func record(_ program: Program, after pass: String) {
      for instruction in program.instructions where !instruction.bodies.isEmpty {
        if instruction.definition is Scan {
          let count = instruction.bodies[0].operationCount
          var history =
            histories[instruction.id] ?? ScanHistory(name: instruction.name, changes: [])
          if history.changes.last?.operationCount != count {
            if history.changes.last?.pass == pass { history.changes.removeLast() }
            history.changes.append(Change(pass: pass, operationCount: count))
            histories[instruction.id] = history
          }
        }
        for body in instruction.bodies { record(body, after: pass) }
      }
    }

    /// The histories of the Scans that stand in a program itself, in order.
    func histories(of program: Program) -> [ScanHistory] {
      program.instructions.compactMap { instruction in
        instruction.definition is Scan ? histories[instruction.id] : nil
      }
    }
  }
}

extension Program {
  /// Instructions that compute something.
  fileprivate var operationCount: Int { instructions.count { !($0.definition is Const) } }
}
