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
    program.forEachScan { _, body in
      while divideOne(of: &body) {}
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
    let type = body.type
    /// The one width of parts; nil where they differ or are empty.
    func width(of parts: [Value]) -> Int? {
      let widths = Set(parts.map { type($0).extents?.last ?? 0 })
      return widths.count == 1 ? widths.first { $0 > 0 } : nil
    }
    /// What is read of a result, where that is parts of it only.
    func readParts(of result: Value) -> [(value: Value, column: Int)]? {
      var parts: [(value: Value, column: Int)] = []
      for reader in readers[result] ?? [] {
        guard let views = reader.columnViews(type, integers),
          views.allSatisfy({ $0.whole == result })
        else { return nil }
        parts += zip(reader.outputs, views).map { ($0, $1.firstColumn) }
      }
      return parts
    }
    for instruction in body.instructions.reversed() where isDivisible(instruction, body) {
      let result = instruction.outputs[0]
      guard let columns = type(result).extents?.last else { continue }
      if let parts = readParts(of: result), let width = width(of: parts.map(\.value)),
        width < columns, Set(parts.map(\.column)) == Set(stride(from: 0, to: columns, by: width))
      {
        divide(instruction, width, in: &body, parts)
        return true
      }
      for input in instruction.inputs
      where uses[input] == 1 && type(input).extents == type(result).extents {
        guard let parts = makers[input]?.joinedColumns(type, integers), parts.count > 1,
          let width = width(of: parts)
        else { continue }
        divide(instruction, width, in: &body, [])
        return true
      }
    }
    return false
  }

  private static func isDivisible(_ instruction: Instruction, _ body: Program) -> Bool {
    instruction.definition.isElementwise && instruction.outputs.count == 1
      && instruction.definition.effects.isEmpty && instruction.controls.isEmpty
      && instruction.inputs.allSatisfy { body.type($0).isExact }
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
