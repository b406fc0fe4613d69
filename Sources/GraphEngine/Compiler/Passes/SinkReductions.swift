internal import GraphArrays

/// Sums products over the turns of a Scan by one product behind it.
///
///     Scan(state s: s + x' g; x, g [rows, ...])
///       ->   Scan(stacked x, g);   s0 + X' G,   X, G [turns * rows, ...]
///
/// Keeping the sum in the loop costs a read and a write of it each turn: for the weights of a
/// recurrent layer more than the product. Fires where the state is read by the addition only. The
/// terms are added in another grouping, so the last bits of the sum may differ from the loop's.
package enum SinkReductions: Pass {
  package static func run(_ program: inout Program) throws(GraphError) {
    try program.forEachBody { body throws(GraphError) in try run(&body) }
    let constants = program.constants
    var rewritten: [Instruction] = []
    for instruction in program.instructions {
      guard let scan = instruction.definition as? Scan else {
        rewritten.append(instruction)
        continue
      }
      var ports = ScanPorts(scan, instruction)
      let behind = sink(&ports, scan, instruction, constants, &program)
      rewritten.append(behind.isEmpty ? instruction : ports.instruction)
      rewritten += behind
    }
    program.instructions = rewritten
  }

  private static func sink(
    _ ports: inout ScanPorts, _ scan: Scan, _ source: Instruction,
    _ constants: [Value: NDArray], _ program: inout Program
  ) -> [Instruction] {
    let uses = ports.body.useCounts
    let makers = Dictionary(
      ports.body.instructions.flatMap { maker in maker.outputs.map { ($0, maker) } },
      uniquingKeysWith: { first, _ in first })
    var behind: [Instruction] = []
    for state in ports.states {
      guard let sum = makers[state.next], uses[state.next] == 1, uses[state.parameter] == 1,
        sum.definition.name == "AddV2" || sum.definition.name == "AddN",
        sum.inputs.count == 2, sum.inputs.contains(state.parameter),
        let term = sum.inputs.first(where: { $0 != state.parameter }), uses[term] == 1,
        let product = makers[term], let matmul = product.definition as? MatMul,
        matmul.transposeA, !matmul.transposeB,
        ports.body.type(term) == ports.body.type(state.parameter)
      else { continue }
      var builder = InstructionBuilder(name: product.name, origin: product.origin)
      let x = stack(product.inputs[0], &ports, scan, &program, &builder)
      let g = stack(product.inputs[1], &ports, scan, &program, &builder)
      guard let x, let g else { continue }
      if isZero(state.operand, constants) {
        builder.append(matmul, [x, g], output: state.final)
      } else {
        let all = builder.append(matmul, [x, g], ports.body.type(term), &program)
        builder.append(Binary.add, [state.operand, all], output: state.final)
      }
      behind += builder.instructions
      ports.states.removeAll { $0.parameter == state.parameter }
      ports.body.instructions.removeAll { $0.id == sum.id || $0.id == product.id }
    }
    return behind
  }

  /// Whether a value is a constant of zeros, which nothing has to be added to.
  private static func isZero(_ value: Value, _ constants: [Value: NDArray]) -> Bool {
    guard let array = constants[value], array.dtype.isFloating else { return false }
    return array.withUnsafeBytes { $0.allSatisfy { $0 == 0 } }
  }

  /// All rows of a matrix that the body has in each turn, below each other.
  private static func stack(
    _ value: Value, _ ports: inout ScanPorts, _ scan: Scan, _ program: inout Program,
    _ builder: inout InstructionBuilder
  ) -> Value? {
    let type = ports.body.type(value)
    guard let extents = type.extents, extents.count == 2 else { return nil }
    let whole = Scan.Rows(offset: 0, length: scan.turns)
    let array: Value
    if let port = ports.scanned.first(where: { $0.parameter == value && $0.rows == whole }) {
      array = port.array
    } else if let port = ports.stacked.first(where: { $0.value == value && $0.rows == whole }) {
      array = port.output
    } else if ports.invariants.contains(where: { $0.parameter == value }) {
      return nil
    } else {
      array = program.newValue(TensorType(type.dtype, exact: [scan.turns] + extents))
      ports.stacked.append(ScanPorts.Stacked(value: value, rows: whole, output: array))
    }
    let rows = [scan.turns * extents[0], extents[1]]
    let shape = builder.constant(
      NDArray.integers(rows, dtype: .int32, shape: [2]), &program)
    return builder.append(
      Reshape(), [array, shape], TensorType(type.dtype, exact: rows), &program)
  }
}

/// Appends instructions that stand for parts of one operation of the graph.
struct InstructionBuilder {
  let name: String
  let origin: Instruction.Origin?
  private(set) var instructions: [Instruction] = []

  init(name: String, origin: Instruction.Origin?) {
    self.name = name
    self.origin = origin
  }

  /// A constant.
  mutating func constant(_ array: NDArray, _ program: inout Program) -> Value {
    append(Const(array), [], TensorType(array.dtype, exact: array.shape), &program)
  }

  /// An instruction with one new result of this type.
  mutating func append(
    _ definition: some OpDefinition, _ inputs: [Value], _ type: TensorType,
    _ program: inout Program
  ) -> Value {
    let output = program.newValue(type)
    append(definition, inputs, output: output)
    return output
  }

  /// An instruction whose result is `output`.
  mutating func append(_ definition: some OpDefinition, _ inputs: [Value], output: Value) {
    instructions.append(
      Instruction(definition, inputs: inputs, outputs: [output], name: name, origin: origin))
  }
}
