import GraphEngine
import StaticGraph
import Testing

@Suite("Every operation of the catalogue, written to a file and read")
struct OpFileTests {
  /// Definitions that stand for no operation of TensorFlow's, or for one that changes references:
  /// they are what the compiler makes of others.
  private static let internals: Set<String> = [
    "ApplyAdam", "ApplyGradientDescent", "ApplyMomentum", "IndexedSlices", "ScatterAdd",
    "ScatterSub", "ScatterUpdate", "SparseApplyMomentum",
  ]

  static let cases = OpCases.all.filter { !internals.contains($0.operation) }

  @Test("has the same attributes and types", arguments: cases)
  func attributes(_ test: OpCase) throws {
    let graph = Graph(seed: 1)
    let operands = test.inputs.enumerated().map { index, value in
      test.constants.contains(index)
        ? graph.constant(value) : graph.placeholder(value.dtype, shape: Shape(value.shape))
    }
    _ = test.declare(graph, operands)
    let read = try Graph(graphDef: graph.graphDef(locations: false))
    for operation in graph.operations {
      let other = try #require(read.operation(named: operation.name))
      #expect(other.type == operation.type)
      #expect(other.inputs.map(\.name) == operation.inputs.map(\.name))
      #expect(other.outputs.map(\.type) == operation.outputs.map(\.type))
      let attributes = operation.definition.attributeValues
      #expect(other.definition.attributeValues.map(\.name) == attributes.map(\.name))
      if operation.bodies.isEmpty {
        #expect(
          other.definition.attributeValues.map(\.value) == attributes.map(\.value),
          "\(operation)")
      }
    }
  }
}
