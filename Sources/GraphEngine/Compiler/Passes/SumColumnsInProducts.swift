internal import GraphArrays
internal import GraphKernels

/// Sums the columns of a matrix where a product packs it.
///
///     x w;  BiasAddGrad(w)   ->   MatMulWithSums(x, w)
///
/// Fires where a product of floating-point matrices that is large enough to be packed has the
/// matrix as its right operand, stored as it is, under whatever shape it is summed; the first such
/// product takes the sums with it. A sum's terms are grouped otherwise than by themselves, so last
/// bits may differ.
package enum SumColumnsInProducts: Pass {
  package static func run(_ program: inout Program) throws(GraphError) {
    try program.forEachBody { body throws(GraphError) in try run(&body) }
    let constants = program.constants
    func integers(_ value: Value) -> [Int]? { constants[value]?.integerElements }
    let bound = Set(program.targets)
    let shaped = Dictionary(
      uniqueKeysWithValues: program.instructions.filter { $0.definition.is(Reshape.self) }
        .map { ($0.outputs[0], $0.inputs[0]) })
    /// What has the columns of a value, under whatever shape.
    func columns(_ value: Value) -> Value {
      guard let x = shaped[value],
        let width = program.type(x).extents?.last, width == program.type(value).extents?.last
      else { return value }
      return columns(x)
    }
    var sums: [Value: Instruction] = [:]
    for instruction in program.instructions
    where instruction.controls.isEmpty && !bound.contains(instruction.id)
      && instruction.sumsColumns(program.type, integers)
    {
      let whole = columns(instruction.inputs[0])
      if sums[whole] == nil { sums[whole] = instruction }
    }
    guard !sums.isEmpty else { return }
    var removed: Set<Value> = []
    for i in program.instructions.indices {
      let instruction = program.instructions[i]
      guard let product = instruction.definition.as(MatMul.self), !product.transposeB,
        instruction.controls.isEmpty, !bound.contains(instruction.id),
        let sum = sums[columns(instruction.inputs[1])], !removed.contains(sum.id),
        isPacked(product, instruction, program)
      else { continue }
      program.instructions[i] = Instruction(
        MatMulWithSums(transposeX: product.transposeA), inputs: instruction.inputs,
        outputs: instruction.outputs + sum.outputs, name: instruction.name,
        origin: instruction.origin)
      removed.insert(sum.id)
    }
    guard !removed.isEmpty else { return }
    program.remove { removed.contains($0.id) }
    program.sortByDependence()
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
