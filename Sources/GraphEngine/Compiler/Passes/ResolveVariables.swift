internal import GraphArrays

/// Turns reads and assignments of variables into values that flow between them.
///
///     h = VarHandleOp; a = ReadVariableOp(h); AssignVariableOp(h, a + 1)
///       ->   a = variable 0; b = a + 1; update 0 = b
///
/// Updates of one variable follow each other in program order, each working on what the one before
/// gave. A read gives what the last update gave that comes before it by data or control
/// dependencies, and the value at the start of the run where none does: what a read returns never
/// depends on timing. Loops and branches that update a variable carry its value as one of theirs.
package enum ResolveVariables: Pass {
  package static func run(_ program: inout Program) throws(GraphError) {
    var resolution = Resolution(isRoot: true)
    try resolution.resolve(&program)
    for variable in resolution.variables where variable.versions.count > 1 {
      guard let key = variable.key, let last = variable.versions.last, let last else { continue }
      program.updates.append(Program.Update(variable: key, value: last))
    }
  }
}

/// The resolution of one program; bodies have resolutions of their own.
private struct Resolution {
  /// A variable as this program sees it.
  struct Variable {
    /// Which variable of the session it is; nil in bodies, which are given its value.
    var key: VariableKey?
    var type: TensorType
    /// The value at the start, and after each update. The first is made when somebody reads it.
    var versions: [Value?]
  }
  /// The last update of each variable that comes before a point: variable to version.
  typealias Visible = [Int: Int]

  let isRoot: Bool
  var variables: [Variable] = []
  /// Variables by the values of their handles.
  private var byHandle: [Value: Int] = [:]
  private var byKey: [VariableKey: Int] = [:]
  /// What comes before each value, and before what waits for each instruction.
  private var visible: [Value: Visible] = [:]
  private var replacement: [Value: Value] = [:]
  private var removed: Set<Value> = []

  init(isRoot: Bool) { self.isRoot = isRoot }

  mutating func resolve(_ program: inout Program) throws(GraphError) {
    for i in program.instructions.indices {
      program.instructions[i].replaceInputs(replacement)
      let before = visibleBefore(program.instructions[i])
      do throws(GraphError) {
        try resolve(i, &program, before)
      } catch {
        throw program.instructions[i].located(error)
      }
    }
    program.remove { removed.contains($0.id) }
    program.replaceUses(replacement)
  }

  private func visibleBefore(_ instruction: Instruction) -> Visible {
    var result: Visible = [:]
    for source in instruction.inputs + instruction.controls {
      guard let more = visible[source], !more.isEmpty else { continue }
      if result.isEmpty {
        result = more
      } else {
        result.merge(more) { max($0, $1) }
      }
    }
    return result
  }

  private mutating func resolve(
    _ i: Int, _ program: inout Program, _ before: Visible
  ) throws(GraphError) {
    let instruction = program.instructions[i]
    guard isAboutVariables(instruction, in: program) else {
      show(before, to: instruction)
      return
    }
    var after = before
    switch instruction.definition {
    case let handle as VariableHandle:
      try declare(handle, instruction)
    case is ReadVariable:
      let variable = try variable(of: instruction.inputs[0])
      let value = value(of: variable, version: before[variable] ?? 0, &program)
      replacement[instruction.outputs[0]] = value
      visible[value] = (visible[value] ?? [:]).merging(before) { max($0, $1) }
      removed.insert(instruction.id)
    case is VariableIsInitialized:
      let variable = try variable(of: instruction.inputs[0])
      replacement[instruction.outputs[0]] = try initialized(variable, before, &program)
      removed.insert(instruction.id)
    case let reader as any VariableReader:
      let variable = try variable(of: instruction.inputs[0])
      program.instructions[i].definition = reader.functional
      program.instructions[i].inputs[0] = value(
        of: variable, version: before[variable] ?? 0, &program)
    case is Identity where byHandle[instruction.inputs[0]] != nil:
      byHandle[instruction.outputs[0]] = byHandle[instruction.inputs[0]]
      removed.insert(instruction.id)
    case let update as any VariableUpdate:
      try apply(update, i, &program, &after)
    default:
      if !instruction.bodies.isEmpty { try resolveBodies(of: i, &program, before, &after) }
    }
    show(after, to: program.instructions[i])
  }

  /// Whether it is a variable, has one as operand, or has bodies, which may have some.
  private func isAboutVariables(_ instruction: Instruction, in program: Program) -> Bool {
    instruction.definition.is(VariableHandle.self) || !instruction.bodies.isEmpty
      || instruction.inputs.contains {
        byHandle[$0] != nil || program.type($0).dtype == .resource
      }
  }

  private mutating func show(_ updates: Visible, to instruction: Instruction) {
    guard !updates.isEmpty else { return }
    visible[instruction.id] = updates
    for output in instruction.outputs { visible[output] = updates }
  }

  private mutating func declare(
    _ handle: VariableHandle, _ instruction: Instruction
  ) throws(GraphError) {
    guard isRoot, let operation = instruction.origin?.operation else {
      throw GraphError(.unimplemented, "a variable is declared inside of a loop or branch")
    }
    let key = VariableKey(node: operation.node)
    let index: Int
    if let known = byKey[key] {
      index = known
    } else {
      index = variables.count
      variables.append(
        Variable(key: key, type: TensorType(handle.dtype, handle.shape), versions: [nil]))
      byKey[key] = index
    }
    byHandle[instruction.outputs[0]] = index
    removed.insert(instruction.id)
  }

  private func variable(of handle: Value) throws(GraphError) -> Int {
    guard let index = byHandle[handle] else {
      throw GraphError(.invalidArgument, "an operand that must be a variable's handle is none")
    }
    return index
  }

  /// A version of a variable; the first becomes a parameter when it is asked for.
  private mutating func value(
    of variable: Int, version: Int, _ program: inout Program
  ) -> Value {
    if let value = variables[variable].versions[version] { return value }
    let value = program.newValue(variables[variable].type)
    if let key = variables[variable].key {
      program.parameters.append(Program.Parameter(value: value, source: .variable(key)))
    }
    variables[variable].versions[version] = value
    return value
  }

  private func initialized(
    _ variable: Int, _ before: Visible, _ program: inout Program
  ) throws(GraphError) -> Value {
    guard let key = variables[variable].key else {
      throw GraphError(
        .unimplemented, "whether a variable is initialized cannot be asked in a loop or branch")
    }
    return program.isInitialized(key)
  }

  /// The functional form in place of an update.
  private mutating func apply(
    _ update: any VariableUpdate, _ i: Int, _ program: inout Program, _ after: inout Visible
  ) throws(GraphError) {
    let instruction = program.instructions[i]
    var inputs: [Value] = []
    for position in update.functionalInputs {
      let input = instruction.inputs[position]
      guard let variable = byHandle[input] else {
        inputs.append(input)
        continue
      }
      inputs.append(
        value(of: variable, version: variables[variable].versions.count - 1, &program))
    }
    var outputs: [Value] = []
    for position in update.updatedInputs {
      let variable = try variable(of: instruction.inputs[position])
      let output = program.newValue(variables[variable].type)
      outputs.append(output)
      variables[variable].versions.append(output)
      after[variable] = variables[variable].versions.count - 1
    }
    program.instructions[i].definition = update.functional
    program.instructions[i].inputs = inputs
    program.instructions[i].outputs = outputs
  }

  // MARK: Loops and branches

  private mutating func resolveBodies(
    of i: Int, _ program: inout Program, _ before: Visible, _ after: inout Visible
  ) throws(GraphError) {
    guard let definition = program.instructions[i].controlFlow else {
      return
    }
    let first = definition.firstBodyOperand
    var handles: [Int: Int] = [:]  // parameter position -> variable
    for (position, input) in program.instructions[i].inputs.enumerated() where position >= first {
      if let variable = byHandle[input] { handles[position - first] = variable }
    }
    var resolved: [Resolution] = []
    for b in program.instructions[i].bodies.indices {
      var inner = Resolution(isRoot: false)
      inner.adopt(handles, variables, &program.instructions[i].bodies[b])
      try inner.resolve(&program.instructions[i].bodies[b])
      resolved.append(inner)
    }
    for (position, variable) in handles.sorted(by: { $0.key < $1.key }) {
      let finals = resolved.map { $0.final(position) }
      let isUpdated = resolved.contains { $0.isUpdated(position) }
      let version =
        isUpdated ? variables[variable].versions.count - 1 : before[variable] ?? 0
      program.instructions[i].inputs[position + first] = value(
        of: variable, version: version, &program)
      guard definition.isLoop else {
        guard isUpdated else { continue }
        let output = program.newValue(variables[variable].type)
        for (b, final) in finals.enumerated() {
          if let final { program.instructions[i].bodies[b].results.append(final) }
        }
        program.instructions[i].outputs.append(output)
        variables[variable].versions.append(output)
        after[variable] = variables[variable].versions.count - 1
        continue
      }
      let output = program.instructions[i].outputs[position]
      program.types[output] = variables[variable].type
      byHandle[output] = variable
      if resolved[0].isUpdated(position) {
        throw GraphError(.unimplemented, "the condition of a loop updates a variable")
      }
      if let final = finals[1] { program.instructions[i].bodies[1].results[position] = final }
      if isUpdated {
        variables[variable].versions.append(output)
        after[variable] = variables[variable].versions.count - 1
      }
    }
  }

  /// Makes the parameters of a body that are handles stand for the variables' values.
  private mutating func adopt(
    _ handles: [Int: Int], _ outer: [Variable], _ body: inout Program
  ) {
    for parameter in body.parameters {
      guard case .argument(let position) = parameter.source, let variable = handles[position] else {
        continue
      }
      let type = outer[variable].type
      byHandle[parameter.value] = variables.count
      byPosition[position] = variables.count
      variables.append(Variable(key: nil, type: type, versions: [parameter.value]))
      body.types[parameter.value] = type
    }
  }

  private var byPosition: [Int: Int] = [:]

  private func final(_ position: Int) -> Value? {
    byPosition[position].flatMap { variables[$0].versions.last ?? nil }
  }
  private func isUpdated(_ position: Int) -> Bool {
    byPosition[position].map { variables[$0].versions.count > 1 } ?? false
  }
}
