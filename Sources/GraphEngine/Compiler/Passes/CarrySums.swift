internal import GraphArrays

/// Makes the sums that no pass has taken out of their loops states again, as the runtime knows
/// states only.
///
///     Scan(summed x)   ->   Scan(state s = zeros: s + x)
package enum CarrySums: Pass {
  package static func run(_ program: inout Program) throws(GraphError) {
    program.rewriteScans { editor, _ in
      for sum in editor.ports.summed { editor.carry(sum) }
      editor.ports.summed = []
    }
  }
}

extension ScanEditor {
  fileprivate mutating func carry(_ sum: ScanPorts.Summed) {
    let type = type(sum.value)
    let zeros = newValue(type)
    before.append(
      Instruction(
        Const(NDArray.zeros(type.extents ?? [], type.dtype)), inputs: [], outputs: [zeros],
        name: "zeros"))
    let parameter = ports.body.newValue(type)
    let next = ports.body.newValue(type)
    ports.body.instructions.append(
      Instruction(
        Binary.add, inputs: [parameter, sum.value], outputs: [next], name: "sum"))
    ports.states.append(
      ScanPorts.State(operand: zeros, parameter: parameter, next: next, final: sum.output))
    isChanged = true
  }
}
