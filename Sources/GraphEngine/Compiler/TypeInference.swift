internal import GraphArrays

/// The types of all values of a program, and what is known of small integer values, found from the
/// parameters on.
///
/// A loop variable has the type that its operand and its body's result have in common, found by
/// repetition: where an extent changes from turn to turn it becomes unknown. A list that starts
/// empty has the element type of what the body puts in.
struct TypeInference {
  /// Values known completely or in part, of nested programs too.
  private(set) var known: [Value: KnownValue] = [:]
  /// Lists in which nothing was written yet: their element type says less than their items will.
  private var emptyLists: Set<Value> = []

  /// Whether types were inferred before: what is exact stays as it is, and rules are asked only for
  /// the others, and for integers of which more may be known.
  private var isRefining: Bool

  init(isRefining: Bool = false) { self.isRefining = isRefining }

  /// Loops converge within a few repetitions: each makes at least one extent unknown.
  private static let limit = 16

  mutating func run(_ program: inout Program) throws(GraphError) {
    for i in program.instructions.indices {
      do throws(GraphError) {
        if program.instructions[i].bodies.isEmpty {
          try inferPlain(i, in: &program)
        } else if let scan = program.instructions[i].definition.as(Scan.self) {
          try inferScan(scan, i, in: &program)
        } else if let definition = program.instructions[i].definition
          as? any ControlFlowDefinition
        {
          let operands = program.instructions[i].inputs.map { program.type($0) }
          let types =
            definition.isLoop
            ? try inferLoop(&program.instructions[i], operands)
            : try inferBranch(&program.instructions[i], operands, definition.firstBodyOperand)
          for (output, type) in zip(program.instructions[i].outputs, types) {
            program.types[output] = type
          }
          if definition.isLoop { nameElements(of: types, of: i, in: &program) }
        }
      } catch {
        throw program.instructions[i].located(error)
      }
    }
  }

  private mutating func inferPlain(_ i: Int, in program: inout Program) throws(GraphError) {
    let instruction = program.instructions[i]
    if isRefining, isSettled(instruction, in: program) { return }
    let context = InferenceContext(
      types: instruction.inputs.map { operandType($0, in: program) },
      known: instruction.inputs.map { known[$0] })
    var types: [TensorType]
    do throws(GraphError) {
      types = try instruction.definition.inferChecked(context)
    } catch {
      var error = error
      if error.inputTypes.isEmpty { error.inputTypes = context.types }
      throw error
    }
    let values = instruction.definition.foldKnown(context, types)
    for (index, output) in instruction.outputs.enumerated() {
      if types.indices.contains(index) { program.types[output] = types[index] }
      known[output] = values.indices.contains(index) ? values[index] : nil
      if program.type(output).dtype == .variant,
        instruction.definition is any EmptyListDefinition
      {
        emptyLists.insert(output)
      }
    }
  }

  /// Whether nothing new can be found out of an instruction whose types were inferred before: its
  /// results are exact, and no integers that might be known now.
  private mutating func isSettled(_ instruction: Instruction, in program: Program) -> Bool {
    let constant = instruction.definition.as(Const.self)
    for output in instruction.outputs {
      let type = program.type(output)
      guard type.isExact else { return false }
      if constant == nil, type.dtype.isInteger, type.shape.rank ?? 2 <= 1 { return false }
    }
    if let constant { known[instruction.outputs[0]] = .array(constant.value) }
    return true
  }

  /// The type of an operand. A list in which nothing was written has no element type yet: that of
  /// what is put in becomes it.
  private func operandType(_ value: Value, in program: Program) -> TensorType {
    var type = program.type(value)
    if emptyLists.contains(value) { type.element = nil }
    return type
  }

  private mutating func inferLoop(
    _ instruction: inout Instruction, _ operands: [TensorType]
  ) throws(GraphError) -> [TensorType] {
    // The types of variables are found anew, from those that they start with.
    let outer = isRefining
    isRefining = false
    defer { isRefining = outer }
    var types = operands
    let count = operands.count
    let startsEmpty = instruction.inputs.map { emptyLists.contains($0) }
    for i in 0..<count where startsEmpty[i] { types[i].element = nil }
    for repetition in 0...Self.limit {
      for b in instruction.bodies.indices {
        bind(&instruction.bodies[b], types, instruction.inputs, of: instruction.bodies[1])
      }
      try run(&instruction.bodies[1])
      let body = instruction.bodies[1]
      var isStable = true
      for i in 0..<count where i < body.results.count {
        var result = body.type(body.results[i])
        if types[i].element == nil, result.element == nil { result.element = operands[i].element }
        guard result != types[i] else { continue }
        guard result.dtype == types[i].dtype else {
          throw GraphError(
            .invalidArgument,
            "loop variable \(i) is \(types[i]), and the body gives it \(result)")
        }
        var next = types[i].widened(with: result) ?? types[i]
        if next.element == nil { next.element = result.element ?? types[i].element }
        if next != types[i] {
          types[i] = next
          isStable = false
        }
      }
      if isStable { break }
      if repetition == Self.limit {
        throw GraphError(.invalidArgument, "the types of the loop's variables do not settle")
      }
    }
    try run(&instruction.bodies[0])
    return types
  }

  /// Tells empty lists of lists, of which files tell nothing, what a loop puts into them. Otherwise
  /// they would be equal operations, whatever is put in.
  private func nameElements(of types: [TensorType], of loop: Int, in program: inout Program) {
    for (list, type) in zip(program.instructions[loop].inputs, types)
    where emptyLists.contains(list) && type.element?.element != nil {
      guard program.type(list).element?.element == nil,
        let place = program.instructions[..<loop].lastIndex(where: { $0.outputs == [list] }),
        var empty = program.instructions[place].definition.as(EmptyTensorList.self),
        let element = type.element, element.dtype == empty.element.dtype
      else { continue }
      empty.element = element
      program.instructions[place].definition = empty
      program.types[list] = type
    }
  }

  private mutating func inferBranch(
    _ instruction: inout Instruction, _ operands: [TensorType], _ first: Int
  ) throws(GraphError) -> [TensorType] {
    let passed = Array(operands.dropFirst(first))
    let values = Array(instruction.inputs.dropFirst(first))
    var branches: [[TensorType]] = []
    var empty: [[Bool]] = []
    for b in instruction.bodies.indices {
      for parameter in instruction.bodies[b].parameters {
        guard case .argument(let position) = parameter.source, position < passed.count else {
          continue
        }
        instruction.bodies[b].types[parameter.value] = passed[position]
        known[parameter.value] = known[values[position]]
        if emptyLists.contains(values[position]) { emptyLists.insert(parameter.value) }
      }
      try run(&instruction.bodies[b])
      let body = instruction.bodies[b]
      branches.append(body.results.map { body.type($0) })
      empty.append(body.results.map { emptyLists.contains($0) })
    }
    guard var result = branches.first, var isEmpty = empty.first else { return [] }
    for (branch, others) in zip(branches, empty).dropFirst() {
      for i in result.indices where i < branch.count {
        guard var type = result[i].widened(with: branch[i]) else {
          throw GraphError(
            .invalidArgument,
            "result \(i) is \(result[i]) in one branch and \(branch[i]) in the other")
        }
        if isEmpty[i] {
          type.element = branch[i].element
        } else if others[i] {
          type.element = result[i].element
        } else if type.element == nil {
          type.element = result[i].element ?? branch[i].element
        }
        result[i] = type
        isEmpty[i] = isEmpty[i] && others[i]
      }
    }
    return result
  }

  private mutating func inferScan(
    _ scan: Scan, _ i: Int, in program: inout Program
  ) throws(GraphError) {
    let inputs = program.instructions[i].inputs
    // Taken out while it is changed, so that it is not copied.
    var body = Program()
    swap(&body, &program.instructions[i].bodies[0])
    defer { swap(&body, &program.instructions[i].bodies[0]) }
    for parameter in body.parameters {
      guard case .argument(let position) = parameter.source else { continue }
      var type = program.type(inputs[position])
      if scan.scannedInputs.contains(position), let extents = type.extents {
        type = TensorType(type.dtype, exact: Array(extents.dropFirst()))
      }
      body.types[parameter.value] = type
      known[parameter.value] =
        scan.invariants.contains(position) ? known[inputs[position]] : nil
    }
    try run(&body)
    for (k, output) in program.instructions[i].outputs.enumerated() {
      let type = body.type(body.results[k])
      let stack = k - scan.stateCount
      program.types[output] =
        scan.stacked.indices.contains(stack) ? type.stacked(scan.stacked[stack].length) : type
      try program.type(output).checkExtents()
    }
  }

  /// Gives the parameters of a loop's condition or body the types of the loop's variables.
  private mutating func bind(
    _ program: inout Program, _ types: [TensorType], _ operands: [Value], of body: Program
  ) {
    for parameter in program.parameters {
      guard case .argument(let i) = parameter.source, i < types.count else { continue }
      program.types[parameter.value] = types[i]
      known[parameter.value] = body.isInvariant(i) ? known[operands[i]] : nil
      emptyLists.remove(parameter.value)
    }
  }
}

/// A list that starts without items: its element type is refined by what is put in.
package protocol EmptyListDefinition: OpDefinition {}

extension Program {
  /// The parameter of a body that stands for operand `i`.
  func parameter(_ i: Int) -> Value? {
    if i < parameters.count, parameters[i].source == .argument(i) { return parameters[i].value }
    return parameters.first { $0.source == .argument(i) }?.value
  }

  /// Whether loop variable `i` of this body is the same in every turn.
  package func isInvariant(_ i: Int) -> Bool { i < results.count && results[i] == parameter(i) }
}
