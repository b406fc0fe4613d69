internal import GraphArrays

/// A Scan on its way through a pass: its ports, and what the pass places before and behind it.
struct ScanEditor {
  var ports: ScanPorts
  let turns: Int
  let isReversed: Bool
  /// Instructions that the pass places before the Scan, and behind it.
  var before: [Instruction] = []
  var behind: [Instruction] = []
  /// The types of values that these make.
  private(set) var types: [Value: TensorType] = [:]
  /// Whether the Scan or something beside it is another than before.
  var isChanged = false
  /// Values of the program that are others now.
  var replacement: [Value: Value] = [:]
  /// Parameters of the body that are rows of arrays.
  private(set) var rows: Set<Value>
  /// What values of the body are outside of the loop.
  private var outside: [Value: AllTurns.Operand] = [:]
  private let constants: [Value: NDArray]

  init(_ scan: Scan, _ instruction: Instruction) {
    ports = ScanPorts(scan, instruction)
    turns = scan.turns
    isReversed = scan.isReversed
    constants = ports.body.constants
    rows = Set(ports.scanned.map(\.parameter))
    for port in ports.invariants {
      outside[port.parameter] = AllTurns.Operand(
        port.operand, ports.body.type(port.parameter), isStacked: false)
    }
  }

  /// The element type that a value of the body has.
  func type(_ value: Value) -> TensorType { ports.body.type(value) }

  /// A new value outside of the loop.
  mutating func newValue(_ type: TensorType) -> Value {
    let value = Value()
    types[value] = type
    return value
  }

  // MARK: Before the loop

  /// What a value of the body is before the loop: the same in every turn, or a row of an array; nil
  /// where it is made in the loop.
  mutating func operand(_ value: Value) -> AllTurns.Operand? {
    if let known = outside[value] { return known }
    let operand: AllTurns.Operand
    if let constant = constants[value] {
      operand = AllTurns.Operand(
        newValue(type(value)), type(value), isStacked: false, constant: constant)
      before.append(
        Instruction(Const(constant), inputs: [], outputs: [operand.value], name: "Const"))
    } else if let port = ports.scanned.first(where: { $0.parameter == value }) {
      guard let array = rows(of: port) else { return nil }
      operand = AllTurns.Operand(array, type(value), isStacked: true)
    } else {
      return nil
    }
    outside[value] = operand
    return operand
  }

  /// The rows that the turns read, as an array of their own.
  private mutating func rows(of port: ScanPorts.Scanned) -> Value? {
    guard port.rows != ports.allRows else { return port.array }
    return slice(port.array, port.rows.offset, of: port.rows.length, type(port.parameter))
  }

  /// The rows of the turns from `offset` on of an array of `length` rows of this type.
  mutating func slice(
    _ array: Value, _ offset: Int, of length: Int, _ row: TensorType, isBehind: Bool = false
  ) -> Value? {
    let whole = AllTurns.Operand(array, row.stacked(length), isStacked: false)
    var all = AllTurns(
      Instruction(Slice(), inputs: [], outputs: [], name: "Slice"), turns: turns,
      operands: [whole], results: [row])
    guard let extents = row.extents else { return nil }
    let begin = all.vector([offset] + extents.map { _ in 0 })
    let size = all.vector([turns] + extents)
    guard let result = try? all.emit(Slice(), [array, begin, size]) else { return nil }
    if isBehind {
      placeBehind(all)
    } else {
      placeBefore(all)
    }
    return result
  }

  /// Places what a rule made before the loop.
  mutating func placeBefore(_ all: AllTurns) {
    before += all.instructions
    types.merge(all.types) { known, _ in known }
    isChanged = true
  }

  /// Makes results of an instruction that stands before the loop now invariants or rows.
  mutating func replace(_ values: [Value], with outer: [Value], areStacked: Bool) {
    for (value, array) in zip(values, outer) {
      if areStacked {
        ports.scanned.append(
          ScanPorts.Scanned(array: array, rows: ports.allRows, parameter: value))
        rows.insert(value)
      } else {
        ports.invariants.append(ScanPorts.Invariant(operand: array, parameter: value))
      }
      outside[value] = AllTurns.Operand(array, type(value), isStacked: areStacked)
    }
    isChanged = true
  }

  /// Removes instructions of the body.
  mutating func remove(_ instructions: Set<Value>) {
    guard !instructions.isEmpty else { return }
    ports.body.remove { instructions.contains($0.id) }
    isChanged = true
  }

  // MARK: Behind the loop

  /// Places what a rule made behind the loop, before what stands there already.
  mutating func placeBehind(_ all: AllTurns) {
    behind = all.instructions + behind
    types.merge(all.types) { known, _ in known }
    isChanged = true
  }
}

extension Program {
  /// Rewrites every Scan, those in bodies first.
  ///
  /// - Parameter rewrite: Is given the Scan and the program that it stands in.
  mutating func rewriteScans(
    _ rewrite: (_ editor: inout ScanEditor, _ outer: Program) -> Void
  ) {
    for i in instructions.indices {
      for j in instructions[i].bodies.indices {
        instructions[i].bodies[j].rewriteScans(rewrite)
      }
    }
    rewriteOwnScans(rewrite)
  }

  /// Rewrites the Scans that are instructions of this program, those in bodies not.
  mutating func rewriteOwnScans(
    _ rewrite: (_ editor: inout ScanEditor, _ outer: Program) -> Void
  ) {
    guard instructions.contains(where: { $0.definition.is(Scan.self) }) else { return }
    let outer = self
    var replacement: [Value: Value] = [:]
    var rewritten: [Instruction] = []
    for instruction in outer.instructions {
      guard let scan = instruction.definition.as(Scan.self) else {
        rewritten.append(instruction)
        continue
      }
      var editor = ScanEditor(scan, instruction)
      rewrite(&editor, outer)
      guard editor.isChanged else {
        rewritten.append(instruction)
        continue
      }
      rewritten += editor.before
      rewritten.append(editor.ports.instruction)
      rewritten += editor.behind
      types.merge(editor.types) { known, _ in known }
      replacement.merge(editor.replacement) { known, _ in known }
    }
    instructions = rewritten
    replaceUses(replacement)
  }
}

extension Instruction {
  /// Whether a pass may move the instruction out of the loop whose body it stands in.
  ///
  /// Loops turn at least once, so that what can fail would have failed in the first turn.
  var isMovable: Bool {
    controls.isEmpty && bodies.isEmpty && !definition.is(Const.self)
      && definition.effects.isDisjoint(with: [.sideEffect, .state])
  }
}
