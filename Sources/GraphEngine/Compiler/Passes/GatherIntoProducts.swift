internal import GraphArrays

/// Lets products in a Scan begin with rows of a table, where the rows of all turns were gathered
/// before it.
///
///     a = GatherRows(table, ids);  Scan(scanned a: ... MatMulAdd(h, W, a) ...)
///       ->   Scan(invariant table, scanned ids: ... MatMulAdd(h, W, rows of table by ids) ...)
///
/// The array of gathered rows, the largest that a loop over one-hot inputs would read, is not made.
/// Fires where nothing but the product reads it. The result is the same, bit for bit.
package enum GatherIntoProducts: Pass {
  package static func run(_ program: inout Program) throws(GraphError) {
    try program.forEachBody { body throws(GraphError) in try run(&body) }
    guard program.instructions.contains(where: { $0.definition.is(Scan.self) }) else { return }
    let uses = program.useCounts
    let makers = program.makers
    program.rewriteOwnScans { editor, outer in
      for port in editor.ports.scanned where port.rows == editor.ports.allRows {
        guard uses[port.array] == 1, let maker = makers[port.array],
          let rows = maker.definition.as(GatherRows.self),
          outer.type(maker.inputs[1]).shape.rank == 2
        else { continue }
        editor.gather(rows, maker.inputs, outer, into: port.parameter)
      }
    }
  }
}

extension ScanEditor {
  /// Lets the only reader of `parameter`, a product that begins with it, gather that itself.
  fileprivate mutating func gather(
    _ rows: GatherRows, _ operands: [Value], _ outer: Program, into parameter: Value
  ) {
    let readers = ports.body.instructions.indices.filter {
      ports.body.instructions[$0].inputs.contains(parameter)
    }
    guard readers.count == 1, !ports.results.contains(parameter),
      let sum = ports.body.instructions[readers[0]].definition.as(MatMulAdd.self),
      sum.addend == .matrix
    else { return }
    let inputs = ports.body.instructions[readers[0]].inputs
    guard inputs[2] == parameter, inputs[0] != parameter, inputs[1] != parameter,
      let ids = outer.type(operands[1]).extents
    else { return }
    let table = ports.body.newValue(outer.type(operands[0]))
    let row = ports.body.newValue(
      TensorType(outer.type(operands[1]).dtype, exact: Array(ids.dropFirst())))
    ports.invariants.append(ScanPorts.Invariant(operand: operands[0], parameter: table))
    ports.scanned.removeAll { $0.parameter == parameter }
    ports.scanned.append(
      ScanPorts.Scanned(array: operands[1], rows: ports.allRows, parameter: row))
    ports.body.instructions[readers[0]].definition = MatMulAdd(
      .rows(rows.missing), transposeX: sum.transposeX, transposeW: sum.transposeW)
    ports.body.instructions[readers[0]].inputs = [inputs[0], inputs[1], table, row]
    isChanged = true
  }
}
