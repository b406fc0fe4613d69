internal import GraphArrays

/// Does what only feeds the results of a Scan once for all turns, behind it.
///
///     Scan(stacked h: ... y = MatMul(h, w); stacked y)   ->   Y = MatMul(Reshape(H), w)
///     Scan(summed MatMul(x', g))                         ->   MatMul(X', G),  X, G [turns * rows, ...]
///
/// Products and reductions of rows always: keeping a sum of products in the loop costs a read and a
/// write of it each turn, for the weights of a recurrent layer more than the product. Others only
/// where that stacks no more bytes than before; elementwise operations only where all who read the
/// array are Scans, which do the work themselves again (`PullBack`), and additions of products, which
/// would keep these in the loop. Sums are grouped differently then, so their last bits may differ
/// from the loop's.
package enum SinkReductions: Pass {
  package static func run(_ program: inout Program) throws(GraphError) {
    var memory = StackMemory(program)
    program.rewriteScans { editor, outer in
      let arrays = outer.arraysReadElsewhere
      while editor.sinkOne(readElsewhere: arrays, &memory) {}
    }
  }
}

extension Program {
  /// Values that something else than a Scan reads.
  fileprivate var arraysReadElsewhere: Set<Value> {
    var result = Set(results)
    result.formUnion(updates.map(\.value))
    for instruction in instructions where !instruction.definition.is(Scan.self) {
      result.formUnion(instruction.inputs)
    }
    return result
  }
}

/// What a pass that moves work behind a Scan asks about its body.
private struct ScanTail {
  let ports: ScanPorts
  let levels: ScanLevels
  private let makers: [Value: Instruction]
  private let next: Set<Value>
  /// Values that instructions of the body read.
  private let inside: Set<Value>
  /// Instructions that only feed stacks and sums.
  private var tail: Set<Value> = []
  private var known: [Value: Bool] = [:]
  private let uses: [Value: Int]

  init(_ ports: ScanPorts) {
    self.ports = ports
    uses = ports.instruction.bodies[0].useCounts
    levels = ports.levels
    makers = ports.body.makers
    next = Set(ports.states.map(\.next))
    inside = ports.body.instructions.reduce(into: []) { $0.formUnion($1.inputs) }
    var needed = next
    for instruction in ports.body.instructions.reversed() {
      if instruction.outputs.contains(where: needed.contains) {
        needed.formUnion(instruction.inputs)
      } else {
        tail.insert(instruction.id)
      }
    }
  }

  /// Whether the loop needs none of the results.
  func leaves(_ instruction: Instruction) -> Bool {
    !instruction.outputs.contains { inside.contains($0) || next.contains($0) }
  }

  /// Whether a value is an array behind the loop, or can be made there from what is.
  mutating func isFree(_ value: Value) -> Bool {
    if let known = known[value] { return known }
    let result = findIsFree(value)
    known[value] = result
    return result
  }

  /// Whether a value is a product that only one operation reads, of operands that are arrays behind
  /// the loop.
  mutating func isFreeProduct(_ value: Value) -> Bool {
    guard uses[value] == 1, let maker = makers[value], maker.definition.isContraction,
      maker.isMovable
    else { return false }
    return maker.inputs.allSatisfy { isFree($0) }
  }

  private mutating func findIsFree(_ value: Value) -> Bool {
    if levels[value] < ScanLevels.firstState || ports.isStacked(value) { return true }
    guard let maker = makers[value], maker.definition.isElementwise, tail.contains(maker.id) else {
      return false
    }
    return maker.inputs.allSatisfy { isFree($0) }
  }
}

extension ScanPorts {
  /// Whether the value of every turn stands in an array, alone or behind the start of a state.
  fileprivate func isStacked(_ value: Value) -> Bool {
    if stack(of: value) != nil { return true }
    return stacked.contains { port in
      guard let start = port.start else { return false }
      return port.value == value || start == value
    } || states.contains { $0.parameter == value && stack(of: $0.next) != nil }
  }
}

extension ScanEditor {
  /// Moves one instruction behind the loop; false where none moves any more.
  fileprivate mutating func sinkOne(
    readElsewhere: Set<Value>, _ memory: inout StackMemory
  ) -> Bool {
    var tail = ScanTail(ports)
    for instruction in ports.body.instructions.reversed() where instruction.isMovable {
      let outputs = Set(instruction.outputs)
      let stacks = ports.stacked.filter { outputs.contains($0.value) }
      let sums = ports.summed.filter { outputs.contains($0.value) }
      guard stacks.isEmpty != sums.isEmpty, !instruction.definition.effects.contains(.stream),
        stacks.allSatisfy({ $0.rows == ports.allRows && $0.start == nil }), sums.count <= 1
      else { continue }
      let definition = instruction.definition
      let leaves = tail.leaves(instruction)
      var products: Set<Value> = []
      if definition.isElementwise {
        let isFree = instruction.inputs.allSatisfy { tail.isFree($0) }
        if leaves, instruction.isSum {
          products = Set(instruction.inputs.filter { tail.isFreeProduct($0) })
        }
        guard sums.isEmpty, leaves || isFree,
          !products.isEmpty || !stacks.contains(where: { readElsewhere.contains($0.output) })
        else { continue }
      } else if !leaves {
        continue
      }
      // The sum of an operand takes the place of that of the result: nothing new is stacked.
      let passesSum = !sums.isEmpty && definition.isLinear && passesSum(instruction)
      let new =
        passesSum
        ? []
        : Set(instruction.inputs.filter { !tail.isFree($0) && !products.contains($0) }).sorted()
      let isAlways = definition.isContraction || !sums.isEmpty
      guard isAlways || size(new) <= size(stacks.map(\.value)),
        let bytes = memory.room(for: new.map { type($0) }, turns: turns)
      else { continue }
      let isDone =
        sums.isEmpty
        ? sink(instruction, stacks, tail.levels)
        : passesSum ? pass(sums[0], by: instruction) : sink(instruction, sums[0], tail.levels)
      guard isDone else { continue }
      memory.take(bytes)
      if leaves { remove([instruction.id]) }
      return true
    }
    return false
  }

  private func size(_ values: some Sequence<Value>) -> Int {
    values.reduce(0) { $0 + (type($1).byteCount ?? 0) }
  }

  /// Makes stacks of an operation's results from stacks of its operands.
  private mutating func sink(
    _ instruction: Instruction, _ stacks: [ScanPorts.Stacked], _ levels: ScanLevels
  ) -> Bool {
    var next = self
    guard let operands = next.operandsBehind(instruction, levels) else { return false }
    var all = AllTurns(
      instruction, turns: turns, operands: operands,
      results: instruction.outputs.map { type($0) })
    guard operands.contains(where: \.isStacked),
      let arrays = try? instruction.definition.overTime(&all), all.makes(arrays)
    else { return false }
    next.placeBehind(all)
    for (output, array) in zip(instruction.outputs, arrays) {
      for stack in stacks where stack.value == output { next.replacement[stack.output] = array }
    }
    let outputs = Set(stacks.map(\.output))
    next.ports.stacked.removeAll { outputs.contains($0.output) }
    self = next
    return true
  }

  /// Makes the sum of a linear operation's result from the sum of its first operand.
  private mutating func pass(_ sum: ScanPorts.Summed, by instruction: Instruction) -> Bool {
    var next = self
    next.ports.summed.removeAll { $0.output == sum.output }
    var operands: [AllTurns.Operand] = []
    for input in instruction.inputs.dropFirst() {
      guard !rows.contains(input), let operand = next.operand(input) else { return false }
      operands.append(operand)
    }
    let type = type(instruction.inputs[0])
    let total = next.total(of: instruction.inputs[0])
    operands.insert(AllTurns.Operand(total, type, isStacked: false), at: 0)
    var all = AllTurns(
      instruction, turns: turns, operands: operands, results: [self.type(sum.value)])
    guard let result = try? all.emit(instruction.definition, operands.map(\.value)) else {
      return false
    }
    next.placeBehind(all)
    next.replacement[sum.output] = result
    self = next
    return true
  }

  /// Makes the sum of an operation's result from stacks of its operands.
  private mutating func sink(
    _ instruction: Instruction, _ sum: ScanPorts.Summed, _ levels: ScanLevels
  ) -> Bool {
    var next = self
    next.ports.summed.removeAll { $0.output == sum.output }
    guard let operands = next.operandsBehind(instruction, levels) else { return false }
    var all = AllTurns(
      instruction, turns: turns, operands: operands, results: [type(sum.value)])
    guard operands.contains(where: \.isStacked),
      let result = try? instruction.definition.sumOverTime(&all),
      all.types[result] == type(sum.value)
    else { return false }
    next.placeBehind(all)
    next.replacement[sum.output] = result
    self = next
    return true
  }

  /// The sum of a value of the body over all turns.
  private mutating func total(of value: Value) -> Value {
    if let known = ports.summed.first(where: { $0.value == value }) { return known.output }
    let total = newValue(type(value))
    ports.summed.append(ScanPorts.Summed(value: value, output: total))
    return total
  }

  /// Whether the sum of a linear operation's operand is worth more than that of its result: it is no
  /// larger than the sums of all that is made of it, or one of products, which become one.
  private func passesSum(_ instruction: Instruction) -> Bool {
    let operand = instruction.inputs[0]
    let summed = Set(ports.summed.map(\.value)).union(instruction.outputs)
    let results = ports.body.instructions.filter {
      $0.inputs.first == operand && $0.definition.isLinear
    }.flatMap(\.outputs).filter(summed.contains)
    if size([operand]) <= size(results) || summed.contains(operand) { return true }
    return ports.body.instructions.contains {
      $0.outputs.contains(operand) && $0.definition.isContraction
    }
  }

  /// The operands of an instruction behind the loop; what is made in the loop is stacked.
  private mutating func operandsBehind(
    _ instruction: Instruction, _ levels: ScanLevels
  ) -> [AllTurns.Operand]? {
    var operands: [AllTurns.Operand] = []
    for input in instruction.inputs {
      if levels[input] < ScanLevels.firstState, let known = operand(input) {
        operands.append(known)
        continue
      }
      guard type(input).isExact else { return nil }
      operands.append(AllTurns.Operand(array(of: input), type(input), isStacked: true))
    }
    return operands
  }

  /// The array of what a value is in all turns. A stack that is one of a state shifted by a turn,
  /// `ForwardStacks` finds.
  private mutating func array(of value: Value) -> Value {
    if let known = ports.stack(of: value) { return known }
    let array = newValue(type(value).stacked(turns))
    ports.stacked.append(
      ScanPorts.Stacked(value: value, rows: ports.allRows, output: array))
    return array
  }
}
