internal import GraphArrays

/// Leaves out of a Scan's last turn what only makes next values of states whose finals nobody reads.
///
///     Scan(h) { y = f(h);  g = MatMul(y, w);  return g; stacked y }, final not read
///       ->   g is not made in the last turn
///
/// The gradient of a recurrent layer ends with a product that nobody reads.
package enum SkipDeadLastTurn: Pass {
  package static let subjects: Program.Features = .scans

  package static func run(_ program: inout Program) throws(GraphError) {
    try program.forEachBody { body throws(GraphError) in try run(&body) }
    let uses = program.useCounts
    for i in program.instructions.indices {
      guard var scan = program.instructions[i].definition.as(Scan.self), scan.turns > 0 else {
        continue
      }
      let body = program.instructions[i].bodies[0]
      var needed: Set<Value> = []
      for (output, result) in zip(program.instructions[i].outputs, body.results)
      where uses[output] != nil {
        needed.insert(result)
      }
      scan.deadInLastTurn = []
      for instruction in body.instructions.reversed() {
        if instruction.isRemovable, !instruction.outputs.contains(where: needed.contains) {
          scan.deadInLastTurn.insert(instruction.id)
        } else {
          needed.formUnion(instruction.inputs)
        }
      }
      program.instructions[i].definition = scan
    }
  }
}
