import GraphArrays
import GraphEngine
import Testing

/// A cell, and what its inputs are made of.
struct CellExample: Sendable, CustomTestStringConvertible {
  let cell: CustomCell
  let input: CellModel.Input

  var testDescription: String { "\(cell.testDescription), \(input) inputs" }

  /// Every cell with embedded inputs, and those with one-hot inputs that take any depth.
  static let all: [CellExample] = ([.library] + CustomCell.all).flatMap { cell in
    let isResidual = cell.testDescription == CustomCell.residual.testDescription
    let takesAnyDepth = cell.layers == 1 && !isResidual
    return (takesAnyDepth ? [.oneHot, .embedded] : [.embedded]).map {
      CellExample(cell: cell, input: $0)
    }
  }
}

@Suite("Cells that no pass was written for")
struct CustomCellTests {
  private static let batch = 18
  private static let time = 5

  /// What is left of the turns of all loops, forward and then backward.
  private static func turns(of cell: CustomCell) -> [String] {
    switch cell.testDescription {
    case CustomCell.normalized.testDescription:
      // A mean has to be known before anything is made of it.
      [
        "PackedMatMul Fused Mean Fused Mean Fused Fused",
        "Fused Sum Fused Fused Sum RealDiv Fused PackedMatMul",
      ]
    case CustomCell.sharing.testDescription:
      Array(repeating: "PackedMatMul Fused", count: 2)
        + Array(repeating: "Fused PackedMatMul", count: 2)
    default: ["PackedMatMul Fused", "Fused PackedMatMul"]
    }
  }

  @Test("a turn is one product and one pass over elements", arguments: CellExample.all)
  func turn(_ example: CellExample) throws {
    let program = try CellModel(example.cell, example.input)
      .compiled(batch: Self.batch, time: Self.time)
    let bodies = program.instructions.filter { $0.definition is Scan }.map { $0.bodies[0] }
    // Reshapes of a column are left out: they are views.
    #expect(
      bodies.map { $0.outline.replacing("Reshape ", with: "") } == Self.turns(of: example.cell))
  }

  @Test(
    "weights are packed once, and their gradients are made behind the loops",
    arguments: CellExample.all)
  func weights(_ example: CellExample) throws {
    let program = try CellModel(example.cell, example.input)
      .compiled(batch: Self.batch, time: Self.time)
    let loops = program.instructions.filter { $0.definition is Scan }
    for loop in loops {
      let scan = try #require(loop.definition as? Scan)
      #expect(scan.refusal == nil)
      #expect(scan.partition?.rowCount == Self.batch)
      // Nothing is carried from turn to turn but states of the batch.
      for state in scan.states {
        #expect(program.type(loop.inputs[state]).extents == [Self.batch, example.cell.units])
      }
    }
    let packed = program.instructions.compactMap { $0.definition as? PackMatrix }
    #expect(packed.map(\.isTransposed).sorted { !$0 && $1 } == [false, true])
  }

  @Test("loss and gradients are those of the graph as it was declared", arguments: CellExample.all)
  func values(_ example: CellExample) throws {
    var cell = example.cell
    cell.units = 6
    let model = CellModel(cell, example.input, dtype: .float64)
    let (batch, time) = (3, 4)
    let ids = NDArray([2, 0, 1, 5, 9, 6, 6, -1, 3, 4, 0, 2] as [Int32], shape: [batch, time])
    let labels = NDArray([1, 1, 0, 6, 5, 4, 2, 3, 0, 6, 1, 2] as [Int32], shape: [batch, time])
    // An embedding has no row for an id out of range.
    let inputs = example.input == .oneHot ? ids : labels
    let values = try [[], Set(Compiler.optionalPasses)].map { disabled in
      var options = Session.Options(seed: 3)
      options.disabledPasses = disabled
      let session = try Session(model.graph, options: options)
      try session.run(model.graph.globalVariablesInitializer())
      return try session.run(
        [model.loss] + model.gradients,
        feeding: [model.inputs: inputs, model.targets: labels, model.keepProb: 0.8])
    }
    #expect(values[0].count == model.variables.count + 1)
    for (value, expected) in zip(values[0], values[1]) {
      for (x, y) in zip(value.scalars(as: Double.self), expected.scalars(as: Double.self)) {
        #expect((x - y).magnitude <= 1e-12 * max(1, y.magnitude))
      }
    }
  }
}
