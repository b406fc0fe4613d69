internal import GraphArrays

/// Leaves out operations whose result is one of their operands, and applies the rules by which
/// definitions simplify themselves, to a fixed point.
///
///     b = Identity(a); return Tanh(b)                 ->   return Tanh(a)
///     b = Reshape(a, [6]); c = Reshape(b, [2, 3])     ->   c = Reshape(a, [2, 3])
///
/// Which operand a result equals, and what an operation becomes where its operands are made in a
/// certain way, each definition tells (`forwardedInput`, `simplify`). An operation that waits for
/// others is left, as it may be there for the waiting.
package enum Simplify: Pass {
  package static func run(_ program: inout Program) throws(GraphError) {
    try InferTypes.runWhereNothingIsKnown(&program)
    try simplify(&program, program.known)
  }

  private static func simplify(
    _ program: inout Program, _ known: [Value: KnownValue]
  ) throws(GraphError) {
    Rewriter.rewrite(&program, known: known) { instruction, rewriter in
      guard instruction.bodies.isEmpty, !instruction.definition.is(Const.self) else {
        return false
      }
      if instruction.outputs.count == 1 {
        let output = rewriter.type(instruction.outputs[0])
        if let forwarded = instruction.definition.forwardedInput(
          { rewriter.context(instruction) }, output),
          instruction.inputs.indices.contains(forwarded)
        {
          return rewriter.forward(to: instruction.inputs[forwarded])
        }
      }
      return instruction.definition.simplify(instruction, &rewriter)
    }
    for i in program.instructions.indices {
      for b in program.instructions[i].bodies.indices {
        try simplify(&program.instructions[i].bodies[b], known)
      }
    }
  }
}
