internal import GraphArrays

/// Brings cheap work on all turns back into the Scan that alone reads it, where it fuses with what
/// reads it there, and its array is not written and read again.
///
///     b = Tanh(a);  Scan(scanned b: ... Mul(b, h) ...)   ->   Scan(scanned a: ... Mul(Tanh(a), h) ...)
///
/// The last of the passes that move work: the others have taken out of loops all they could, so that
/// what comes back is what nothing else needed outside. Fires for elementwise operations whose
/// only reader is the Scan, and whose row only elementwise operations of the body read. Each
/// operand must have a row for each turn, or be the same for all of them.
package enum PullBack: Pass {
  package static func run(_ program: inout Program) throws(GraphError) {
    try program.forEachBody { body throws(GraphError) in try run(&body) }
    guard program.instructions.contains(where: { $0.definition.is(Scan.self) }) else { return }
    let uses = program.useCounts
    let makers = program.makers
    let constants = program.constants
    var pulled: Set<Value> = []
    program.rewriteOwnScans { editor, outer in
      var open = editor.ports.scanned.map(\.parameter)
      while let parameter = open.popLast() {
        guard
          let port = editor.ports.scanned.first(where: { $0.parameter == parameter }),
          port.rows == editor.ports.allRows, uses[port.array] == 1, let maker = makers[port.array],
          maker.controls.isEmpty, !outer.targets.contains(maker.id)
        else { continue }
        guard maker.definition.isElementwise, editor.isReadElementwise(parameter),
          let more = editor.pull(maker, into: parameter, outer, constants)
        else { continue }
        open += more
        pulled.insert(maker.id)
      }
    }
    program.remove { pulled.contains($0.id) }
  }
}

extension ScanEditor {
  /// Whether only elementwise operations read a parameter.
  fileprivate func isReadElementwise(_ parameter: Value) -> Bool {
    guard !ports.results.contains(parameter) else { return false }
    let readers = ports.body.instructions.filter { $0.inputs.contains(parameter) }
    return !readers.isEmpty && readers.allSatisfy { $0.definition.isElementwise }
  }

  /// Makes `parameter` the result of the operation on a row; gives back new parameters for rows of
  /// its operands, or nil where an operand does not go by rows.
  fileprivate mutating func pull(
    _ maker: Instruction, into parameter: Value, _ outer: Program, _ constants: [Value: NDArray]
  ) -> [Value]? {
    let row = type(parameter)
    guard let rank = row.extents?.count else { return nil }
    var types: [TensorType] = []
    for input in maker.inputs {
      let type = outer.type(input)
      guard let extents = type.extents else { return nil }
      if extents.count <= rank {
        types.append(type)
      } else if extents.first == turns {
        types.append(TensorType(type.dtype, exact: Array(extents.dropFirst())))
      } else {
        return nil
      }
    }
    guard let results = try? maker.definition.infer(InferenceContext(types: types)),
      results == [row]
    else { return nil }
    var inputs: [Value] = []
    var open: [Value] = []
    var constantInstructions: [Instruction] = []
    for (input, type) in zip(maker.inputs, types) {
      let value = ports.body.newValue(type)
      inputs.append(value)
      if let constant = constants[input], type == outer.type(input) {
        constantInstructions.append(
          Instruction(Const(constant), inputs: [], outputs: [value], name: "Const"))
      } else if type == outer.type(input) {
        ports.invariants.append(ScanPorts.Invariant(operand: input, parameter: value))
      } else {
        ports.scanned.append(
          ScanPorts.Scanned(array: input, rows: ports.allRows, parameter: value))
        open.append(value)
      }
    }
    ports.scanned.removeAll { $0.parameter == parameter }
    let instruction = Instruction(
      maker.definition, inputs: inputs, outputs: [parameter], name: maker.name,
      origin: maker.origin)
    ports.body.instructions.insert(contentsOf: constantInstructions + [instruction], at: 0)
    isChanged = true
    return open
  }
}
