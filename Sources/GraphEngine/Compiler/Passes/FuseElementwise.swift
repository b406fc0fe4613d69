internal import GraphArrays

/// Executes elementwise operations that follow each other as one pass of memory.
///
///     a, b = Split(x);  c = Sigmoid(a);  d = Tanh(b);  y = Mul(c, d)
///       ->   y = Fused(x) { a, b = Split(x);  c = Sigmoid(a);  d = Tanh(b);  return Mul(c, d) }
///
/// A group has results of one shape; operands are whole, a row or column for all, one value, or
/// columns of a whole, and results may be joined to a whole by columns. It is executed where all
/// that it needs is there: between two products there is one. Values that only the group reads never
/// reach memory. In bodies of loops operations are executed as late as their readers allow.
///
/// Must not fire on operations that can fail, that wait for others or that others wait for. The bits
/// of every result stay the same.
package enum FuseElementwise: Pass {
  package static func run(_ program: inout Program) throws(GraphError) {
    try fuse(&program, isBody: false)
    // Views that only groups read.
    try Prune.run(&program)
  }

  private static func fuse(_ program: inout Program, isBody: Bool) throws(GraphError) {
    try program.forEachBody { body throws(GraphError) in try fuse(&body, isBody: true) }
    let groups = FusionGroups(program, isLate: isBody)
    let found = groups.groups
    if !found.isEmpty { program = Fusion(program, groups, found).program }
  }
}

/// The program in which groups of operations become one each.
private struct Fusion {
  private(set) var program: Program
  private let groups: FusionGroups
  private let makers: [Value: Int]
  private var users: [Value: Set<Int>] = [:]
  /// The group that an instruction belongs to, by its first member.
  private var groupOf: [Int: Int] = [:]
  private var fused: [Int: Instruction] = [:]

  init(_ program: Program, _ groups: FusionGroups, _ found: [[Int]]) {
    self.program = program
    self.groups = groups
    var makers: [Value: Int] = [:]
    for (index, instruction) in program.instructions.enumerated() {
      for output in instruction.outputs { makers[output] = index }
      for input in instruction.inputs { users[input, default: []].insert(index) }
    }
    self.makers = makers
    for value in program.results + program.updates.map(\.value) {
      users[value, default: []].insert(-1)
    }
    for group in found { add(group) }
    reorder()
  }

  private mutating func add(_ group: [Int]) {
    let members = Set(group)
    for index in group { groupOf[index] = group[0] }
    var builder = FusedBodyBuilder(program, makers, groups)
    for index in group { builder.add(program.instructions[index]) }
    var outputs: [Value] = []
    for index in group {
      for output in program.instructions[index].outputs
      where users[output]?.isSubset(of: members) == false {
        outputs.append(output)
      }
    }
    // The largest first: it may take over the memory of an operand.
    outputs.sort { (program.type($0).byteCount ?? 0) > (program.type($1).byteCount ?? 0) }
    let last = program.instructions[group[group.count - 1]]
    fused[group[0]] = Instruction(
      Fused(builder.body(outputs)), inputs: builder.operands, outputs: outputs, name: last.name,
      origin: last.origin)
  }

  /// Puts the groups in the places of their members, each behind all that it needs.
  private mutating func reorder() {
    var needs: [Int: [Int]] = [:]
    var idMakers: [Value: Int] = [:]
    for (index, instruction) in program.instructions.enumerated() {
      idMakers[instruction.id] = index
      let node = groupOf[index] ?? index
      let sources =
        instruction.inputs.compactMap { makers[$0] }
        + instruction.controls.compactMap { idMakers[$0] }
      for source in sources {
        let other = groupOf[source] ?? source
        if other != node { needs[node, default: []].append(other) }
      }
    }
    var ordered: [Instruction] = []
    var isDone = [Bool](repeating: false, count: program.instructions.count)
    for index in program.instructions.indices {
      var open = [groupOf[index] ?? index]
      while let node = open.last {
        if isDone[node] {
          open.removeLast()
          continue
        }
        let missing = (needs[node] ?? []).filter { !isDone[$0] }
        if missing.isEmpty {
          isDone[node] = true
          ordered.append(fused[node] ?? program.instructions[node])
          open.removeLast()
        } else {
          open += missing.reversed()
        }
      }
    }
    program.instructions = ordered
  }
}
