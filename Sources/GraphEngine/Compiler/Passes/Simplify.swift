internal import GraphArrays

/// Leaves out operations whose result is one of their operands: `Identity(x)`, a `Reshape` to the
/// shape that is there, a sum over no axes.
///
///     b = Identity(a); return Tanh(b)   ->   return Tanh(a)
///
/// Which operand that is, each definition tells (`forwardedInput`). An operation that waits for
/// others is left, as it may be there for the waiting.
package enum Simplify: Pass {
  package static func run(_ program: inout Program) throws(GraphError) {
    var inference = TypeInference()
    try inference.run(&program)
    try simplify(&program, inference)
  }

  private static func simplify(
    _ program: inout Program, _ inference: TypeInference
  ) throws(GraphError) {
    var replacement: [Value: Value] = [:]
    let targets = Set(program.targets)
    let types = program.types
    func type(_ value: Value) -> TensorType { types[value] ?? TensorType(.variant, .unknown) }
    program.remove { instruction in
      guard instruction.controls.isEmpty, instruction.outputs.count == 1,
        !targets.contains(instruction.id), instruction.bodies.isEmpty
      else { return false }
      let context = InferenceContext(
        types: instruction.inputs.map { type($0) },
        known: instruction.inputs.map { inference.known[$0] })
      let output = type(instruction.outputs[0])
      guard let forwarded = instruction.definition.forwardedInput(context, output),
        instruction.inputs.indices.contains(forwarded)
      else { return false }
      replacement[instruction.outputs[0]] = instruction.inputs[forwarded]
      return true
    }
    program.replaceUses(replacement)
    for i in program.instructions.indices {
      for b in program.instructions[i].bodies.indices {
        try simplify(&program.instructions[i].bodies[b], inference)
      }
    }
  }
}
