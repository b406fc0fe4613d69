/// Removes what no result, update, target or effect needs.
///
///     a = Tanh(x); b = Exp(x); return a   ->   a = Tanh(x); return a
package enum Prune: Pass {
  package static func run(_ program: inout Program) throws(GraphError) {
    var needed = Set(program.results)
    needed.formUnion(program.updates.map(\.value))
    var neededInstructions = Set(program.targets)
    var kept = [Bool](repeating: false, count: program.instructions.count)
    for i in program.instructions.indices.reversed() {
      let instruction = program.instructions[i]
      let isKept =
        neededInstructions.contains(instruction.id) || !instruction.isRemovable
        || instruction.outputs.contains(where: needed.contains)
      guard isKept else { continue }
      kept[i] = true
      needed.formUnion(instruction.inputs)
      neededInstructions.formUnion(instruction.controls)
    }
    var next = 0
    program.remove { _ in
      defer { next += 1 }
      return !kept[next]
    }
    try program.forEachBody { body throws(GraphError) in try run(&body) }
  }
}
