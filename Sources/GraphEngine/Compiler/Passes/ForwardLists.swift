internal import GraphArrays

/// Looks through lists that are made from arrays and turned into arrays again.
///
///     l = TensorListFromTensor(a); b = TensorListStack(l)   ->   b is a
///     l = TensorListFromTensor(a); n = TensorListLength(l)  ->   a constant
///     l = TensorListFromTensor(a); s = TensorListElementShape(l)  ->  a constant
package enum ForwardLists: Pass {
  package static func run(_ program: inout Program) throws(GraphError) {
    var arrays: [Value: Value] = [:]
    for instruction in program.instructions
    where instruction.definition is TensorListFromTensor {
      arrays[instruction.outputs[0]] = instruction.inputs[0]
    }
    var replacement: [Value: Value] = [:]
    var removed: Set<Value> = []
    for i in program.instructions.indices where !arrays.isEmpty {
      let instruction = program.instructions[i]
      guard let list = instruction.inputs.first, let array = arrays[list] else { continue }
      switch instruction.definition {
      case is TensorListStack:
        guard
          program.type(array) == program.type(instruction.outputs[0])
            || !program.type(instruction.outputs[0]).isExact
        else { continue }
        replacement[instruction.outputs[0]] = array
        removed.insert(instruction.id)
      case is TensorListLength:
        guard let length = program.type(array).extents?.first else { continue }
        program.instructions[i] = Program.constant(
          NDArray.integers([length], dtype: .int32, shape: []), as: instruction.outputs[0],
          like: instruction)
      case let question as TensorListElementShape:
        guard let extents = program.type(array).extents, !extents.isEmpty else { continue }
        program.instructions[i] = Program.constant(
          NDArray.integers(
            Array(extents.dropFirst()), dtype: question.shapeType, shape: [extents.count - 1]),
          as: instruction.outputs[0], like: instruction)
      default: break
      }
    }
    if !removed.isEmpty {
      program.remove { removed.contains($0.id) }
      program.replaceUses(replacement)
    }
    try program.forEachBody { body throws(GraphError) in try run(&body) }
  }
}
