internal import GraphArrays

/// Lays the right-hand sides of products in loops out for them, once a run.
///
///     Scan(w, h) { MatMul(h, w) }    ->   p = PackMatrix(w);  Scan(p, h) { PackedMatMul(h, p) }
///     While(w, h) { MatMul(h, w) }   ->   p = PackMatrix(w);  While(w, p, h) { PackedMatMul(h, p) }
///
/// A product over few rows spends more time on the layout than on arithmetic otherwise. The product
/// may begin with an addend, and the right-hand side may be stored transposed. Its sums are grouped
/// otherwise than by the library, so the last bits may differ.
///
/// Must not fire where all turns together have so few rows that packing reads and writes what the
/// product would read once. A While, whose turns nobody knows, is taken to have enough.
package enum PackInvariantWeights: Pass {
  package static let subjects: Program.Features = [.controlFlow, .scans]

  /// Rows of all turns for which packing pays.
  private static let leastRows = 16

  package static func run(_ program: inout Program) throws(GraphError) {
    try program.forEachBody { body throws(GraphError) in try run(&body) }
    var packing = Packing()
    var rewritten: [Instruction] = []
    rewritten.reserveCapacity(program.instructions.count)
    for var instruction in program.instructions {
      if let scan = instruction.definition.as(Scan.self) {
        packing.pack(scan, &instruction)
      } else if instruction.controlFlow?.isLoop == true {
        packing.packLoop(&instruction)
      }
      rewritten += packing.takeAdded()
      rewritten.append(instruction)
    }
    program.instructions = rewritten
    program.types.merge(packing.types) { known, _ in known }
  }

  /// What is packed in one program.
  private struct Packing {
    /// A matrix in one of its two layouts.
    private struct Layout: Hashable {
      let matrix: Value
      let isTransposed: Bool
    }

    /// The types of values that are added to the program.
    private(set) var types: [Value: TensorType] = [:]
    private var packed: [Layout: Value] = [:]
    /// Instructions to stand before the loop.
    private var added: [Instruction] = []

    mutating func takeAdded() -> [Instruction] {
      defer { added = [] }
      return added
    }

    mutating func pack(_ scan: Scan, _ instruction: inout Instruction) {
      var ports = ScanPorts(scan, instruction)
      let invariants = Dictionary(
        ports.invariants.map { ($0.parameter, $0.operand) }, uniquingKeysWith: { a, _ in a })
      let new = pack(&ports.body, invariants, turns: scan.turns)
      guard !new.isEmpty else { return }
      ports.invariants += new.map {
        ScanPorts.Invariant(operand: $0.operand, parameter: $0.parameter)
      }
      ports.dropUnusedInvariants()
      instruction = ports.instruction
    }

    mutating func packLoop(_ loop: inout Instruction) {
      var invariants: [Value: Value] = [:]
      for position in loop.inputs.indices where loop.bodies[1].isInvariant(position) {
        if let parameter = loop.bodies[1].parameter(position) {
          invariants[parameter] = loop.inputs[position]
        }
      }
      for new in pack(&loop.bodies[1], invariants, turns: PackInvariantWeights.leastRows) {
        let type = loop.bodies[1].type(new.parameter)
        let result = Value()
        types[result] = type
        let position = loop.inputs.count
        loop.inputs.append(new.operand)
        loop.outputs.append(result)
        for (body, parameter) in [(0, loop.bodies[0].newValue(type)), (1, new.parameter)] {
          loop.bodies[body].parameters.append(
            Program.Parameter(value: parameter, source: .argument(position)))
        }
        loop.bodies[1].results.append(new.parameter)
      }
    }

    /// Packs what products of a body multiply by; the packed operands of the loop, with the body's
    /// parameters for them.
    ///
    /// - Parameter invariants: The operands of the loop, by the parameters that they are in each turn.
    private mutating func pack(
      _ body: inout Program, _ invariants: [Value: Value], turns: Int
    ) -> [(operand: Value, parameter: Value)] {
      var new: [Layout: (operand: Value, parameter: Value)] = [:]
      var order: [Layout] = []
      for i in body.instructions.indices {
        let instruction = body.instructions[i]
        guard let product = Product(instruction), let matrix = invariants[instruction.inputs[1]],
          case let x = body.type(instruction.inputs[0]), MatMulAdd.dtypes.contains(x.dtype),
          let rows = x.extents, rows[0] * turns >= PackInvariantWeights.leastRows,
          let stored = body.type(instruction.inputs[1]).extents
        else { continue }
        let (k, n) = product.isTransposed ? (stored[1], stored[0]) : (stored[0], stored[1])
        let layout = Layout(matrix: matrix, isTransposed: product.isTransposed)
        if new[layout] == nil {
          let type = TensorType(
            x.dtype, exact: [PackMatrix.elementCount(x.dtype, k: k, n: n)])
          new[layout] = (operand(layout, type, instruction), body.newValue(type))
          order.append(layout)
        }
        guard let parameter = new[layout]?.parameter else { continue }
        body.instructions[i].definition = PackedMatMul(product.addend, columns: n)
        body.instructions[i].inputs[1] = parameter
      }
      return order.compactMap { new[$0] }
    }

    private mutating func operand(
      _ layout: Layout, _ type: TensorType, _ source: Instruction
    ) -> Value {
      if let known = packed[layout] { return known }
      let value = Value()
      types[value] = type
      packed[layout] = value
      added.append(
        Instruction(
          PackMatrix(isTransposed: layout.isTransposed), inputs: [layout.matrix],
          outputs: [value], name: source.name, origin: source.origin))
      return value
    }
  }

  /// A product whose right-hand side may be packed.
  private struct Product {
    let isTransposed: Bool
    let addend: MatMulAdd.Addend?

    init?(_ instruction: Instruction) {
      switch instruction.definition {
      case let matmul as MatMul where !matmul.transposeA:
        (isTransposed, addend) = (matmul.transposeB, nil)
      case let matmul as MatMulAdd where !matmul.transposeX:
        (isTransposed, addend) = (matmul.transposeW, matmul.addend)
      default: return nil
      }
    }
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
