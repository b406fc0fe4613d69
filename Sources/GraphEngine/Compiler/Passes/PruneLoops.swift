/// Removes variables of loops, and operands and results of branches, that nothing needs.
///
///     y, _ = While(a, b: body (p + 1, q * 2))   ->   y = While(a: body (p + 1))
///
/// A variable is needed where its final value is used, where the condition or an operation with an
/// effect depends on it, or where a needed variable's next value does.
package enum PruneLoops: Pass {
  package static let subjects: Program.Features = .controlFlow

  package static func run(_ program: inout Program) throws(GraphError) {
    try program.forEachBody { body throws(GraphError) in try run(&body) }
    let uses = program.useCounts
    for i in program.instructions.indices {
      guard let definition = program.instructions[i].controlFlow
      else { continue }
      if definition.isLoop {
        pruneLoop(&program.instructions[i]) { uses[$0] != nil }
      } else {
        pruneBranch(&program.instructions[i], definition.firstBodyOperand) { uses[$0] != nil }
      }
    }
  }

  private static func pruneLoop(_ loop: inout Instruction, isUsed: (Value) -> Bool) {
    let count = loop.inputs.count
    var needed = (0..<count).map { isUsed(loop.outputs[$0]) }
    mark(&needed, loop.bodies[0].neededArguments(for: loop.bodies[0].results))
    while true {
      let body = loop.bodies[1]
      let results = (0..<count).filter { needed[$0] }.map { body.results[$0] }
      guard mark(&needed, body.neededArguments(for: results)) else { break }
    }
    guard needed.contains(false) else { return }
    let kept = (0..<count).filter { needed[$0] }
    loop.inputs = kept.map { loop.inputs[$0] }
    loop.outputs = kept.map { loop.outputs[$0] }
    loop.bodies[1].results = kept.map { loop.bodies[1].results[$0] }
    for b in loop.bodies.indices { loop.bodies[b].keepArguments(kept) }
  }

  private static func pruneBranch(
    _ branch: inout Instruction, _ first: Int, isUsed: (Value) -> Bool
  ) {
    let keptResults = branch.outputs.indices.filter { isUsed(branch.outputs[$0]) }
    if keptResults.count < branch.outputs.count {
      branch.outputs = keptResults.map { branch.outputs[$0] }
      for b in branch.bodies.indices {
        branch.bodies[b].results = keptResults.map { branch.bodies[b].results[$0] }
      }
    }
    var needed = [Bool](repeating: false, count: branch.inputs.count - first)
    for body in branch.bodies { mark(&needed, body.neededArguments(for: body.results)) }
    guard needed.contains(false) else { return }
    let kept = needed.indices.filter { needed[$0] }
    branch.inputs = Array(branch.inputs.prefix(first)) + kept.map { branch.inputs[$0 + first] }
    for b in branch.bodies.indices { branch.bodies[b].keepArguments(kept) }
  }

  /// Marks more positions; whether any of them was not marked before.
  @discardableResult
  private static func mark(_ needed: inout [Bool], _ positions: Set<Int>) -> Bool {
    var isNew = false
    for position in positions where position < needed.count && !needed[position] {
      needed[position] = true
      isNew = true
    }
    return isNew
  }
}

extension Program {
  /// The arguments of this body on which `values` and operations with effects depend.
  func neededArguments(for values: [Value]) -> Set<Int> {
    var needed = Set(values)
    var waited: Set<Value> = Set(targets)
    for instruction in instructions.reversed() {
      guard
        !instruction.isRemovable || waited.contains(instruction.id)
          || instruction.outputs.contains(where: needed.contains)
      else { continue }
      needed.formUnion(instruction.inputs)
      waited.formUnion(instruction.controls)
    }
    var result: Set<Int> = []
    for parameter in parameters where needed.contains(parameter.value) {
      if case .argument(let position) = parameter.source { result.insert(position) }
    }
    return result
  }

  /// Keeps the arguments at these positions and numbers them anew; instructions that used others
  /// are removed.
  mutating func keepArguments(_ kept: [Int]) {
    var numbers: [Int: Int] = [:]
    for (new, old) in kept.enumerated() { numbers[old] = new }
    var gone: Set<Value> = []
    parameters = parameters.compactMap { parameter in
      guard case .argument(let position) = parameter.source else { return parameter }
      guard let new = numbers[position] else {
        gone.insert(parameter.value)
        return nil
      }
      return Parameter(value: parameter.value, source: .argument(new))
    }
    guard !gone.isEmpty else { return }
    remove { instruction in
      guard instruction.inputs.contains(where: gone.contains) else { return false }
      gone.formUnion(instruction.outputs)
      return true
    }
  }
}
