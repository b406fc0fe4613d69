internal import GraphArrays

/// Turns lists from which a loop takes the last item in every turn into lists that it reads.
///
///     While(l: p -> q, x = PopBack(p))
///       ->   n = Length(l) - 1;  While(l: p -> p, x = GetItem(p, n - turn))
///
/// The gradient loops of TensorFlow's own graphs take back in this way what the forward loops pushed.
/// Then the list is the same in every turn, and its items are read at indices that follow the count,
/// as RecognizeScans wants it. A list that runs out of items fails the run as before, in the same
/// turn.
///
/// Nothing else may use the list in the loop, nor what is left of it behind the loop.
package enum PopsToReads: Pass {
  package static let subjects: Program.Features = .lists

  package static func run(_ program: inout Program) throws(GraphError) {
    try program.forEachBody { body throws(GraphError) in try run(&body) }
    let uses = program.useCounts
    var result: [Instruction] = []
    result.reserveCapacity(program.instructions.count)
    for var instruction in program.instructions {
      if instruction.controlFlow?.isLoop == true {
        let pops = pops(in: instruction) { uses[$0] == nil }
        if !pops.isEmpty { rewrite(pops, in: &instruction, of: &program, &result) }
      }
      result.append(instruction)
    }
    program.instructions = result
  }

  /// A variable of a loop, and the place in the body of the operation that takes an item off it.
  private typealias Pop = (variable: Int, place: Int)

  private static func pops(in loop: Instruction, isUnused: (Value) -> Bool) -> [Pop] {
    let body = loop.bodies[1]
    let places = body.instructions.indices.filter {
      body.instructions[$0].definition.is(TensorListPopBack.self)
    }
    guard !places.isEmpty else { return [] }
    let uses = body.useCounts
    let tested = loop.bodies[0].useCounts
    return loop.inputs.indices.compactMap { variable in
      guard isUnused(loop.outputs[variable]), let parameter = body.parameter(variable),
        uses[parameter] == 1, loop.bodies[0].parameter(variable).flatMap({ tested[$0] }) == nil,
        let place = places.first(where: { body.instructions[$0].inputs[0] == parameter }),
        body.results[variable] == body.instructions[place].outputs[0],
        uses[body.results[variable]] == 1
      else { return nil }
      return (variable: variable, place: place)
    }
  }

  private static func rewrite(
    _ pops: [Pop], in loop: inout Instruction, of program: inout Program,
    _ before: inout [Instruction]
  ) {
    let type = TensorType(.int32, [])
    let one = program.addConstant(NDArray(scalar: Int32(1)), like: loop, &before)
    let counter: Int
    if let known = loop.counter(in: program) {
      counter = known
    } else {
      let zero = program.addConstant(NDArray(scalar: Int32(0)), like: loop, &before)
      counter = loop.addCounter(from: zero, program.newValue(type))
    }
    guard let turn = loop.bodies[1].parameter(counter) else { return }
    var replacing: [Int: [Instruction]] = [:]
    for pop in pops {
      let length = program.newValue(type)
      let last = program.newValue(type)
      before += [
        Instruction(
          TensorListLength(), inputs: [loop.inputs[pop.variable]], outputs: [length],
          name: loop.name, origin: loop.origin),
        Instruction(
          Binary.sub, inputs: [length, one], outputs: [last], name: loop.name,
          origin: loop.origin),
      ]
      let from = loop.addVariable(start: last, program.newValue(type), type)
      loop.bodies[1].results.append(from)
      replacing[pop.place] = read(pop, from, turn, &loop.bodies[1])
    }
    loop.bodies[1].instructions = loop.bodies[1].instructions.enumerated().flatMap {
      replacing[$0] ?? [$1]
    }
  }

  /// What takes the place of a pop: the index, and the read of the item there.
  private static func read(
    _ pop: Pop, _ last: Value, _ turn: Value, _ body: inout Program
  ) -> [Instruction] {
    let instruction = body.instructions[pop.place]
    guard let definition = instruction.definition.as(TensorListPopBack.self),
      let list = body.parameter(pop.variable)
    else { return [instruction] }
    let index = body.newValue(TensorType(.int32, []))
    body.results[pop.variable] = list
    // The same instruction, as others may wait for it.
    var item = instruction
    item.definition = TensorListGetItem(element: definition.element)
    item.inputs = [list, index, instruction.inputs[1]]
    item.outputs = [instruction.outputs[1]]
    return [
      Instruction(
        Binary.sub, inputs: [last, turn], outputs: [index], name: instruction.name,
        origin: instruction.origin),
      item,
    ]
  }
}
