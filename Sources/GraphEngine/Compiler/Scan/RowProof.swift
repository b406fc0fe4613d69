internal import GraphArrays

/// The proof that a Scan's batch may be split.
///
/// States, scanned rows and invariants with as many rows as the batch are assumed to be partitioned
/// along their first axis, everything else to be whole, and each operation's batch rule carries that
/// through the body. If every rule accepts, and the next value of each state is partitioned as the
/// state is, it follows by induction over turns. The guess by extents cannot make the proof unsound:
/// a rule refuses a wrong one, and the ports it came from are taken for whole then.
///
/// As a last check, which executes nothing, the body's types are inferred for fewer rows: they must
/// be the same but for row axes.
struct RowProof {
  private let ports: ScanPorts
  private let rowCount: Int
  private let body: Program
  private let makers: [Value: Instruction]
  private let constants: [Value: NDArray]
  /// Parameters that were found to be whole.
  private var whole: Set<Value> = []
  private var axes: [Value: Int] = [:]

  init(_ ports: ScanPorts, rowCount: Int) {
    self.ports = ports
    self.rowCount = rowCount
    body = ports.instruction.bodies[0]
    constants = body.constants
    makers = Dictionary(
      body.instructions.flatMap { maker in maker.outputs.map { ($0, maker) } },
      uniquingKeysWith: { first, _ in first })
  }

  /// The rows of a batch: the first extent of all states and stacked rows.
  ///
  /// - Throws: `RowRefusal` where they have none in common, or only one row.
  static func rowCount(of ports: ScanPorts) throws(RowRefusal) -> Int {
    let values = ports.states.map(\.parameter) + ports.stacked.map(\.value)
    let extents = Set(values.map { ports.body.type($0).extents?.first ?? 1 })
    guard let rows = extents.first, extents.count == 1 else {
      throw RowRefusal("states and results have no rows in common")
    }
    guard rows > 1 else { throw RowRefusal("there is one row") }
    return rows
  }

  /// The parameters that are partitioned.
  ///
  /// - Throws: `RowRefusal` with the operation that mixes rows.
  mutating func prove() throws(RowRefusal) -> Set<Value> {
    let parameters =
      ports.invariants.map(\.parameter) + ports.states.map(\.parameter)
      + ports.scanned.map(\.parameter)
    while true {
      axes = [:]
      for parameter in parameters where !whole.contains(parameter) {
        if body.type(parameter).extents?.first == rowCount { axes[parameter] = 0 }
      }
      do throws(RowRefusal) {
        for instruction in body.instructions { try carry(through: instruction) }
        break
      } catch {
        // Fewer ports are partitioned each time, so this ends.
        guard let refused = refusedOperand, takeForWhole(refused) else { throw error }
      }
    }
    let next = ports.states.map(\.next)
    for value in next + ports.stacked.map(\.value) where axes[value] != 0 {
      throw RowRefusal(
        "\(makers[value].map(Self.name) ?? "a parameter") gives "
          + (axes[value] == nil ? "all rows" : "rows along another axis"))
    }
    try check()
    return Set(parameters.filter { axes[$0] == 0 })
  }

  /// The operand that the last refusal named.
  private var refusedOperand: Value?

  private static func name(_ instruction: Instruction) -> String {
    "\(instruction.definition.name) \"\(instruction.name)\""
  }

  private mutating func carry(through instruction: Instruction) throws(RowRefusal) {
    refusedOperand = nil
    let operands = instruction.inputs.map { axes[$0] }
    let effects = instruction.definition.effects
    guard instruction.bodies.isEmpty else {
      throw RowRefusal("\(Self.name(instruction)) is a loop or branch of its own")
    }
    guard effects.isEmpty else {
      let what = effects.contains(.stream) ? "draws random numbers" : "can fail or has an effect"
      throw RowRefusal("\(Self.name(instruction)) \(what)")
    }
    guard operands.contains(where: { $0 != nil }) else { return }
    let context = RowContext(
      inputs: instruction.inputs.map { body.type($0) },
      outputs: instruction.outputs.map { body.type($0) },
      values: instruction.inputs.map { constants[$0] }, axes: operands)
    do throws(RowRefusal) {
      guard (context.inputs + context.outputs).allSatisfy(\.isExact) else {
        throw RowRefusal("shapes are not known")
      }
      for (output, axis) in zip(instruction.outputs, try instruction.definition.rowAxes(context)) {
        axes[output] = axis
      }
    } catch {
      if let operand = error.operand { refusedOperand = instruction.inputs[operand] }
      throw RowRefusal("\(Self.name(instruction)): \(error.reason)", operand: error.operand)
    }
  }

  /// Takes the partitioned invariants and scanned rows that a value depends on for whole; false
  /// where there is none, or where it depends on a state.
  private mutating func takeForWhole(_ value: Value) -> Bool {
    var open = [value]
    var seen: Set<Value> = []
    var found: Set<Value> = []
    let states = Set(ports.states.map(\.parameter))
    while let next = open.popLast() {
      guard seen.insert(next).inserted else { continue }
      if states.contains(next) { return false }
      if let maker = makers[next] {
        open += maker.inputs
      } else if axes[next] != nil {
        found.insert(next)
      }
    }
    whole.formUnion(found)
    return !found.isEmpty
  }

  /// Infers the types of the body for fewer rows.
  private func check() throws(RowRefusal) {
    let fewer = rowCount - 1
    func reduced(_ value: Value, _ axis: Int?) -> TensorType {
      let type = body.type(value)
      guard let axis, var extents = type.extents else { return type }
      extents[axis] = fewer
      return TensorType(type.dtype, exact: extents)
    }
    let fewerRows: Program
    do throws(GraphError) {
      fewerRows = try body.retyped { reduced($0, axes[$0]) }
    } catch {
      throw RowRefusal("\(error.operation ?? "an operation") needs all rows: \(error.message)")
    }
    for instruction in body.instructions {
      for output in instruction.outputs
      where fewerRows.type(output) != reduced(output, axes[output]) {
        throw RowRefusal("\(Self.name(instruction)) gives a result of all rows")
      }
    }
  }
}

extension Program {
  /// This body for parameters of other types, with all types inferred anew.
  ///
  /// - Throws: `GraphError` where the types contradict each other.
  func retyped(_ type: (Value) -> TensorType) throws(GraphError) -> Program {
    var result = self
    for parameter in parameters { result.types[parameter.value] = type(parameter.value) }
    var inference = TypeInference()
    try inference.run(&result)
    return result
  }
}
