internal import GraphArrays

/// Replaces what a loop hands on unchanged by what it was handed.
///
///     y = While(x: p -> p)          ->   the uses of y are uses of x
///     While(c: p -> p), c constant  ->   a constant in the body
///     While(a: p -> p, a: q -> q)   ->   the uses of q are uses of p
///
/// Constants are copied into branches too. What is then unused, PruneLoops removes.
package enum ForwardInvariants: Pass {
  package static let subjects: Program.Features = .controlFlow

  package static func run(_ program: inout Program) throws(GraphError) {
    let constants = program.constants
    var replacement: [Value: Value] = [:]
    for i in program.instructions.indices {
      guard let definition = program.instructions[i].controlFlow
      else { continue }
      let first = definition.firstBodyOperand
      let operands = Array(program.instructions[i].inputs.dropFirst(first))
      if definition.isLoop {
        let body = program.instructions[i].bodies[1]
        let invariant = operands.indices.map { body.isInvariant($0) }
        for position in operands.indices where invariant[position] {
          replacement[program.instructions[i].outputs[position]] = operands[position]
        }
        for b in program.instructions[i].bodies.indices {
          forward(into: &program.instructions[i].bodies[b], operands, invariant, constants)
        }
      } else {
        let all = [Bool](repeating: true, count: operands.count)
        for b in program.instructions[i].bodies.indices {
          forward(into: &program.instructions[i].bodies[b], operands, all, constants)
        }
      }
    }
    program.replaceUses(replacement)
    try program.forEachBody { body throws(GraphError) in try run(&body) }
  }

  private static func forward(
    into body: inout Program, _ operands: [Value], _ invariant: [Bool],
    _ constants: [Value: NDArray]
  ) {
    var first: [Value: Value] = [:]
    var replacement: [Value: Value] = [:]
    var copies: [Instruction] = []
    var used: Set<Value> = []
    for instruction in body.instructions { used.formUnion(instruction.inputs) }
    for parameter in body.parameters {
      guard case .argument(let position) = parameter.source, position < operands.count,
        invariant[position], used.contains(parameter.value)
      else { continue }
      let operand = operands[position]
      if let same = first[operand] {
        replacement[parameter.value] = same
      } else if let constant = constants[operand] {
        let copy = body.newValue(body.type(parameter.value))
        copies.append(
          Instruction(Const(constant), inputs: [], outputs: [copy], name: "Const"))
        first[operand] = copy
        replacement[parameter.value] = copy
      } else {
        first[operand] = parameter.value
      }
    }
    guard !replacement.isEmpty else { return }
    let results = body.results
    body.replaceUses(replacement)
    body.results = results  // what is handed on stays what it is
    body.instructions.insert(contentsOf: copies, at: 0)
  }
}
