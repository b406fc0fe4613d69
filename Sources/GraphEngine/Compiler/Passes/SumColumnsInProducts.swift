internal import GraphArrays
internal import GraphKernels

/// Sums the columns of a matrix where a product packs it.
///
///     x w;  BiasAddGrad(w);  SegmentSum(w, ids)   ->   MatMulWithSums(x, w, ids)
///
/// Fires where a product of floating-point matrices that is large enough to be packed has the
/// matrix as its right operand, stored as it is, under whatever shape it is summed; such a product
/// takes one sum of each kind with it, unless one of them needs another's result. The terms
/// of the sum of all rows are grouped otherwise than by themselves, so last bits may differ.
package enum SumColumnsInProducts: Pass {
  package static func run(_ program: inout Program) throws(GraphError) {
    try program.forEachBody { body throws(GraphError) in try run(&body) }
    while merge(in: &program) {}
  }

  /// Gives the first product that can have them its sums; false where there is none.
  private static func merge(in program: inout Program) -> Bool {
    let constants = program.constants
    func integers(_ value: Value) -> [Int]? { constants[value]?.integerElements }
    let shapes = Reshapes(program)
    let bound = Set(program.targets)
    func isFree(_ instruction: Instruction) -> Bool {
      instruction.controls.isEmpty && !bound.contains(instruction.id)
    }
    // The sums of each matrix.
    var totals: [Value: Instruction] = [:]
    var segments: [Value: Instruction] = [:]
    for instruction in program.instructions where isFree(instruction) {
      if instruction.sumsColumns(program.type, integers) {
        let whole = shapes.whole(instruction.inputs[0], program)
        if totals[whole] == nil { totals[whole] = instruction }
      } else if instruction.definition.is(SegmentSum.self) {
        let whole = shapes.whole(instruction.inputs[0], program)
        if segments[whole] == nil { segments[whole] = instruction }
      }
    }
    guard !totals.isEmpty || !segments.isEmpty else { return false }
    let makers = Dictionary(
      uniqueKeysWithValues: program.instructions.flatMap { instruction in
        (instruction.outputs + [instruction.id]).map { ($0, instruction) }
      })
    for i in program.instructions.indices {
      let instruction = program.instructions[i]
      guard let product = instruction.definition.as(MatMul.self), !product.transposeB,
        isFree(instruction), isPacked(product, instruction, program)
      else { continue }
      let whole = shapes.whole(instruction.inputs[1], program)
      var members = [instruction]
      for sum in [totals[whole], segments[whole]] {
        guard let sum,
          members.allSatisfy({
            !needs(sum.inputs, $0, makers) && !needs($0.inputs, sum, makers)
          })
        else { continue }
        members.append(sum)
      }
      guard members.count > 1 else { continue }
      let segment = members.lazy.compactMap { $0.definition.as(SegmentSum.self) }.first
      let sums = members.dropFirst()
      program.instructions[i] = Instruction(
        MatMulWithSums(
          transposeX: product.transposeA, hasTotal: sums.count > (segment == nil ? 0 : 1),
          depth: segment?.depth),
        inputs: instruction.inputs + (segment == nil ? [] : [sums[sums.endIndex - 1].inputs[1]]),
        outputs: members.flatMap(\.outputs), name: instruction.name, origin: instruction.origin)
      let merged = Set(sums.map(\.id))
      program.remove { merged.contains($0.id) }
      program.sortByDependence()
      return true
    }
    return false
  }

  /// Whether one of `values` depends on what an instruction makes.
  private static func needs(
    _ values: [Value], _ instruction: Instruction, _ makers: [Value: Instruction]
  ) -> Bool {
    var open = values
    var seen: Set<Value> = []
    while let next = open.popLast() {
      guard let maker = makers[next], seen.insert(maker.id).inserted else { continue }
      if maker.id == instruction.id { return true }
      open += maker.inputs + maker.controls
    }
    return false
  }

  private static func isPacked(
    _ product: MatMul, _ instruction: Instruction, _ program: Program
  ) -> Bool {
    guard let x = program.type(instruction.inputs[0]).extents,
      let shape = program.type(instruction.outputs[0]).extents,
      MatMulAdd.dtypes.contains(program.type(instruction.outputs[0]).dtype)
    else { return false }
    return ProductBlock.isPacked(m: shape[0], n: shape[1], k: x[product.transposeA ? 0 : 1])
  }

  /// What is reshaped to what.
  private struct Reshapes {
    private let operands: [Value: Value]

    init(_ program: Program) {
      operands = Dictionary(
        uniqueKeysWithValues: program.instructions.lazy
          .filter { $0.definition.is(Reshape.self) }.map { ($0.outputs[0], $0.inputs[0]) })
    }

    /// The value whose columns a value has, under another shape or its own.
    func whole(_ value: Value, _ program: Program) -> Value {
      var value = value
      while let x = operands[value], let width = program.type(x).extents?.last,
        width == program.type(value).extents?.last
      {
        value = x
      }
      return value
    }
  }
}

extension Instruction {
  /// Whether the instruction sums a value over all axes but the last.
  func sumsColumns(_ type: (Value) -> TensorType, _ integers: (Value) -> [Int]?) -> Bool {
    guard let operand = inputs.first, let rank = type(operand).extents?.count, rank > 1 else {
      return false
    }
    switch definition {
    case let gradient as BiasAddGrad: return gradient.dataFormat == "NHWC"
    case let sum as Reduction:
      return sum.name == "Sum" && !sum.keepDims
        && integers(inputs[1])?.sorted() == Array(0..<rank - 1)
    default: return false
    }
  }
}
