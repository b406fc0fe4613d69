internal import GraphArrays

/// Lays the right-hand sides of products in loops out for them, once a run.
///
///     Scan(w, h) { MatMul(h, w) }   ->   p = PackMatrix(w);  Scan(p, h) { PackedMatMul(h, p) }
///
/// A product over few rows spends more time on the layout than on arithmetic otherwise. The product
/// may begin with an addend, and the right-hand side may be stored transposed. Its sums are grouped
/// otherwise than by the library, so the last bits may differ.
///
/// Must not fire where all turns together have so few rows that packing reads and writes what the
/// product would read once.
package enum PackInvariantWeights: Pass {
  package static let isAboutLoops = true

  /// Rows of all turns for which packing pays.
  private static let leastRows = 16

  package static func run(_ program: inout Program) throws(GraphError) {
    try program.forEachBody { body throws(GraphError) in try run(&body) }
    var packed: [Packed: Value] = [:]
    var rewritten: [Instruction] = []
    for instruction in program.instructions {
      guard let scan = instruction.definition as? Scan else {
        rewritten.append(instruction)
        continue
      }
      var ports = ScanPorts(scan, instruction)
      let before = pack(&ports, scan, &packed, &program)
      rewritten += before
      rewritten.append(ports.instruction)
    }
    program.instructions = rewritten
  }

  /// A matrix in one of its two layouts.
  private struct Packed: Hashable {
    let matrix: Value
    let isTransposed: Bool
  }

  /// A product of a body whose right-hand side is an invariant.
  private struct Product {
    let invariant: ScanPorts.Invariant
    let isTransposed: Bool
    let addend: MatMulAdd.Addend?
  }

  /// Packs what products of a Scan multiply by; the instructions that stand before it.
  private static func pack(
    _ ports: inout ScanPorts, _ scan: Scan, _ packed: inout [Packed: Value],
    _ program: inout Program
  ) -> [Instruction] {
    var before: [Instruction] = []
    var parameters: [Packed: Value] = [:]
    for i in ports.body.instructions.indices {
      let instruction = ports.body.instructions[i]
      let type = ports.body.type(instruction.inputs.first ?? instruction.id)
      guard let product = product(instruction, ports), MatMulAdd.dtypes.contains(type.dtype),
        let x = type.extents, x[0] * scan.turns >= leastRows,
        let stored = ports.body.type(product.invariant.parameter).extents
      else { continue }
      let (k, n) =
        product.isTransposed ? (stored[1], stored[0]) : (stored[0], stored[1])
      let key = Packed(matrix: product.invariant.operand, isTransposed: product.isTransposed)
      let packedType = TensorType(
        type.dtype, exact: [PackMatrix.elementCount(type.dtype, k: k, n: n)])
      if packed[key] == nil {
        let value = program.newValue(packedType)
        packed[key] = value
        before.append(
          Instruction(
            PackMatrix(isTransposed: product.isTransposed), inputs: [key.matrix],
            outputs: [value], name: instruction.name, origin: instruction.origin))
      }
      if parameters[key] == nil, let operand = packed[key] {
        let parameter = ports.body.newValue(packedType)
        parameters[key] = parameter
        ports.invariants.append(ScanPorts.Invariant(operand: operand, parameter: parameter))
      }
      guard let parameter = parameters[key] else { continue }
      ports.body.instructions[i].definition = PackedMatMul(product.addend, columns: n)
      ports.body.instructions[i].inputs[1] = parameter
    }
    if !parameters.isEmpty { ports.dropUnusedInvariants() }
    return before
  }

  private static func product(_ instruction: Instruction, _ ports: ScanPorts) -> Product? {
    let product: (isTransposed: Bool, addend: MatMulAdd.Addend?)
    switch instruction.definition {
    case let matmul as MatMul where !matmul.transposeA: product = (matmul.transposeB, nil)
    case let matmul as MatMulAdd where !matmul.transposeX:
      product = (matmul.transposeW, matmul.addend)
    default: return nil
    }
    guard
      let invariant = ports.invariants.first(where: { $0.parameter == instruction.inputs[1] })
    else { return nil }
    return Product(
      invariant: invariant, isTransposed: product.isTransposed, addend: product.addend)
  }
}

extension ScanPorts {
  /// Leaves out the invariants that nothing in the body reads.
  fileprivate mutating func dropUnusedInvariants() {
    let uses = body.useCounts
    let results = Set(states.map(\.next) + stacked.map(\.value))
    invariants.removeAll { uses[$0.parameter] == nil && !results.contains($0.parameter) }
  }
}
