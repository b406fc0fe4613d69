internal import GraphArrays

/// Removes ports of Scans that nothing needs, and makes states and rows that never change
/// invariants.
///
///     Scan(state h -> h)                       ->   an invariant h; its final is its operand
///     Scan(scanned rows of equal constants)    ->   a constant in the body
///     Scan(stacked y), y not used              ->   Scan without y
package enum PruneScans: Pass {
  package static func run(_ program: inout Program) throws(GraphError) {
    try program.forEachBody { body throws(GraphError) in try run(&body) }
    let uses = program.useCounts
    let constants = program.constants
    var replacement: [Value: Value] = [:]
    for i in program.instructions.indices {
      guard let scan = program.instructions[i].definition as? Scan else { continue }
      var ports = ScanPorts(scan, program.instructions[i])
      ports.forwardUnchangedStates(&replacement)
      ports.inlineConstants(constants)
      ports.prune { uses[$0] != nil }
      program.instructions[i] = ports.instruction
    }
    program.replaceUses(replacement)
  }
}

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
  }

  var invariants: [Invariant] = []
  var states: [State] = []
  var scanned: [Scanned] = []
  var stacked: [Stacked] = []
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
        output: instruction.outputs[scan.stateCount + k])
    }
  }

  /// The Scan with these ports.
  var instruction: Instruction {
    var scan = definition
    scan.invariantCount = invariants.count
    scan.stateCount = states.count
    scan.scanned = scanned.map(\.rows)
    scan.stacked = stacked.map(\.rows)
    var inner = body
    let parameters =
      invariants.map(\.parameter) + states.map(\.parameter) + scanned.map(\.parameter)
    inner.parameters = parameters.enumerated().map {
      Program.Parameter(value: $1, source: .argument($0))
    }
    inner.results = states.map(\.next) + stacked.map(\.value)
    var result = source
    result.definition = scan
    result.inputs =
      invariants.map(\.operand) + states.map(\.operand) + scanned.map(\.array)
    result.outputs = states.map(\.final) + stacked.map(\.output)
    result.bodies = [inner]
    return result
  }

  /// States that the body hands on become invariants.
  mutating func forwardUnchangedStates(_ replacement: inout [Value: Value]) {
    for state in states where state.next == state.parameter {
      replacement[state.final] = state.operand
      invariants.append(Invariant(operand: state.operand, parameter: state.parameter))
    }
    states.removeAll { $0.next == $0.parameter }
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

  /// Leaves out ports that nothing needs.
  mutating func prune(isUsed: (Value) -> Bool) {
    stacked.removeAll { !isUsed($0.output) }
    var kept = states.map { isUsed($0.final) }
    var needed: Set<Value> = []
    while true {
      let results =
        stacked.map(\.value) + states.indices.filter { kept[$0] }.map { states[$0].next }
      needed = body.neededParameters(for: results)
      let more = states.indices.filter { !kept[$0] && needed.contains(states[$0].parameter) }
      if more.isEmpty { break }
      for i in more { kept[i] = true }
    }
    states = states.indices.filter { kept[$0] }.map { states[$0] }
    invariants.removeAll { !needed.contains($0.parameter) }
    scanned.removeAll { !needed.contains($0.parameter) }
    let results = stacked.map(\.value) + states.map(\.next)
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
