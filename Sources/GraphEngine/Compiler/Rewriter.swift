internal import GraphArrays

/// Rewrites the instructions of one program by a rule, from the first to the last, in time linear
/// in their number.
///
/// The rule looks at an instruction and at what makes its operands, and either leaves it, or puts
/// others in its place: it is asked about those in turn, so a rule must come to an end. What the
/// instruction's operands were made by stays, for Prune to remove where nobody else reads it.
/// Instructions that wait for others, or whose execution was asked for, are left alone.
package struct Rewriter {
  private var program: Program
  private var makers: [Value: Instruction] = [:]
  /// How often values are used; counted when a rule first asks.
  private var useCounts: [Value: Int]?
  /// The program as it was, and what uses have changed since, while they are not counted.
  private let original: Program
  private var changedUses: [(value: Value, uses: Uses)] = []

  /// A change of the number of uses of a value.
  private enum Uses {
    case more(Int)
    case thoseOf(Value)
  }
  private var replacement: [Value: Value] = [:]
  /// What is known of values that no instruction of this program makes from constants.
  private let known: [Value: KnownValue]
  /// The instruction that the rule is asked about, and what it put in its place.
  private var current: Instruction
  private var added: [Instruction] = []

  /// A rule: whether it replaced the instruction, by `finish` or `forward`.
  package typealias Rule = (_ instruction: Instruction, _ rewriter: inout Rewriter) -> Bool

  /// Applies a rule to the instructions of a program; those of nested programs are left.
  static func rewrite(
    _ program: inout Program, known: [Value: KnownValue] = [:], by rule: Rule
  ) {
    guard let first = program.instructions.first else { return }
    var rewriter = Rewriter(program, known, first)
    rewriter.run(rule)
    program = rewriter.program
  }

  private init(_ program: Program, _ known: [Value: KnownValue], _ first: Instruction) {
    self.program = program
    self.known = known
    original = program
    current = first
  }

  private mutating func run(_ rule: Rule) {
    let bound = Set(program.targets)
    var open = Array(program.instructions.reversed())
    var kept: [Instruction] = []
    kept.reserveCapacity(open.count)
    var removed: Set<Value> = []
    program.instructions = []
    while var instruction = open.popLast() {
      instruction.replaceInputs(replacement)
      current = instruction
      if instruction.controls.isEmpty, !bound.contains(instruction.id), rule(instruction, &self) {
        if added.last?.id != instruction.id { removed.insert(instruction.id) }
        for input in instruction.inputs { note(.more(-1), of: input) }
        for new in added {
          for input in new.inputs { note(.more(1), of: input) }
        }
        open += added.reversed()
        added = []
      } else {
        for output in instruction.outputs { makers[output] = instruction }
        kept.append(instruction)
      }
    }
    guard !removed.isEmpty else {
      program.instructions = kept
      return
    }
    // What waited for a replaced instruction, which waited for nothing, waits no more.
    for i in kept.indices where !kept[i].controls.isEmpty {
      kept[i].controls.removeAll(where: removed.contains)
    }
    program.instructions = kept
    program.results = program.results.map { $0.replaced(by: replacement) }
    for i in program.updates.indices {
      program.updates[i].value = program.updates[i].value.replaced(by: replacement)
    }
  }

  private mutating func note(_ uses: Uses, of value: Value) {
    if useCounts == nil { changedUses.append((value, uses)) } else { count(uses, of: value) }
  }

  private mutating func count(_ uses: Uses, of value: Value) {
    let number =
      switch uses {
      case .more(let number): number
      case .thoseOf(let other): useCounts?[other] ?? 0
      }
    useCounts?[value, default: 0] += number
  }

  // MARK: What rules look at

  /// The instruction that makes a value; nil for parameters.
  func maker(_ value: Value) -> Instruction? { makers[value] }

  /// The instruction that makes a value, where it is one of this kind.
  func maker<Definition: OpDefinition>(
    _ value: Value, as kind: Definition.Type
  ) -> (definition: Definition, inputs: [Value])? {
    guard let maker = makers[value], let definition = maker.definition.as(Definition.self) else {
      return nil
    }
    return (definition, maker.inputs)
  }

  func type(_ value: Value) -> TensorType { program.type(value) }
  /// The extents of a value, where all are known.
  func extents(_ value: Value) -> [Int]? { program.type(value).extents }
  /// Whether one operand, result or update in all is this value.
  mutating func isUsedOnce(_ value: Value) -> Bool {
    if useCounts == nil {
      useCounts = original.useCounts
      for (value, uses) in changedUses { count(uses, of: value) }
      changedUses = []
    }
    return useCounts?[value] == 1
  }

  /// The value of a constant.
  func constant(_ value: Value) -> NDArray? {
    if let constant = makers[value]?.definition.as(Const.self) { return constant.value }
    return known[value]?.array
  }

  /// The elements of an integer constant.
  func integers(_ value: Value) -> [Int]? { constant(value)?.integerElements }

  /// What type rules are told of an instruction's operands.
  func context(_ instruction: Instruction) -> InferenceContext {
    InferenceContext(
      types: instruction.inputs.map { type($0) },
      known: instruction.inputs.map { value in
        known[value] ?? makers[value]?.definition.as(Const.self).map { .array($0.value) }
      })
  }

  // MARK: What rules put in the place of an instruction

  /// Adds an instruction with one result, of this type.
  mutating func add(
    _ definition: some OpDefinition, _ inputs: [Value], _ type: TensorType
  ) -> Value {
    let output = program.newValue(type)
    added.append(
      Instruction(
        definition, inputs: inputs, outputs: [output], name: current.name, origin: current.origin))
    return output
  }

  /// Adds a constant.
  mutating func add(_ array: NDArray) -> Value {
    add(Const(array), [], TensorType(array.dtype, exact: array.shape))
  }

  /// Adds an int32 vector.
  mutating func add(integers: [Int]) -> Value {
    add(NDArray.integers(integers, dtype: .int32, shape: [integers.count]))
  }

  /// Puts an instruction that gives the same results in the place of the one asked about, behind
  /// what was added.
  mutating func finish(_ definition: some OpDefinition, _ inputs: [Value]) -> Bool {
    added.append(
      Instruction(
        definition, inputs: inputs, outputs: current.outputs, name: current.name,
        origin: current.origin))
    return true
  }

  /// Puts the instruction asked about in its own place, with other operands.
  mutating func finish(_ instruction: Instruction) -> Bool {
    added.append(instruction)
    return true
  }

  /// Lets `values` be the results of the instruction asked about.
  mutating func forward(to values: Value...) -> Bool { forward(to: values) }

  /// Lets `values` be the results of the instruction asked about.
  mutating func forward(to values: [Value]) -> Bool {
    for (output, value) in zip(current.outputs, values) {
      note(.thoseOf(output), of: value)
      replacement[output] = value
    }
    return true
  }
}

extension Rewriter {
  /// The part of `x` of these extents that begins at `begin`; `x` itself where it is all of it.
  mutating func slice(_ x: Value, begin: [Int], size: [Int]) -> Value {
    let type = type(x)
    if type.extents == size { return x }
    return add(
      Slice(), [x, add(integers: begin), add(integers: size)], TensorType(type.dtype, exact: size))
  }

  /// The concatenation of values of exact types; one value is itself.
  mutating func join(_ parts: [Value], axis: Int) -> Value {
    guard parts.count > 1 else { return parts[0] }
    var extents = extents(parts[0]) ?? []
    extents[axis] = parts.reduce(0) { $0 + (self.extents($1)?[axis] ?? 0) }
    let along = add(NDArray.integers([axis], dtype: .int32, shape: []))
    return add(
      ConcatV2(count: parts.count), parts + [along],
      TensorType(type(parts[0]).dtype, exact: extents))
  }

  /// `x` in another shape; `x` itself where it has that.
  mutating func reshape(_ x: Value, _ shape: [Int]) -> Value {
    let type = type(x)
    if type.extents == shape { return x }
    return add(Reshape(), [x, add(integers: shape)], TensorType(type.dtype, exact: shape))
  }

  /// Puts a reshape of its first operand in the place of the instruction, where the extents of its
  /// result are known.
  mutating func finishReshape(_ instruction: Instruction) -> Bool {
    guard let extents = extents(instruction.outputs[0]) else { return false }
    return finish(Reshape(), [instruction.inputs[0], add(integers: extents)])
  }

  /// `x` with its axes in another order; `x` itself where that is its own.
  mutating func transpose(_ x: Value, _ axes: [Int]) -> Value {
    guard axes != Array(axes.indices), let extents = extents(x) else { return x }
    return add(
      Transpose(), [x, add(integers: axes)],
      TensorType(type(x).dtype, exact: axes.map { extents[$0] }))
  }

  /// The operands of the concatenation that makes a value, and its axis counted from 0, where that
  /// is known.
  func concatenation(_ value: Value) -> (parts: [Value], axis: Int)? {
    maker(value).flatMap { concatenation($0) }
  }

  /// The operands of an instruction that is a concatenation, and its axis counted from 0.
  func concatenation(_ instruction: Instruction) -> (parts: [Value], axis: Int)? {
    guard let definition = instruction.definition.as(ConcatV2.self),
      let axis = axis(instruction.inputs[definition.count], of: instruction.outputs[0])
    else { return nil }
    return (Array(instruction.inputs[..<definition.count]), axis)
  }

  /// What the split that makes a value divides, and its axis counted from 0, where that is known.
  func division(_ value: Value) -> (x: Value, axis: Int)? {
    guard let maker = maker(value) else { return nil }
    let (x, along): (Value, Value)
    switch maker.definition {
    case is Split: (along, x) = (maker.inputs[0], maker.inputs[1])
    case is SplitV: (x, along) = (maker.inputs[0], maker.inputs[2])
    default: return nil
    }
    guard let axis = axis(along, of: x) else { return nil }
    return (x, axis)
  }

  /// An axis that an operand names, counted from 0.
  private func axis(_ operand: Value, of value: Value) -> Int? {
    guard let axis = integers(operand)?.first, let rank = type(value).shape.rank else { return nil }
    return try? InferenceContext.axis(axis, rank: rank)
  }

  /// What stands around a padded value, `[before, after]` of each axis, where that is known.
  func padding(_ value: Value) -> (x: Value, before: [Int], after: [Int])? {
    guard let (_, inputs) = maker(value, as: Pad.self), let elements = integers(inputs[1]),
      extents(inputs[0]) != nil
    else { return nil }
    let axes = 0..<elements.count / 2
    return (inputs[0], axes.map { elements[2 * $0] }, axes.map { elements[2 * $0 + 1] })
  }

  /// The terms of a sum of values of one shape; nil for others.
  func terms(_ instruction: Instruction) -> [Value]? {
    switch instruction.definition.name {
    case "AddV2", "Add", "AddN":
      let extents = extents(instruction.outputs[0])
      guard extents != nil, type(instruction.outputs[0]).dtype != .variant,
        instruction.inputs.allSatisfy({ self.extents($0) == extents })
      else { return nil }
      return instruction.inputs
    default: return nil
    }
  }

  /// Puts the sum of `terms`, added from the first to the last, in the place of the instruction.
  mutating func finishSum(_ terms: [Value]) -> Bool {
    switch terms.count {
    case 1: forward(to: terms[0])
    case 2: finish(Binary.add, terms)
    default: finish(AddN(), terms)
    }
  }
}
