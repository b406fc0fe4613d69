internal import GraphArrays

/// Proves of Scans that a row of every result depends on the same row of the operands only, so that
/// every worker can run the whole loop for its rows, without waiting for others in any turn.
///
///     Scan(w, h0 [rows, n], xs [turns, rows, m])  ->  Scan(w, h0, xs) {split: rows}
///
/// The rows are those of the states' first axis. A constant of the body with as many rows becomes an
/// invariant, so that it can be partitioned like one; slices and reshapes that name the number of
/// rows take all there are. A Scan that is refused says why.
///
/// Must not fire where an operation draws random numbers or can fail: a draw would be another, and a
/// failure would be told of another place.
package enum SplitBatch: Pass {
  package static let subjects: Program.Features = .scans

  package static func run(_ program: inout Program) throws(GraphError) {
    var rewritten: [Instruction] = []
    rewritten.reserveCapacity(program.instructions.count)
    for var instruction in program.instructions {
      if let scan = instruction.definition.as(Scan.self) {
        rewritten += split(&instruction, scan, &program)
      }
      if instruction.definition.as(Scan.self)?.partition == nil {
        for i in instruction.bodies.indices { try run(&instruction.bodies[i]) }
      }
      rewritten.append(instruction)
    }
    program.instructions = rewritten
  }

  /// Marks a Scan as split or refused; the constants that have to stand before it.
  private static func split(
    _ instruction: inout Instruction, _ scan: Scan, _ program: inout Program
  ) -> [Instruction] {
    var ports = ScanPorts(scan, instruction)
    do throws(RowRefusal) {
      let rowCount = try RowProof.rowCount(of: ports)
      openRows(of: &ports.body, rowCount)
      let lifted = liftConstants(from: &ports, rowCount, &program)
      var proof = RowProof(ports, rowCount: rowCount)
      let parameters = try proof.prove()
      instruction = ports.instruction
      guard var definition = instruction.definition.as(Scan.self) else { return [] }
      definition.refusal = nil
      definition.partition = Scan.Partition(
        rowCount: rowCount, parameters: parameters)
      instruction.definition = definition
      return lifted
    } catch {
      var definition = scan
      definition.partition = nil
      definition.refusal = error.reason
      instruction.definition = definition
      return []
    }
  }

  /// Lets slices and reshapes take all rows, however many they are.
  ///
  ///     Slice(x [rows, n], [0, 2], [rows, 3])   ->   Slice(x, [0, 2], [-1, 3])
  ///     Reshape(x [rows, n], [rows, 1, n])      ->   Reshape(x, [-1, 1, n])
  private static func openRows(of body: inout Program, _ rowCount: Int) {
    Rewriter.rewrite(&body) { instruction, rewriter in
      guard let x = instruction.inputs.first, rewriter.extents(x)?.first == rowCount,
        let result = rewriter.extents(instruction.outputs[0]), result.first == rowCount
      else { return false }
      let open = [-1] + result.dropFirst()
      switch instruction.definition {
      case is Slice:
        guard let size = rewriter.integers(instruction.inputs[2]), size.first == rowCount else {
          return false
        }
        return rewriter.finish(
          Slice(), [x, instruction.inputs[1], rewriter.add(integers: open)])
      case is Reshape:
        guard let shape = rewriter.integers(instruction.inputs[1]), shape.first == rowCount,
          !result.contains(0)
        else { return false }
        return rewriter.finish(Reshape(), [x, rewriter.add(integers: open)])
      default: return false
      }
    }
  }

  /// Makes invariants of the constants that have a row for each row of the batch.
  private static func liftConstants(
    from ports: inout ScanPorts, _ rowCount: Int, _ program: inout Program
  ) -> [Instruction] {
    var lifted: [Instruction] = []
    for instruction in ports.body.instructions {
      // Integers may be shapes and axes, which operations have to know beforehand.
      guard let constant = instruction.definition.as(Const.self), !constant.value.dtype.isInteger,
        constant.value.shape.first == rowCount
      else { continue }
      let type = TensorType(constant.value.dtype, exact: constant.value.shape)
      let operand = program.newValue(type)
      lifted.append(Program.constant(constant.value, as: operand, like: instruction))
      ports.invariants.append(
        ScanPorts.Invariant(operand: operand, parameter: instruction.outputs[0]))
    }
    let moved = Set(ports.invariants.map(\.parameter))
    ports.body.remove { $0.definition.is(Const.self) && moved.contains($0.outputs[0]) }
    return lifted
  }
}
