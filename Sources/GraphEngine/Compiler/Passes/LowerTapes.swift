internal import GraphArrays

/// Turns loops and branches whose tapes are read into ones that keep what the tapes tell.
///
///     y, h = While(x: p -> Tanh(p)); t = Tape(h; p)
///       ->   l = EmptyTensorList; y, t = While(x, l: p, q -> Tanh(p), TensorListPushBack(q, p))
///
/// A tape of a loop becomes one more variable, a list to which every turn adds an item, or a count
/// of the turns. A tape of a branch becomes one more result, which is blank where the other branch
/// is taken. A tape of a loop or branch inside becomes a tape in the body, whose result is kept in
/// the same way. Histories disappear; tapes that nothing reads were never imported, so a loop pays
/// only for the gradients that are fetched.
package enum LowerTapes: Pass {
  package static func run(_ program: inout Program) throws(GraphError) {
    var asked: [Value: [Instruction]] = [:]
    for instruction in program.instructions where instruction.definition.is(Tape.self) {
      asked[instruction.inputs[0], default: []].append(instruction)
    }
    program.remove { $0.definition.is(Tape.self) }
    var lowered: [Instruction] = []
    var replacement: [Value: Value] = [:]
    for var instruction in program.instructions {
      if let definition = instruction.controlFlow,
        let history = instruction.outputs.popLast()
      {
        program.types[history] = nil
        for (tape, results) in distinct(asked[history] ?? []) {
          let result = results[0]
          for other in results.dropFirst() { replacement[other] = result }
          do throws(GraphError) {
            if !definition.isLoop {
              try keep(tape, as: result, of: &instruction, definition, in: &program)
            } else if tape.path.isEmpty {
              replacement[result] = count(&instruction, as: result, in: &program, &lowered)
            } else {
              try record(tape, as: result, of: &instruction, definition, in: &program, &lowered)
            }
          } catch {
            throw instruction.located(error)
          }
        }
        for b in instruction.bodies.indices { try run(&instruction.bodies[b]) }
      }
      lowered.append(instruction)
    }
    program.instructions = lowered
    program.replaceUses(replacement.filter { $0.key != $0.value })
  }

  /// Equal tapes once, with the results of all of them.
  private static func distinct(
    _ instructions: [Instruction]
  ) -> [(tape: Tape, results: [Value])] {
    var order: [(tape: Tape, results: [Value])] = []
    for instruction in instructions {
      guard let tape = instruction.definition.as(Tape.self) else { continue }
      if let index = order.firstIndex(where: { $0.tape == tape }) {
        order[index].results.append(instruction.outputs[0])
      } else {
        order.append((tape: tape, results: [instruction.outputs[0]]))
      }
    }
    return order
  }

  // MARK: Loops

  /// Adds a list to a loop, to which the body adds what the tape tells of each turn.
  private static func record(
    _ tape: Tape, as result: Value, of loop: inout Instruction,
    _ definition: any ControlFlowDefinition, in program: inout Program,
    _ before: inout [Instruction]
  ) throws(GraphError) {
    guard let element = tape.type.element else { return }
    let list = program.addEmptyList(of: element, like: loop, &before)
    let parameter = loop.addVariable(start: list, result, tape.type)
    let item = try loop.bodies[1].value(of: tape, in: definition.bodies[1], like: loop)
    let next = loop.bodies[1].append(
      TensorListPushBack(dtype: element.dtype), [parameter, item], tape.type, like: loop)
    loop.bodies[1].results.append(next)
  }

  /// The number of turns: an existing counter's last value, or that of one which is added.
  private static func count(
    _ loop: inout Instruction, as result: Value, in program: inout Program,
    _ before: inout [Instruction]
  ) -> Value {
    if let counter = loop.counter(in: program) { return loop.outputs[counter] }
    let zero = program.addConstant(NDArray(scalar: Int32(0)), like: loop, &before)
    _ = loop.addCounter(from: zero, result)
    return result
  }

  // MARK: Branches

  /// Adds a result to a branch: the value that the tape tells, and a blank one on the other side.
  private static func keep(
    _ tape: Tape, as result: Value, of branch: inout Instruction,
    _ definition: any ControlFlowDefinition, in program: inout Program
  ) throws(GraphError) {
    for (b, body) in definition.bodies.enumerated() {
      let value =
        tape.path.first?.graph === body.graph
        ? try branch.bodies[b].value(of: tape, in: body, like: branch)
        : branch.bodies[b].addBlank(tape.type, like: branch)
      branch.bodies[b].results.append(value)
    }
    branch.outputs.append(result)
  }
}

extension Program {
  /// What a tape tells of this program, the body of a loop or branch; of loops and branches inside
  /// of it by way of a tape that is lowered with it.
  fileprivate mutating func value(
    of tape: Tape, in body: Body, like source: Instruction
  ) throws(GraphError) -> Value {
    guard let first = tape.path.first, first.graph === body.graph,
      let value = names[first.output]
    else {
      throw GraphError(.failedPrecondition, "a tape names a tensor that is not in the body")
    }
    if tape.path.count > 1 || tape.quantity == .count {
      let inner = try Tape(
        of: first.operation.definition, path: Array(tape.path.dropFirst()), tape.quantity)
      return append(inner, [value], inner.type, like: source)
    }
    switch tape.quantity {
    case .value, .count: return value
    case .shape:
      let type = TensorType(.int32, [type(value).shape.rank])
      return append(ShapeOf(outputType: .int32), [value], type, like: source)
    case .length:
      return append(TensorListLength(), [value], TensorType(.int32, []), like: source)
    }
  }

  /// Adds an empty list to the instructions that are collected in `place`.
  fileprivate mutating func addEmptyList(
    of element: TensorType, like source: Instruction, _ place: inout [Instruction]
  ) -> Value {
    let shape = addConstant(element.elementShapeArray, like: source, &place)
    let maximum = addConstant(NDArray(scalar: Int32(-1)), like: source, &place)
    let list = newValue(.list(of: element))
    place.append(
      Instruction(
        EmptyTensorList(element: element), inputs: [shape, maximum], outputs: [list],
        name: "\(source.name)/EmptyTensorList", origin: source.origin))
    return list
  }

  fileprivate mutating func addEmptyList(of element: TensorType, like source: Instruction) -> Value
  {
    var place: [Instruction] = []
    let list = addEmptyList(of: element, like: source, &place)
    instructions += place
    return list
  }

  /// Adds a value of a type that stands for nothing: extents that are not known are 0.
  fileprivate mutating func addBlank(_ type: TensorType, like source: Instruction) -> Value {
    if let element = type.element {
      return addEmptyList(of: element, like: source)
    }
    let extents = type.shape.dimensions.map { $0.map { $0 ?? 0 } } ?? [0]
    return addConstant(NDArray.zeros(extents, type.dtype), like: source)
  }
}

extension TensorType {
  /// The value of an element_shape operand for elements of this type: -1 for what is not known.
  var elementShapeArray: NDArray {
    guard let dimensions = dtype == .variant ? [] : shape.dimensions else {
      return NDArray(scalar: Int32(-1))
    }
    return NDArray(
      dimensions.map { Int32(truncatingIfNeeded: $0 ?? -1) }, shape: [dimensions.count])
  }
}
