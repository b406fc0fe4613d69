internal import GraphArrays

extension Program {
  /// Checks what every program must satisfy: values defined once and before their use, types for
  /// all of them, bodies that fit their instructions.
  ///
  /// - Throws: `GraphError` naming the pass and what is broken: a mistake of the compiler.
  package func verify(after pass: String) throws(GraphError) {
    var defined: Set<Value> = []
    try verify(after: pass, &defined)
  }

  private func verify(after pass: String, _ everywhere: inout Set<Value>) throws(GraphError) {
    var defined: Set<Value> = []
    var ids: Set<Value> = []
    func fail(_ message: String, _ instruction: Instruction? = nil) -> GraphError {
      GraphError(
        .failedPrecondition, "\(message) after \(pass)", operation: instruction?.name,
        operationType: instruction?.definition.name)
    }
    for parameter in parameters {
      guard defined.insert(parameter.value).inserted else { throw fail("a parameter stands twice") }
      guard types[parameter.value] != nil else { throw fail("a parameter has no type") }
    }
    for instruction in instructions {
      for input in instruction.inputs where !defined.contains(input) {
        throw fail("an operand is used before it is made", instruction)
      }
      for output in instruction.outputs {
        guard defined.insert(output).inserted, everywhere.insert(output).inserted else {
          throw fail("a value is made twice", instruction)
        }
        guard types[output] != nil else { throw fail("a value has no type", instruction) }
      }
      for control in instruction.controls where !ids.contains(control) {
        throw fail("a control dependency is not an earlier instruction", instruction)
      }
      ids.insert(instruction.id)
      try verifyBodies(of: instruction, fail)
      for body in instruction.bodies { try body.verify(after: pass, &everywhere) }
    }
    for value in results + updates.map(\.value) where !defined.contains(value) {
      throw fail("a result is not made")
    }
    for target in targets where !ids.contains(target) { throw fail("a target is missing") }
  }

  private func verifyBodies(
    of instruction: Instruction, _ fail: (String, Instruction?) -> GraphError
  ) throws(GraphError) {
    if let scan = instruction.definition.as(Scan.self) {
      return try verifyPorts(of: scan, instruction, fail)
    }
    guard let definition = instruction.controlFlow else {
      guard instruction.bodies.isEmpty else {
        throw fail("a plain operation has bodies", instruction)
      }
      return
    }
    let operands = instruction.inputs.count - definition.firstBodyOperand
    for body in instruction.bodies {
      for parameter in body.parameters {
        guard case .argument(let position) = parameter.source, position < operands else {
          throw fail("a body has a parameter without an operand", instruction)
        }
      }
    }
    if definition.isLoop {
      guard instruction.bodies.count == 2, instruction.bodies[0].results.count == 1,
        instruction.bodies[1].results.count == operands
      else { throw fail("a loop's bodies do not fit it", instruction) }
    }
  }

  private func verifyPorts(
    of scan: Scan, _ instruction: Instruction, _ fail: (String, Instruction?) -> GraphError
  ) throws(GraphError) {
    guard instruction.bodies.count == 1, instruction.outputs.count == scan.outputCount,
      instruction.inputs.count == scan.scannedInputs.upperBound,
      instruction.bodies[0].parameters.map(\.source)
        == instruction.inputs.indices.map({ .argument($0) }),
      instruction.bodies[0].results.count == scan.outputCount
    else { throw fail("a Scan's ports do not fit its body", instruction) }
    for rows in scan.scanned + scan.stacked
    where rows.offset < 0 || rows.offset + scan.turns > rows.length {
      throw fail("a Scan touches rows that are not there", instruction)
    }
    guard scan.starts.count == scan.stacked.count,
      scan.stacked.indices.allSatisfy({ k in
        scan.startRow(k).map((0..<scan.stacked[k].length).contains) ?? true
      })
    else { throw fail("the start of a Scan's state has no row in its stack", instruction) }
    for (k, i) in scan.scannedInputs.enumerated() {
      guard type(instruction.inputs[i]).extents?.first == scan.scanned[k].length else {
        throw fail("a scanned array has another length", instruction)
      }
    }
  }
}
