internal import GraphArrays

/// Puts the body of a Scan of one turn in its place.
///
///     Scan(1 turn; state h0, scanned xs: h = f(x, h); stacked h)
///       ->   h = f(Reshape(xs), h0);  Reshape(h)
///
/// Not where an array has other rows than that of the turn, or something waits for the loop.
package enum InlineShortScans: Pass {
  package static func run(_ program: inout Program) throws(GraphError) {
    try program.forEachBody { body throws(GraphError) in try run(&body) }
    let isShort = program.instructions.map { $0.definition.as(Scan.self)?.turns == 1 }
    guard isShort.contains(true) else { return }
    let awaited = Set(program.instructions.flatMap(\.controls) + program.targets)
    var replacement: [Value: Value] = [:]
    var rewritten: [Instruction] = []
    for (instruction, isShort) in zip(program.instructions, isShort) {
      if isShort, instruction.controls.isEmpty, !awaited.contains(instruction.id),
        let scan = instruction.definition.as(Scan.self),
        let inlined = turn(of: ScanPorts(scan, instruction), &program, &replacement)
      {
        rewritten += inlined
      } else {
        rewritten.append(instruction)
      }
    }
    program.instructions = rewritten
    program.replaceUses(replacement)
  }

  /// The only turn, with operands and results of the Scan; nil where an array has other rows too.
  private static func turn(
    of ports: ScanPorts, _ program: inout Program, _ replacement: inout [Value: Value]
  ) -> [Instruction]? {
    guard ports.scanned.allSatisfy({ $0.rows == ports.allRows }),
      ports.stacked.allSatisfy({ $0.rows == ports.allRows && $0.start == nil })
    else { return nil }
    var given: [Value: Value] = [:]
    for port in ports.invariants { given[port.parameter] = port.operand }
    for port in ports.states { given[port.parameter] = port.operand }
    var instructions: [Instruction] = []
    for port in ports.scanned {
      let row = ports.body.type(port.parameter)
      let all = AllTurns.reshaped(port.array, row.stacked(1), to: row)
      guard let all else { return nil }
      instructions += all.instructions
      program.types.merge(all.types) { known, _ in known }
      given[port.parameter] = all.result
    }
    var body = ports.body
    body.results = ports.results
    body.replaceUses(given)
    instructions += body.instructions
    for instruction in body.instructions {
      for output in instruction.outputs { program.types[output] = body.type(output) }
    }
    for (k, port) in ports.states.enumerated() { replacement[port.final] = body.results[k] }
    for (k, port) in ports.stacked.enumerated() {
      let value = body.results[ports.states.count + k]
      let row = ports.body.type(port.value)
      guard let all = AllTurns.reshaped(value, row, to: row.stacked(1)) else { return nil }
      instructions += all.instructions
      program.types.merge(all.types) { known, _ in known }
      replacement[port.output] = all.result
    }
    for (k, port) in ports.summed.enumerated() {
      replacement[port.output] = body.results[ports.states.count + ports.stacked.count + k]
    }
    return instructions
  }
}

extension AllTurns {
  /// A value under another shape, with the instructions and types that this takes.
  fileprivate static func reshaped(
    _ value: Value, _ type: TensorType, to wanted: TensorType
  ) -> (instructions: [Instruction], types: [Value: TensorType], result: Value)? {
    var all = AllTurns(
      Instruction(Reshape(), inputs: [], outputs: [], name: "Reshape"), turns: 1,
      operands: [Operand(value, type, isStacked: false)], results: [wanted])
    guard let extents = wanted.extents, let result = try? all.reshape(value, to: extents) else {
      return nil
    }
    return (all.instructions, all.types, result)
  }
}
