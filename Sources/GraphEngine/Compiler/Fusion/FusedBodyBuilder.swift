internal import GraphArrays

/// Makes the body of a fused group from instructions of a program, with values of its own.
struct FusedBodyBuilder {
  /// The operands of the group, in the order of the body's parameters.
  private(set) var operands: [Value] = []
  private let program: Program
  private let makers: [Value: Int]
  private let groups: FusionGroups
  private var result = Program()
  /// Values of the program and what they are in the body.
  private var inner: [Value: Value] = [:]

  init(_ program: Program, _ makers: [Value: Int], _ groups: FusionGroups) {
    self.program = program
    self.makers = makers
    self.groups = groups
  }

  /// Appends a member.
  mutating func add(_ instruction: Instruction) {
    var inputs: [Value] = []
    for input in instruction.inputs { inputs.append(value(input)) }
    append(instruction, inputs)
  }

  /// The body, with these results.
  consuming func body(_ results: [Value]) -> Program {
    result.results = results.compactMap { inner[$0] }
    return result
  }

  private mutating func append(_ instruction: Instruction, _ inputs: [Value]) {
    let outputs = instruction.outputs.map { result.newValue(program.type($0)) }
    for (old, new) in zip(instruction.outputs, outputs) { inner[old] = new }
    result.instructions.append(
      Instruction(
        instruction.definition, inputs: inputs, outputs: outputs, name: instruction.name,
        origin: instruction.origin))
  }

  /// A value of the program in the body: made there, a constant, a view, or an operand.
  private mutating func value(_ value: Value) -> Value {
    if let known = inner[value] { return known }
    if let maker = makers[value].map({ program.instructions[$0] }) {
      if let constant = maker.definition.as(Const.self), constant.value.count == 1 {
        append(maker, [])
      } else if let whole = maker.columnViews(program.type, groups.integers)?.first?.whole {
        var inputs: [Value] = []
        for input in maker.inputs {
          inputs.append(input == whole ? self.value(input) : constant(input))
        }
        append(maker, inputs)
      }
    }
    return inner[value] ?? parameter(for: value)
  }

  /// A constant that says where a view is.
  private mutating func constant(_ value: Value) -> Value {
    if inner[value] == nil, let maker = makers[value] { append(program.instructions[maker], []) }
    return inner[value] ?? parameter(for: value)
  }

  private mutating func parameter(for value: Value) -> Value {
    let parameter = result.newValue(program.type(value))
    result.parameters.append(
      Program.Parameter(value: parameter, source: .argument(operands.count)))
    operands.append(value)
    inner[value] = parameter
    return parameter
  }
}
