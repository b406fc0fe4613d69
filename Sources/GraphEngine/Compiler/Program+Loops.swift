package import GraphArrays

/// What passes share that look at the variables of loops, or add some.
extension Instruction {
  /// Whether the result is the sum of the operands.
  var isSum: Bool { ["AddV2", "Add", "AddN"].contains(definition.name) }

  /// The variable of this loop that starts at 0 and grows by 1 in every turn; nil where there is
  /// none.
  ///
  /// - Parameters:
  ///   - program: The program that the loop stands in.
  package func counter(in program: Program) -> Int? {
    let body = bodies[1]
    let starts = program.constants
    let steps = body.constants
    var makers: [Value: Instruction] = [:]
    for instruction in body.instructions where instruction.definition.isEqual(to: Binary.add) {
      makers[instruction.outputs[0]] = instruction
    }
    return inputs.indices.first { index in
      guard starts[inputs[index]]?.isScalar(0) == true, let parameter = body.parameter(index),
        let sum = makers[body.results[index]]
      else { return false }
      return sum.inputs[0] == parameter && steps[sum.inputs[1]]?.isScalar(1) == true
        || sum.inputs[1] == parameter && steps[sum.inputs[0]]?.isScalar(1) == true
    }
  }

  /// Adds a variable to this loop, but for its next value, and returns the body's parameter.
  ///
  /// - Parameters:
  ///   - start: The operand.
  ///   - result: The value that the loop gives behind its last turn.
  mutating func addVariable(start: Value, _ result: Value, _ type: TensorType) -> Value {
    let position = inputs.count
    inputs.append(start)
    outputs.append(result)
    let parameters = bodies.indices.map { b in
      let value = bodies[b].newValue(type)
      bodies[b].parameters.append(
        Program.Parameter(value: value, source: .argument(position)))
      return value
    }
    return parameters[1]
  }

  /// Adds a variable that counts the turns of this loop, and returns its position.
  ///
  /// - Parameters:
  ///   - zero: The int32 scalar 0, in the program that the loop stands in.
  ///   - result: The value that has the number of turns behind the loop.
  mutating func addCounter(from zero: Value, _ result: Value) -> Int {
    let type = TensorType(.int32, [])
    let source = self
    let parameter = addVariable(start: zero, result, type)
    let one = bodies[1].addConstant(NDArray(scalar: Int32(1)), like: source)
    bodies[1].results.append(
      bodies[1].append(Binary.add, [parameter, one], type, like: source))
    return inputs.count - 1
  }
}

extension Program {
  /// Adds an operation with one result at the end.
  package mutating func append(
    _ definition: some OpDefinition, _ inputs: [Value], _ type: TensorType,
    like source: Instruction
  ) -> Value {
    let value = newValue(type)
    instructions.append(
      Instruction(
        definition, inputs: inputs, outputs: [value], name: "\(source.name)/\(definition.name)",
        origin: source.origin))
    return value
  }

  /// Adds a constant at the end.
  package mutating func addConstant(_ array: NDArray, like source: Instruction) -> Value {
    append(Const(array), [], TensorType(array.dtype, exact: array.shape), like: source)
  }

  /// Adds a constant to the instructions that are collected in `place`.
  mutating func addConstant(
    _ array: NDArray, like source: Instruction, _ place: inout [Instruction]
  ) -> Value {
    let value = newValue(TensorType(array.dtype, exact: array.shape))
    place.append(Self.constant(array, as: value, like: source))
    return value
  }
}

extension NDArray {
  /// Whether this is the int32 scalar `value`.
  fileprivate func isScalar(_ value: Int) -> Bool {
    dtype == .int32 && shape.isEmpty && integerElements == [value]
  }
}
