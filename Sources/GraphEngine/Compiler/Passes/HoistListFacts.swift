internal import GraphArrays

/// Takes questions about lists that a loop does not change out of the loop: how long they are, and
/// what shape their items have.
///
///     While(l: p -> p, n = Length(p))   ->   m = Length(l); While(l, m: p, n -> p, n)
///
/// TensorFlow's own loops ask them for the gradients of the items that they read. Outside of the loop
/// ForwardLists answers them, where the list is made from an array.
package enum HoistListFacts: Pass {
  package static let subjects: Program.Features = .lists

  package static func run(_ program: inout Program) throws(GraphError) {
    try program.forEachBody { body throws(GraphError) in try run(&body) }
    var result: [Instruction] = []
    result.reserveCapacity(program.instructions.count)
    for var instruction in program.instructions {
      if instruction.controlFlow?.isLoop == true {
        hoist(from: &instruction, in: &program, &result)
      }
      result.append(instruction)
    }
    program.instructions = result
  }

  private static func hoist(
    from loop: inout Instruction, in program: inout Program, _ before: inout [Instruction]
  ) {
    var positions: [Value: Int] = [:]
    for position in loop.inputs.indices where loop.bodies[1].isInvariant(position) {
      if let parameter = loop.bodies[1].parameter(position) { positions[parameter] = position }
    }
    var replacement: [Value: Value] = [:]
    var hoisted: Set<Value> = []
    for question in loop.bodies[1].instructions where isQuestion(question.definition) {
      guard let position = positions[question.inputs[0]] else { continue }
      let type = loop.bodies[1].type(question.outputs[0])
      let answer = program.newValue(type)
      before.append(
        Instruction(
          question.definition, inputs: [loop.inputs[position]], outputs: [answer],
          name: question.name, origin: question.origin))
      let parameter = loop.addVariable(start: answer, program.newValue(type), type)
      loop.bodies[1].results.append(parameter)
      replacement[question.outputs[0]] = parameter
      hoisted.insert(question.id)
    }
    guard !hoisted.isEmpty else { return }
    loop.bodies[1].remove { hoisted.contains($0.id) }
    loop.bodies[1].replaceUses(replacement)
  }

  private static func isQuestion(_ definition: any OpDefinition) -> Bool {
    definition.is(TensorListLength.self) || definition.is(TensorListElementShape.self)
  }
}
