internal import GraphArrays

/// Does elementwise work in the body of a Scan part by part, where its operands are made of parts or
/// parts of its result are read, so that it fuses with what works on parts.
///
///     s = Sigmoid(z);  a, b = columns of s    ->   a = Sigmoid(columns of z), b = ...
///     SigmoidGrad(s, Concat(a, b))            ->   Concat(SigmoidGrad(columns of s, a), ...)
///
/// Parts are as wide as each other and stand along the last axis. A result of which parts are read
/// and that is handed out as a whole too is joined again. Fires where nothing else reads the result
/// in the loop, and where nothing but the operation reads the joined operand. The bits stay the same.
package enum DivideElementwise: Pass {
  package static func run(_ program: inout Program) throws(GraphError) {
    for i in program.instructions.indices {
      for b in program.instructions[i].bodies.indices {
        try run(&program.instructions[i].bodies[b])
      }
      guard program.instructions[i].definition is Scan else { continue }
      while divideOne(of: &program.instructions[i].bodies[0]) {}
    }
  }

  /// Divides one operation; false where there is none to divide.
  private static func divideOne(of body: inout Program) -> Bool {
    let constants = body.constants
    func integers(_ value: Value) -> [Int]? { constants[value]?.integerElements }
    let makers = body.makers
    let uses = body.useCounts
    var readers: [Value: [Instruction]] = [:]
    for instruction in body.instructions {
      for input in Set(instruction.inputs) { readers[input, default: []].append(instruction) }
    }
    for instruction in body.instructions.reversed() {
      guard instruction.definition.isElementwise, instruction.outputs.count == 1,
        instruction.definition.effects.isEmpty, instruction.controls.isEmpty,
        let extents = body.type(instruction.outputs[0]).extents, let columns = extents.last
      else { continue }
      let result = instruction.outputs[0]
      // By what is read of the result.
      if let cuts = readers[result] {
        let views = cuts.map { $0.columnViews(body.type, integers) }
        let parts = zip(cuts, views).flatMap { cut, views in
          zip(cut.outputs, views ?? []).map { (value: $0, column: $1.firstColumn) }
        }
        let widths = Set(parts.map { body.type($0.value).extents?.last ?? 0 })
        if views.allSatisfy({ $0?.allSatisfy { $0.whole == result } == true }),
          widths.count == 1, let width = widths.first, width < columns,
          Set(parts.map(\.column)) == Set(stride(from: 0, to: columns, by: width))
        {
          divide(instruction, width, in: &body, parts)
          return true
        }
      }
      // By what an operand is made of.
      let widths = instruction.inputs.compactMap { input -> Int? in
        guard body.type(input).extents == extents, uses[input] == 1,
          let parts = makers[input]?.joinedColumns(body.type, integers), parts.count > 1
        else { return nil }
        let widths = Set(parts.map { body.type($0).extents?.last ?? 0 })
        return widths.count == 1 ? widths.first : nil
      }
      if let width = widths.first {
        divide(instruction, width, in: &body, [])
        return true
      }
    }
    return false
  }

  /// Puts the work on parts of this width in the place of an operation.
  private static func divide(
    _ instruction: Instruction, _ width: Int, in body: inout Program,
    _ readParts: [(value: Value, column: Int)]
  ) {
    let result = instruction.outputs[0]
    let whole = body.type(result)
    var extents = whole.extents ?? []
    let columns = extents.removeLast()
    let type = TensorType(whole.dtype, exact: extents + [width])
    var parts: [Value] = []
    for column in stride(from: 0, to: columns, by: width) {
      let inputs = instruction.inputs.map { input in
        body.type(input).extents?.last == columns
          ? body.appendColumns(column..<column + width, of: input, like: instruction) : input
      }
      let part = body.newValue(type)
      parts.append(part)
      body.instructions.append(
        Instruction(
          instruction.definition, inputs: inputs, outputs: [part], name: instruction.name,
          origin: instruction.origin))
    }
    var replacement: [Value: Value] = [:]
    for part in readParts { replacement[part.value] = parts[part.column / width] }
    replacement[result] = body.appendJoined(parts, axis: extents.count, like: instruction)
    body.remove { $0.id == instruction.id }
    body.replaceUses(replacement)
    body.sortByDependence()
    body.keepInstructions(for: body.results)
  }
}
