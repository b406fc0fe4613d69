import GraphArrays
import GraphEngine

/// The program of the graph that a test declares, loops recognised as Scans, and nothing moved.
func scanProgram(
  _ graph: Graph, fetching fetches: [Tensor], feeding feeds: [(Tensor, [Int])] = []
) throws -> Program {
  try compiledProgram(
    graph, fetching: fetches, feeding: feeds,
    without: [
      "InlineShortScans", "RecognizeReductions", "HoistInvariants", "ForwardStacks",
      "VectorizeOverTime",
      "FissionScans", "SinkReductions", "PullBack", "DistributeMatMuls", "ReassociateSums",
      "MergeProducts", "JoinSums", "MergeColumnSums", "DivideElementwise",
      "GatherOneHotMatMuls", "AccumulateIntoProducts", "GatherIntoProducts", "FuseElementwise",
      "MoveTransposes", "SumColumnsInProducts", "PackInvariantWeights", "SplitBatch",
      "SkipDeadLastTurn",
    ])
}

/// The program that the compiler makes of the graph that a test declares.
func compiledProgram(
  _ graph: Graph, fetching fetches: [Tensor], feeding feeds: [(Tensor, [Int])] = [],
  without disabled: Set<String> = []
) throws -> Program {
  if let error = graph.error { throw error }
  return try Compiler.compile(
    graph: graph, fetches: fetches, targets: [], feeds: feeds.map(\.0),
    feedTypes: feeds.map { TensorType($0.0.dtype, exact: $0.1) }, without: disabled
  ).program
}

extension Program {
  /// The program after these passes, each verified.
  func after(_ passes: any Pass.Type...) throws -> Program {
    var program = self
    for pass in passes {
      try pass.run(&program)
      try program.verify(after: pass.name)
    }
    return program
  }

  /// The operations in order, constants left out, those of bodies in braces: `Tanh Scan{Mul Add}`.
  var outline: String {
    instructions.filter { !($0.definition is Const) }.map { instruction in
      let bodies = instruction.bodies.map { "{\($0.outline)}" }.joined()
      return instruction.definition.name + bodies
    }.joined(separator: " ")
  }

  /// The Scans of this program, in order.
  var scans: [Scan] { instructions.compactMap { $0.definition as? Scan } }
}
