internal import GraphArrays

/// Replaces the items of a list to which a loop appends the same constant in every turn by that
/// constant: taped shapes, once feeds are known.
///
///     l = While(l: PushBack(p, c));  x = GetItem(l, i)   ->   x = c
package enum ForwardListItems: Pass {
  package static let subjects: Program.Features = .lists

  package static func run(_ program: inout Program) throws(GraphError) {
    run(&program, items: [:])
  }

  /// - Parameter items: The item that lists of this program have in every place.
  private static func run(_ program: inout Program, items: [Value: NDArray]) {
    var items = items
    var emptyLists: Set<Value> = []
    for i in program.instructions.indices {
      let instruction = program.instructions[i]
      if instruction.definition.is(EmptyTensorList.self) {
        emptyLists.insert(instruction.outputs[0])
      }
      if instruction.definition.is(TensorListGetItem.self), let item = items[instruction.inputs[0]],
        program.type(instruction.outputs[0]).accepts(TensorType(item.dtype, exact: item.shape))
      {
        program.instructions[i] = Program.constant(
          item, as: instruction.outputs[0], like: instruction)
        continue
      }
      guard let definition = instruction.controlFlow else { continue }
      let first = definition.firstBodyOperand
      if definition.isLoop {
        for (k, item) in appended(by: instruction.bodies[1])
        where emptyLists.contains(instruction.inputs[k]) {
          items[instruction.outputs[k]] = item
        }
      }
      for b in instruction.bodies.indices {
        var inner: [Value: NDArray] = [:]
        for parameter in instruction.bodies[b].parameters {
          guard case .argument(let k) = parameter.source else { continue }
          guard !definition.isLoop || instruction.bodies[1].isInvariant(k) else { continue }
          inner[parameter.value] = items[instruction.inputs[k + first]]
        }
        run(&program.instructions[i].bodies[b], items: inner)
      }
    }
  }

  /// Variables of a loop that are appended to, with the constant that is appended.
  private static func appended(by body: Program) -> [(variable: Int, item: NDArray)] {
    let constants = body.constants
    let pushes = Dictionary(
      body.instructions.compactMap { instruction in
        instruction.definition.is(TensorListPushBack.self)
          ? (instruction.outputs[0], instruction) : nil
      }, uniquingKeysWith: { first, _ in first })
    return body.results.enumerated().compactMap { k, result in
      guard let push = pushes[result], push.inputs[0] == body.parameter(k),
        let item = constants[push.inputs[1]]
      else { return nil }
      return (k, item)
    }
  }
}
