internal import GraphArrays

/// The ports of a Scan as lists by kind, to be changed and put together again.
struct ScanPorts {
  struct Invariant {
    var operand: Value
    var parameter: Value
  }
  struct State {
    var operand: Value
    var parameter: Value
    var next: Value
    var final: Value
  }
  struct Scanned {
    var array: Value
    var rows: Scan.Rows
    var parameter: Value
  }
  struct Stacked {
    var value: Value
    var rows: Scan.Rows
    var output: Value
    /// The parameter of the state whose operand stands in the row before the first turn's.
    var start: Value?
  }
  struct Summed {
    var value: Value
    var output: Value
  }

  var invariants: [Invariant] = []
  var states: [State] = []
  var scanned: [Scanned] = []
  var stacked: [Stacked] = []
  var summed: [Summed] = []
  var body: Program
  private var definition: Scan
  private var source: Instruction

  init(_ scan: Scan, _ instruction: Instruction) {
    definition = scan
    source = instruction
    body = instruction.bodies[0]
    let inputs = instruction.inputs
    func parameter(_ i: Int) -> Value { body.parameters[i].value }
    invariants = scan.invariants.map { Invariant(operand: inputs[$0], parameter: parameter($0)) }
    states = scan.states.enumerated().map { k, i in
      State(
        operand: inputs[i], parameter: parameter(i), next: body.results[k],
        final: instruction.outputs[k])
    }
    scanned = scan.scannedInputs.enumerated().map { k, i in
      Scanned(array: inputs[i], rows: scan.scanned[k], parameter: parameter(i))
    }
    stacked = scan.stacked.indices.map { k in
      Stacked(
        value: body.results[scan.stateCount + k], rows: scan.stacked[k],
        output: instruction.outputs[scan.stateCount + k],
        start: scan.starts[k].map { states[$0].parameter })
    }
    summed = (0..<scan.sumCount).map { k in
      let position = scan.stateCount + scan.stacked.count + k
      return Summed(value: body.results[position], output: instruction.outputs[position])
    }
  }

  /// The Scan with these ports.
  var instruction: Instruction {
    var result = source
    result.definition = scan
    result.inputs =
      invariants.map(\.operand) + states.map(\.operand) + scanned.map(\.array)
    result.outputs = states.map(\.final) + stacked.map(\.output) + summed.map(\.output)
    result.bodies = [program]
    return result
  }

  /// The definition of the Scan with these ports.
  private var scan: Scan {
    var scan = definition
    scan.invariantCount = invariants.count
    scan.stateCount = states.count
    scan.scanned = scanned.map(\.rows)
    scan.stacked = stacked.map(\.rows)
    scan.starts = stacked.map { port in
      port.start.flatMap { start in states.firstIndex { $0.parameter == start } }
    }
    scan.sumCount = summed.count
    return scan
  }

  /// The body with these ports as its parameters and results.
  private var program: Program {
    var program = body
    let parameters =
      invariants.map(\.parameter) + states.map(\.parameter) + scanned.map(\.parameter)
    program.parameters = parameters.enumerated().map {
      Program.Parameter(value: $1, source: .argument($0))
    }
    program.results = results
    return program
  }

  /// What each value of the body depends on.
  var levels: ScanLevels { ScanLevels(scan, program) }

  /// The Scan with these ports as an instruction of its own, beside the one it came from.
  var separateInstruction: Instruction {
    let same = instruction
    var result = Instruction(
      same.definition, inputs: same.inputs, outputs: same.outputs, name: same.name,
      origin: same.origin)
    result.bodies = same.bodies
    result.controls = same.controls
    return result
  }

  /// What the body gives back.
  var results: [Value] {
    states.map(\.next) + stacked.map(\.value) + summed.map(\.value)
  }

  /// The rows of all turns.
  var allRows: Scan.Rows { Scan.Rows(offset: 0, length: definition.turns) }

  /// The array that holds what `value` is in every turn, and nothing else, if one is made.
  func stack(of value: Value) -> Value? {
    stacked.first { $0.value == value && $0.rows == allRows && $0.start == nil }?.output
  }

  /// States that the body hands on become invariants.
  mutating func forwardUnchangedStates(_ replacement: inout [Value: Value]) {
    func isUnchanged(_ state: State) -> Bool {
      state.next == state.parameter && !stacked.contains { $0.start == state.parameter }
    }
    for state in states where isUnchanged(state) {
      replacement[state.final] = state.operand
      invariants.append(Invariant(operand: state.operand, parameter: state.parameter))
    }
    states.removeAll(where: isUnchanged)
  }

  /// Invariants that are constants, and rows that are all equal, become constants of the body.
  mutating func inlineConstants(_ constants: [Value: NDArray]) {
    var values: [Value: NDArray] = [:]
    for port in invariants { values[port.parameter] = constants[port.operand] }
    for port in scanned {
      guard let array = constants[port.array] else { continue }
      values[port.parameter] = Self.commonRow(of: array, port.rows, definition.turns)
    }
    guard !values.isEmpty else { return }
    for (parameter, value) in values.sorted(by: { $0.key < $1.key }) {
      body.instructions.insert(
        Instruction(Const(value), inputs: [], outputs: [parameter], name: "Const"), at: 0)
    }
    invariants.removeAll { values[$0.parameter] != nil }
    scanned.removeAll { values[$0.parameter] != nil }
  }

  private static func commonRow(of array: NDArray, _ rows: Scan.Rows, _ turns: Int) -> NDArray? {
    guard array.dtype != .string, turns > 0, rows.length > 0 else { return nil }
    let size = array.byteCount / rows.length
    let isCommon = array.withUnsafeBytes { bytes in
      let first = bytes[rows.offset * size..<(rows.offset + 1) * size]
      return (1..<turns).allSatisfy { turn in
        let start = (rows.offset + turn) * size
        return bytes[start..<start + size].elementsEqual(first)
      }
    }
    guard isCommon else { return nil }
    return NDArray(dtype: array.dtype, shape: Array(array.shape.dropFirst())) { target in
      array.withUnsafeBytes { bytes in
        target.copyMemory(
          from: UnsafeRawBufferPointer(
            rebasing: bytes[rows.offset * size..<(rows.offset + 1) * size]))
      }
    }
  }

  /// Reads equal rows once.
  mutating func mergeScanned() {
    var first: [Value: [Scan.Rows: Value]] = [:]
    var replacement: [Value: Value] = [:]
    for port in scanned {
      if let same = first[port.array]?[port.rows] {
        replacement[port.parameter] = same
      } else {
        first[port.array, default: [:]][port.rows] = port.parameter
      }
    }
    guard !replacement.isEmpty else { return }
    scanned.removeAll { replacement[$0.parameter] != nil }
    replaceUses(replacement)
  }

  /// Replaces uses of values of the body, in what it gives back too.
  mutating func replaceUses(_ replacement: [Value: Value]) {
    guard !replacement.isEmpty else { return }
    body.results = results
    body.replaceUses(replacement)
    for k in states.indices { states[k].next = body.results[k] }
    for k in stacked.indices { stacked[k].value = body.results[states.count + k] }
    for k in summed.indices {
      summed[k].value = body.results[states.count + stacked.count + k]
    }
  }

  /// Leaves out ports that nothing needs.
  mutating func prune(isUsed: (Value) -> Bool) {
    stacked.removeAll { !isUsed($0.output) }
    summed.removeAll { !isUsed($0.output) }
    var kept = states.map { state in
      isUsed(state.final) || stacked.contains { $0.start == state.parameter }
    }
    var needed: Set<Value> = []
    while true {
      let results =
        stacked.map(\.value) + summed.map(\.value)
        + states.indices.filter { kept[$0] }.map { states[$0].next }
      needed = body.neededParameters(for: results)
      let more = states.indices.filter { !kept[$0] && needed.contains(states[$0].parameter) }
      if more.isEmpty { break }
      for i in more { kept[i] = true }
    }
    states = states.indices.filter { kept[$0] }.map { states[$0] }
    invariants.removeAll { !needed.contains($0.parameter) }
    scanned.removeAll { !needed.contains($0.parameter) }
    body.keepInstructions(for: results)
  }
}

extension Program {
  /// The parameters on which `values` depend.
  fileprivate func neededParameters(for values: [Value]) -> Set<Value> {
    var needed = Set(values)
    for instruction in instructions.reversed()
    where instruction.outputs.contains(where: needed.contains) || !instruction.isRemovable {
      needed.formUnion(instruction.inputs)
    }
    return needed.intersection(parameters.map(\.value))
  }

  /// Removes instructions that `values` do not depend on and that have no effect.
  mutating func keepInstructions(for values: [Value]) {
    results = values
    var needed = Set(values)
    var kept: Set<Value> = []
    for instruction in instructions.reversed()
    where instruction.outputs.contains(where: needed.contains) || !instruction.isRemovable {
      needed.formUnion(instruction.inputs)
      kept.insert(instruction.id)
    }
    remove { !kept.contains($0.id) }
  }
}
