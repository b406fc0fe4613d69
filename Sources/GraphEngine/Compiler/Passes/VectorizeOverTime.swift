internal import GraphArrays

/// Does what depends on rows of arrays, and not on states, for all turns of a Scan at once, before
/// it; draws of random numbers too.
///
///     Scan(scanned x; invariant w: ... MatMul(x, w) ...)
///       ->   xw = Reshape(MatMul(Reshape(x), w));  Scan(scanned xw: ... xw ...)
///
/// What an operation is for all turns, its definition tells (`overTime`). A random operation draws
/// for each turn from the place of its stream where the turn would have drawn. Nothing moves whose
/// stacks would take more than the memory that the limit leaves.
package enum VectorizeOverTime: Pass {
  package static func run(_ program: inout Program) throws(GraphError) {
    var memory = StackMemory(program)
    program.rewriteScans { editor, _ in
      var moved: Set<Value> = []
      for instruction in editor.ports.body.instructions where instruction.isMovable {
        let isRandom = instruction.definition.effects.contains(.stream)
        guard isRandom || instruction.inputs.contains(where: editor.rows.contains) else { continue }
        let operands = instruction.inputs.compactMap { editor.operand($0) }
        let results = instruction.outputs.map { editor.type($0) }
        guard operands.count == instruction.inputs.count, results.allSatisfy(\.isExact),
          let bytes = memory.room(for: results, turns: editor.turns)
        else { continue }
        var all = AllTurns(
          instruction, turns: editor.turns, operands: operands, results: results)
        let rule =
          isRandom
          ? try? all.draws(instruction.definition, isReversed: editor.isReversed)
          : try? instruction.definition.overTime(&all)
        guard let stacks = rule, all.makes(stacks) else { continue }
        memory.take(bytes)
        editor.placeBefore(all)
        editor.replace(instruction.outputs, with: stacks, areStacked: true)
        moved.insert(instruction.id)
      }
      editor.remove(moved)
    }
  }
}

/// The bytes that passes may still spend on arrays with a row for each turn.
///
/// The limit is twice what the program's loops stack already, and at least 64 MB: it depends on
/// shapes only, so a program is compiled the same way everywhere.
struct StackMemory {
  private static let least = 64 << 20
  private var left: Int

  init(_ program: Program) {
    left = max(Self.least, 2 * program.stackedByteCount)
  }

  /// The bytes of stacks of values of these types; nil where there is no room for them.
  func room(for types: [TensorType], turns: Int) -> Int? {
    var sum = 0
    for type in types {
      guard let bytes = type.byteCount else { return nil }
      sum += bytes
    }
    let (bytes, overflow) = sum.multipliedReportingOverflow(by: turns)
    return overflow || bytes > left ? nil : bytes
  }

  /// Spends bytes.
  mutating func take(_ bytes: Int) { left -= bytes }
}

extension Program {
  /// The bytes of all arrays that Scans read and write by rows, those in bodies counted once.
  fileprivate var stackedByteCount: Int {
    instructions.reduce(0) { sum, instruction in
      var sum = instruction.bodies.reduce(sum) { $0 + $1.stackedByteCount }
      if let scan = instruction.definition.as(Scan.self) {
        for output in instruction.outputs.dropFirst(scan.stateCount).prefix(scan.stacked.count) {
          sum += type(output).byteCount ?? 0
        }
      }
      return sum
    }
  }
}
