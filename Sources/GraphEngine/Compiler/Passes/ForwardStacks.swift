internal import GraphArrays

/// Does not stack again what is an array elsewhere, and reads rows from where they are.
///
///     Scan(stacked a), a the same in every turn   ->   BroadcastTo(a)
///     Scan(stacked x), x a row of an array        ->   rows of that array
///     Scan(stacked y, y)                          ->   Scan(stacked y)
///     Scan(state h0: h'; stacked h', h)           ->   Scan(stacked h' behind h0), and rows of it
///     Scan(scanned rows of a Slice)               ->   Scan(scanned rows of the whole)
///     Scan(scanned rows of a BroadcastTo)         ->   Scan(invariant)
///
/// A stack of a state, and one of its next value, are one array with a row more than there are
/// turns: the start of the state stands beside the first turn's row.
package enum ForwardStacks: Pass {
  package static let subjects: Program.Features = .scans

  package static func run(_ program: inout Program) throws(GraphError) {
    try program.forEachBody { body throws(GraphError) in try run(&body) }
    guard program.instructions.contains(where: { $0.definition.is(Scan.self) }) else { return }
    program.rewriteOwnScans { editor, _ in
      editor.mergeStacks()
      editor.forwardGivenValues()
      editor.shiftStacks()
    }
    let makers = program.makers
    let constants = program.constants
    program.rewriteOwnScans { editor, outer in
      editor.readFromSources(outer, makers, constants)
    }
  }
}

extension Program {
  /// The first row that a slice takes of an array of which it takes rows only; nil for others.
  func leadingOffset(of slice: Instruction, _ constants: [Value: NDArray]) -> Int? {
    guard let begin = constants[slice.inputs[1]]?.integerElements,
      let whole = type(slice.inputs[0]).extents, let part = type(slice.outputs[0]).extents,
      whole.count == part.count, let first = begin.first,
      whole.dropFirst() == part.dropFirst()
    else { return nil }
    return first
  }
}

extension ScanEditor {
  /// Stacks equal rows once.
  fileprivate mutating func mergeStacks() {
    var kept: [ScanPorts.Stacked] = []
    for port in ports.stacked {
      let same = kept.first {
        $0.value == port.value && $0.rows == port.rows && $0.start == port.start
      }
      if let same {
        replacement[port.output] = same.output
        isChanged = true
      } else {
        kept.append(port)
      }
    }
    ports.stacked = kept
  }

  /// Takes what the body is given from where it comes from.
  fileprivate mutating func forwardGivenValues() {
    var kept: [ScanPorts.Stacked] = []
    for port in ports.stacked {
      if port.rows == ports.allRows, port.start == nil, let array = givenArray(port.value) {
        replacement[port.output] = array
        isChanged = true
      } else {
        kept.append(port)
      }
    }
    ports.stacked = kept
  }

  /// What the body is given as `value`, as an array with a row for each turn.
  private mutating func givenArray(_ value: Value) -> Value? {
    guard let operand = operand(value) else { return nil }
    guard !operand.isStacked else { return operand.value }
    var all = AllTurns(
      Instruction(BroadcastTo(), inputs: [], outputs: [], name: "BroadcastTo"), turns: turns,
      operands: [operand], results: [operand.type])
    guard let array = try? all.stack(0) else { return nil }
    placeBefore(all)
    return array
  }

  /// Reads rows of arrays that are parts of others, or have equal rows, where they come from.
  fileprivate mutating func readFromSources(
    _ outer: Program, _ makers: [Value: Instruction], _ constants: [Value: NDArray]
  ) {
    for k in ports.scanned.indices.reversed() {
      let port = ports.scanned[k]
      guard let maker = makers[port.array] else { continue }
      switch maker.definition {
      case is Slice:
        guard let offset = outer.leadingOffset(of: maker, constants),
          let length = outer.type(maker.inputs[0]).extents?.first
        else { continue }
        ports.scanned[k].array = maker.inputs[0]
        ports.scanned[k].rows = Scan.Rows(offset: port.rows.offset + offset, length: length)
      case is BroadcastTo:
        guard outer.type(maker.inputs[0]) == type(port.parameter) else { continue }
        ports.scanned.remove(at: k)
        ports.invariants.append(
          ScanPorts.Invariant(operand: maker.inputs[0], parameter: port.parameter))
      default: continue
      }
      isChanged = true
    }
  }

  /// Takes the values of states on entry from the stacks of their next values.
  fileprivate mutating func shiftStacks() {
    for state in ports.states
    where ports.body.instructions.contains(where: { $0.outputs.contains(state.next) }) {
      let isStarted = ports.stacked.contains { $0.start == state.parameter }
      guard isStarted || ports.stack(of: state.parameter) != nil else { continue }
      let whole = startedStack(of: state)
      take(state.parameter, from: whole, isReversed ? 1 : 0)
      take(state.next, from: whole, isReversed ? 0 : 1)
    }
  }

  /// The array that holds the start of a state and then its value after each turn.
  private mutating func startedStack(of state: ScanPorts.State) -> Value {
    if let known = ports.stacked.first(where: { $0.start == state.parameter }) {
      return known.output
    }
    let whole = newValue(type(state.parameter).stacked(turns + 1))
    ports.stacked.append(
      ScanPorts.Stacked(
        value: state.next, rows: Scan.Rows(offset: isReversed ? 0 : 1, length: turns + 1),
        output: whole, start: state.parameter))
    return whole
  }

  /// Takes the stack of a value, if there is one, from rows of an array that holds it.
  private mutating func take(_ value: Value, from whole: Value, _ offset: Int) {
    guard let output = ports.stack(of: value),
      let rows = slice(whole, offset, of: turns + 1, type(value), isBehind: true)
    else { return }
    ports.stacked.removeAll { $0.output == output }
    replacement[output] = rows
    isChanged = true
  }
}
