import GraphArrays
import GraphEngine
import Testing

@Suite("The explanation of a plan")
struct ExplainTests {
  /// The lines that tell of a training step of a character model of 512 units.
  private func training() throws -> [String] {
    var cell = CustomCell.library
    cell.units = 512
    let model = CellModel(cell, .oneHot, vocabulary: 65)
    let session = try Session(model.graph, options: .init(workers: 2))
    let text = try session.explain(
      model.loss, model.train,
      shapes: [model.inputs: [50, 50], model.targets: [50, 50], model.keepProb: []])
    return text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  }

  @Test("fits two screens for a training step, and tells of memory and of what runs once")
  func size() throws {
    let lines = try training()
    #expect(lines.count <= 100)
    #expect(lines[0] == "passes")
    #expect(lines.contains { $0.hasPrefix("plan: ") && $0.hasSuffix("2 workers") })
    #expect(lines.contains { $0.hasPrefix("memory: ") })
    #expect(lines.filter { $0 == "once" }.count == 3)
    #expect(lines.contains { $0.contains(" blocks for all workers") })
  }

  @Test("tells of each loop what was taken out of its turns, and what is left in them")
  func loops() throws {
    let lines = try training()
    let starts = lines.indices.filter { lines[$0].hasPrefix("loop ") }
    try #require(starts.count == 2)
    #expect(lines[starts[0]].hasSuffix(": 50 turns"))
    #expect(lines[starts[1]].hasSuffix(": 50 turns from the last to the first"))
    for (loop, expected) in zip(
      starts,
      [
        ("  done before it for all turns at once: ", "RandomUniform"),
        ("  done behind it for all turns at once: ", "MatMul"),
      ])
    {
      let part = lines[loop...].dropFirst().prefix { $0.hasPrefix(" ") }
      #expect(part.contains { $0.hasPrefix(expected.0) && $0.contains(expected.1) })
      #expect(part.contains { $0.hasPrefix("  operations a turn: ") && $0.hasSuffix(" 2 now") })
      #expect(part.contains("  products by weights that are packed once before it: 1"))
      #expect(part.contains("  its batch is split: 2 blocks of rows, each run by one worker"))
      let turn = part.drop { $0 != "  each turn" }.dropFirst()
      #expect(turn.count == 2)
      #expect(!turn.contains { $0.contains(" for all workers") })
    }
  }

  @Test("tells of a loop that could not be counted why")
  func reason() throws {
    let graph = Graph()
    let x = graph.placeholder(.float32, shape: [2], name: "x")
    let y = whileLoop(x) { x in
      reduceSum(x) .< 10
    } body: { x in
      x * 2
    }
    let text = try Session(graph).explain(y, shapes: [x: [2]])
    #expect(text.contains("runs turn by turn: "))
  }
}
