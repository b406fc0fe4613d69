internal import GraphArrays

/// What passes share that join values side by side, and take them apart. What they add stands at the
/// end of the program: `sortByDependence` puts it where it is needed.
extension Program {
  /// Adds the concatenation of values of exact types; one value is itself.
  mutating func appendJoined(_ parts: [Value], axis: Int, like source: Instruction) -> Value {
    guard parts.count > 1 else { return parts[0] }
    var extents = type(parts[0]).extents ?? []
    extents[axis] = parts.reduce(0) { $0 + (type($1).extents?[axis] ?? 0) }
    let along = addConstant(NDArray.integers([axis], dtype: .int32, shape: []), like: source)
    return append(
      ConcatV2(count: parts.count), parts + [along],
      TensorType(type(parts[0]).dtype, exact: extents), like: source)
  }

  /// Adds the columns of a value of exact type: a part of it along its last axis.
  ///
  /// - Parameter output: The value that they are; nil: a new one.
  @discardableResult
  mutating func appendColumns(
    _ columns: Range<Int>, of whole: Value, as output: Value? = nil, like source: Instruction
  ) -> Value {
    var extents = type(whole).extents ?? []
    var begin = extents.map { _ in 0 }
    let last = extents.count - 1
    begin[last] = columns.lowerBound
    extents[last] = columns.count
    let operands = [begin, extents].map { elements in
      addConstant(
        NDArray.integers(elements, dtype: .int32, shape: [elements.count]), like: source)
    }
    let part = output ?? newValue(TensorType(type(whole).dtype, exact: extents))
    instructions.append(
      Instruction(
        Slice(), inputs: [whole] + operands, outputs: [part], name: source.name,
        origin: source.origin))
    return part
  }

  /// Puts every instruction behind those that make its operands or that it waits for, and leaves the
  /// order as it is otherwise.
  mutating func sortByDependence() {
    var makers: [Value: Int] = [:]
    for (index, instruction) in instructions.enumerated() {
      makers[instruction.id] = index
      for output in instruction.outputs { makers[output] = index }
    }
    var sorted: [Instruction] = []
    sorted.reserveCapacity(instructions.count)
    var isDone = [Bool](repeating: false, count: instructions.count)
    for index in instructions.indices {
      var open = [index]
      while let next = open.last {
        if isDone[next] {
          open.removeLast()
          continue
        }
        let instruction = instructions[next]
        let missing = (instruction.inputs + instruction.controls)
          .compactMap { makers[$0] }.filter { !isDone[$0] }
        if missing.isEmpty {
          isDone[next] = true
          sorted.append(instruction)
          open.removeLast()
        } else {
          open += missing.reversed()
        }
      }
    }
    instructions = sorted
  }
}
