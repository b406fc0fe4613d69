internal import GraphArrays

/// Lets a run begin without the value of a variable that only branches use, and checks in the branch
/// that is taken whether there is one.
///
///     If(p, v: variable) { v * 2 } { x }
///       ->   If(p, v: variable or blank, i: initialized) { RequireVariable(i); v * 2 } { x }
///
/// A variable that is also used outside of branches, in a loop, or whatever branch is taken, must have
/// a value before the run begins.
package enum GuardVariables: Pass {
  package static func run(_ program: inout Program) throws(GraphError) {
    for position in program.parameters.indices {
      let parameter = program.parameters[position]
      guard case .variable(let key) = parameter.source, program.uses(parameter.value),
        !program.demands(parameter.value)
      else { continue }
      program.parameters[position].source = .variableOrBlank(key)
      let flag = program.isInitialized(key)
      program.guardBranches(using: parameter.value, flag, key)
    }
  }
}

extension Program {
  /// The value that tells whether a variable has one: a parameter, made where there is none yet.
  package mutating func isInitialized(_ key: VariableKey) -> Value {
    if let known = parameters.first(where: { $0.source == .isInitialized(key) }) {
      return known.value
    }
    let value = newValue(TensorType(.bool, []))
    parameters.append(Parameter(value: value, source: .isInitialized(key)))
    return value
  }

  fileprivate func uses(_ value: Value) -> Bool {
    results.contains(value) || updates.contains { $0.value == value }
      || instructions.contains { $0.inputs.contains(value) }
  }

  /// Whether every execution uses a value, as far as is known without running it.
  fileprivate func demands(_ value: Value) -> Bool {
    if results.contains(value) || updates.contains(where: { $0.value == value }) { return true }
    return instructions.contains { instruction in
      guard instruction.inputs.contains(value) else { return false }
      guard let first = instruction.firstBranchOperand,
        !instruction.inputs[..<first].contains(value)
      else { return true }
      return instruction.bodies.allSatisfy { body in
        body.standIns(for: value, of: instruction, first).contains { body.demands($0) }
      }
    }
  }

  /// Parameters of a branch's body that stand for `value`.
  private func standIns(
    for value: Value, of instruction: Instruction, _ first: Int
  ) -> [Value] {
    parameters.filter { parameter in
      guard case .argument(let position) = parameter.source else { return false }
      return instruction.inputs[first + position] == value
    }.map(\.value)
  }

  /// Hands `flag` to every branch that uses `value`, and checks it where a body demands the value.
  fileprivate mutating func guardBranches(using value: Value, _ flag: Value, _ key: VariableKey) {
    for i in instructions.indices where instructions[i].inputs.contains(value) {
      let instruction = instructions[i]
      guard let first = instruction.firstBranchOperand else { continue }
      instructions[i].inputs.append(flag)
      for b in instruction.bodies.indices {
        var body = instruction.bodies[b]
        let inner = body.newValue(TensorType(.bool, []))
        let places = body.standIns(for: value, of: instruction, first)
        body.parameters.append(
          Parameter(value: inner, source: .argument(instruction.inputs.count - first)))
        if places.contains(where: { body.demands($0) }) {
          let variable = instruction.origin.map {
            Operation(graph: $0.operation.graph.root, node: key.node)
          }
          let check = Instruction(
            RequireVariable(variable: variable), inputs: [inner], outputs: [],
            name: instruction.name, origin: instruction.origin)
          body.instructions.insert(check, at: 0)
        } else {
          for place in places { body.guardBranches(using: place, inner, key) }
        }
        instructions[i].bodies[b] = body
      }
    }
  }
}

extension Instruction {
  /// The first operand that bodies of a branch are given; nil for what is no branch.
  fileprivate var firstBranchOperand: Int? {
    guard let control = definition as? any ControlFlowDefinition, !control.isLoop else {
      return nil
    }
    return control.firstBodyOperand
  }
}

/// Fails where its operand, whether a variable has a value, is false.
struct RequireVariable: OpDefinition {
  /// The handle of the variable, where it is known: told in the error.
  let variable: Operation?

  var name: String { "RequireVariable" }
  var outputCount: Int { 0 }
  var effects: Effects { [.sideEffect, .canFail] }

  func infer(_ context: InferenceContext) throws(GraphError) -> [TensorType] { [] }

  func kernel(_ request: KernelRequest) throws(GraphError) -> Kernel {
    let variable = variable
    return Kernel { arguments, _ throws(RunFailure) in
      guard !arguments.input(0, as: Bool.self)[0] else { return }
      throw RunFailure(
        .failedPrecondition, "\(variable?.variableText ?? "a variable") \(Self.reason)")
    }
  }

  /// What is said of a variable that has no value.
  static let reason = "has no value: run its initializer first"
}

extension Operation {
  /// A variable, by the operation that is its handle, with the place where it was declared.
  var variableText: String {
    let shared = definition.as(VariableHandle.self)?.sharedName
    return "variable \"\(shared ?? name)\"\(location.map { " (\($0))" } ?? "")"
  }
}
