/// Computes what is the same in every turn of a Scan once, before it.
///
///     Scan(invariant a: ... Sub(1, a) ...)   ->   b = Sub(1, a); Scan(invariant b: ... b ...)
///
/// Random operations draw in every turn, and stay. What can fail moves too: a Scan has at least one
/// turn, in which it would fail.
package enum HoistInvariants: Pass {
  package static func run(_ program: inout Program) throws(GraphError) {
    program.rewriteScans { editor, _ in
      var moved: Set<Value> = []
      for instruction in editor.ports.body.instructions {
        guard instruction.isMovable, !instruction.definition.effects.contains(.stream) else {
          continue
        }
        let operands = instruction.inputs.compactMap { editor.invariant($0) }
        guard operands.count == instruction.inputs.count else { continue }
        editor.hoist(instruction, operands)
        moved.insert(instruction.id)
      }
      editor.remove(moved)
    }
  }
}

extension ScanEditor {
  /// The value before the loop of what is the same in every turn; nil for other values.
  fileprivate mutating func invariant(_ value: Value) -> Value? {
    // Rows are not asked for, as that may place an instruction.
    guard !rows.contains(value), let operand = operand(value) else { return nil }
    return operand.value
  }

  fileprivate mutating func hoist(_ instruction: Instruction, _ operands: [Value]) {
    let outputs = instruction.outputs.map { newValue(type($0)) }
    var outer = Instruction(
      instruction.definition, inputs: operands, outputs: outputs, name: instruction.name,
      origin: instruction.origin)
    outer.bodies = instruction.bodies
    before.append(outer)
    replace(instruction.outputs, with: outputs, areStacked: false)
  }
}
