internal import GraphArrays

/// The recognition of one loop as a `Scan`.
struct ScanRecognition {
  /// What a variable of the loop is.
  enum Role {
    /// Counts: its value follows the turn.
    case counter(Affine)
    /// The same in every turn.
    case invariant
    /// A list of which only items are read.
    case readList
    /// A list of which item `index` is written in each turn, and perhaps read before that.
    case writtenList(index: Affine, value: Value)
    /// A list to whose items each turn adds some, by lists that have only these.
    case summedList([ScanBuilder.Written])
    /// A list to which each turn appends.
    case pushedList(value: Value)
    /// Carried from turn to turn.
    case state
  }

  /// A read of an item of a list that does not change in the loop.
  struct Read {
    let list: Int
    let index: Affine
    let output: Value
  }

  let loop: Instruction
  let body: Program
  let condition: Program
  private let outer: Program
  let outerConstants: [Value: NDArray]
  let makers: [Value: Instruction]
  private var roles: [Role] = []
  var affine: [Value: Affine] = [:]
  var reads: [Read] = []
  private(set) var turns = 0

  init(loop: Instruction, in program: Program) {
    self.loop = loop
    condition = loop.bodies[0]
    body = loop.bodies[1]
    outer = program
    outerConstants = program.constants
    var makers: [Value: Instruction] = [:]
    for instruction in program.instructions {
      for output in instruction.outputs { makers[output] = instruction }
    }
    self.makers = makers
  }

  // MARK: Analysis

  /// The instructions that take the loop's place.
  mutating func replacement(_ program: inout Program) throws(ScanRefusal) -> [Instruction] {
    findCounters()
    turns = try tripCount()
    guard turns > 0 else { throw ScanRefusal(reason: "it makes no turn") }
    try findRoles()
    return try rewrite(&program)
  }

  func integer(_ value: Value, _ constants: [Value: NDArray]) -> Int? {
    guard let elements = constants[value]?.integerElements, elements.count == 1 else { return nil }
    return elements[0]
  }

  private mutating func findCounters() {
    let constants = body.constants
    for (value, array) in constants {
      if array.rank == 0, let elements = array.integerElements {
        affine[value] = .constant(elements[0])
      }
    }
    let makers = Dictionary(
      body.instructions.flatMap { instruction in instruction.outputs.map { ($0, instruction) } },
      uniquingKeysWith: { first, _ in first })
    for i in loop.inputs.indices {
      guard let parameter = body.parameter(i), let start = integer(loop.inputs[i], outerConstants),
        let next = makers[body.results[i]], next.inputs.count == 2
      else { continue }
      let (a, b) = (next.inputs[0], next.inputs[1])
      var step: Int?
      switch next.definition.name {
      case "AddV2", "Add":
        if a == parameter { step = integer(b, constants) }
        if b == parameter { step = integer(a, constants) }
      case "Sub":
        if a == parameter { step = integer(b, constants).map { -$0 } }
      default: break
      }
      if let step, step != 0 { affine[parameter] = Affine(start: start, step: step) }
    }
    for i in loop.inputs.indices where body.isInvariant(i) {
      if let parameter = body.parameter(i), affine[parameter] == nil,
        let value = integer(loop.inputs[i], outerConstants)
      {
        affine[parameter] = .constant(value)
      }
    }
    spreadAffine()
  }

  /// Sums and differences of affine values are affine.
  private mutating func spreadAffine() {
    for instruction in body.instructions where instruction.outputs.count == 1 {
      let operands = instruction.inputs.map { affine[$0] }
      let output = instruction.outputs[0]
      guard body.type(output).shape == [] else { continue }
      switch (instruction.definition.name, operands.count) {
      case ("AddV2", 2), ("Add", 2):
        if let a = operands[0], let b = operands[1] { affine[output] = a + b }
      case ("Sub", 2):
        if let a = operands[0], let b = operands[1] { affine[output] = a - b }
      case ("TensorListGetItem", _):
        if let index = operands[1], let items = progression(of: instruction.inputs[0]) {
          affine[output] = Affine(
            start: items.value(at: index.start), step: items.step * index.step)
        }
      default: break
      }
    }
  }

  /// The items of an unchanging list that is known to hold an arithmetic progression, such as the
  /// taped counter of another loop, by their index.
  private func progression(of list: Value) -> Affine? {
    guard let i = loop.inputs.indices.first(where: { body.parameter($0) == list }),
      body.isInvariant(i), let array = makers[loop.inputs[i]]?.inputs.first,
      makers[loop.inputs[i]]?.definition.is(TensorListFromTensor.self) == true,
      let items = outerConstants[array]?.integerElements, items.count > 1
    else { return nil }
    let step = items[1] - items[0]
    guard zip(items, items.dropFirst()).allSatisfy({ $1 - $0 == step }) else { return nil }
    return Affine(start: items[0], step: step)
  }

  /// The number of turns that the condition, a conjunction of comparisons of counters, allows.
  private func tripCount() throws(ScanRefusal) -> Int {
    let constants = condition.constants
    let makers = Dictionary(
      condition.instructions.flatMap { instruction in
        instruction.outputs.map { ($0, instruction) }
      }, uniquingKeysWith: { first, _ in first })
    var least: Int?
    var open = condition.results
    while let value = open.popLast() {
      guard let test = makers[value], test.inputs.count == 2 else {
        throw ScanRefusal(reason: "its condition is not a comparison of a counter")
      }
      if test.definition.name == "LogicalAnd" {
        open += test.inputs
        continue
      }
      guard let a = affineInCondition(test.inputs[0], constants),
        let b = affineInCondition(test.inputs[1], constants)
      else {
        throw ScanRefusal(reason: "its condition depends on more than counters and constants")
      }
      guard let count = Self.turns(while: test.definition.name, a, b) else {
        throw ScanRefusal(reason: "its condition does not end it by counting")
      }
      least = min(least ?? count, count)
    }
    guard let least else { throw ScanRefusal(reason: "it has no condition") }
    return least
  }

  private func affineInCondition(_ value: Value, _ constants: [Value: NDArray]) -> Affine? {
    if let constant = integer(value, constants) { return .constant(constant) }
    for i in loop.inputs.indices where condition.parameter(i) == value {
      return body.parameter(i).flatMap { affine[$0] }
    }
    return nil
  }

  /// For how many turns a comparison holds from the first on; nil where it may hold for ever.
  private static func turns(while comparison: String, _ a: Affine, _ b: Affine) -> Int? {
    let difference = b - a  // holds while `difference` is positive, for Less
    let (gap, step): (Int, Int)
    switch comparison {
    case "Less": (gap, step) = (difference.start, -difference.step)
    case "LessEqual": (gap, step) = (difference.start + 1, -difference.step)
    case "Greater": (gap, step) = (-difference.start, difference.step)
    case "GreaterEqual": (gap, step) = (-difference.start + 1, difference.step)
    default: return nil
    }
    if gap <= 0 { return 0 }
    return step > 0 ? (gap + step - 1) / step : nil
  }

  private mutating func findRoles() throws(ScanRefusal) {
    var users: [Value: [Int]] = [:]
    for (number, instruction) in body.instructions.enumerated() {
      for input in instruction.inputs { users[input, default: []].append(number) }
    }
    let makers = Dictionary(
      body.instructions.flatMap { instruction in instruction.outputs.map { ($0, instruction) } },
      uniquingKeysWith: { first, _ in first })
    for i in loop.inputs.indices {
      guard let parameter = body.parameter(i) else {
        throw ScanRefusal(reason: "a variable has no parameter")
      }
      let type = body.type(parameter)
      if let counter = affine[parameter], counter.step != 0 {
        roles.append(.counter(counter))
      } else if type.dtype == .variant {
        roles.append(try listRole(i, parameter, users[parameter] ?? [], makers))
      } else if body.isInvariant(i) {
        roles.append(.invariant)
      } else {
        guard type.isExact else {
          throw ScanRefusal(reason: "the shape of a state is not known")
        }
        roles.append(.state)
      }
    }
    guard body.instructions.allSatisfy({ !$0.definition.effects.contains(.sideEffect) }) else {
      throw ScanRefusal(reason: "an operation of its body has a side effect")
    }
  }

  // MARK: Rewriting

  private func rewrite(_ program: inout Program) throws(ScanRefusal) -> [Instruction] {
    var builder = ScanBuilder(loop: loop, body: body, turns: turns, isReversed: votesForReversed)
    for (i, role) in roles.enumerated() {
      guard let parameter = body.parameter(i) else { continue }
      let operand = loop.inputs[i]
      let output = loop.outputs[i]
      switch role {
      case .counter(let counter):
        builder.addCounter(counter, parameter, output, &program)
      case .invariant:
        builder.addInvariant(operand, parameter)
      case .state:
        builder.addState(operand, parameter, next: body.results[i], final: output)
      case .readList:
        guard let array = makers[operand]?.inputs.first,
          let length = program.type(array).extents?.first
        else { throw ScanRefusal(reason: "the length of a list is not known") }
        for read in reads where read.list == i {
          try builder.addScanned(array, length, read.index, read.output, &program)
        }
      case .writtenList(let index, let value):
        let before = reads.filter { $0.list == i }
        let start = try start(of: operand, program)
        if let array = start.rows {
          for read in before {
            try builder.addScanned(array, start.length, read.index, read.output, &program)
          }
        } else {
          for read in before { builder.addZeros(read.output) }
        }
        try builder.addWritten(
          ScanBuilder.Written(index: index, value: value),
          over: outer.useCounts[output] == nil ? start.withoutRows : start, list: output, &program)
      case .summedList(let items):
        try builder.addSum(items, to: start(of: operand, program), list: output, &program)
      case .pushedList(let value):
        try builder.addPushed(value, list: output, &program)
      }
    }
    return builder.instructions(&program)
  }

  /// Turns run down where more arrays are touched downwards than upwards. Lists that are appended
  /// to have no vote: a gradient loop that is itself taped reads arrays backwards and appends.
  private var votesForReversed: Bool {
    var votes = 0
    for read in reads { votes += read.index.step }
    for role in roles {
      switch role {
      case .writtenList(let index, _): votes += index.step
      case .summedList(let items): votes += items.reduce(0) { $0 + $1.index.step }
      default: break
      }
    }
    return votes < 0
  }
}
