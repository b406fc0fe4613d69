internal import GraphArrays

/// Computes at compile time what depends on constants and exact shapes only.
///
///     s = Shape(x: float32[50, 65])   ->   s = Const [50 65]
///
/// Results that are large and larger than their operands, such as those of Fill, are left to the
/// run. An operation that fails is left to fail there.
package enum FoldConstants: Pass {
  /// Bytes of a result that is folded whatever the size of its operands.
  private static let smallResult = 4096

  package static func run(_ program: inout Program) throws(GraphError) {
    try InferTypes.runWhereNothingIsKnown(&program)
    try fold(&program, program.known)
  }

  private static func fold(
    _ program: inout Program, _ known: [Value: KnownValue]
  ) throws(GraphError) {
    var constants = program.constants
    for i in program.instructions.indices {
      for b in program.instructions[i].bodies.indices {
        try fold(&program.instructions[i].bodies[b], known)
      }
    }
    var folded: [Value: [Instruction]] = [:]
    for instruction in program.instructions {
      guard instruction.isPure, instruction.bodies.isEmpty,
        !instruction.definition.is(Const.self), !instruction.outputs.isEmpty,
        let values = values(of: instruction, program, constants, known)
      else { continue }
      for (output, value) in zip(instruction.outputs, values) { constants[output] = value }
      folded[instruction.id] = zip(instruction.outputs, values).map {
        Program.constant($1, as: $0, like: instruction)
      }
    }
    guard !folded.isEmpty else { return }
    var original = program
    program.remove { folded[$0.id] != nil }
    // Constants take the places of what they replace; kept instructions were given the controls.
    let kept = Dictionary(uniqueKeysWithValues: program.instructions.map { ($0.id, $0) })
    original.instructions = original.instructions.flatMap { instruction in
      folded[instruction.id] ?? kept[instruction.id].map { [$0] } ?? []
    }
    program.instructions = original.instructions
  }

  private static func values(
    of instruction: Instruction, _ program: Program, _ constants: [Value: NDArray],
    _ known: [Value: KnownValue]
  ) -> [NDArray]? {
    if instruction.outputs.allSatisfy({ known[$0]?.array != nil }) {
      return instruction.outputs.compactMap { known[$0]?.array }
    }
    guard !instruction.inputs.isEmpty,
      instruction.inputs.allSatisfy({ constants[$0] != nil }),
      instruction.outputs.allSatisfy({ program.type($0).isExact })
    else { return nil }
    let types = instruction.inputs.map { program.type($0) }
    let operands = instruction.inputs.map { constants[$0] }
    let size = operands.reduce(0) { $0 + ($1?.byteCount ?? 0) }
    let result = instruction.outputs.reduce(0) { $0 + (program.type($1).byteCount ?? 0) }
    guard result <= max(size, smallResult) else { return nil }
    return try? instruction.definition.evaluateAllOnHost(operands, types)
  }
}
