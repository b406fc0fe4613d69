import StaticGraph
import Testing

/// Every mistake of the table gets the exact text of its error, with the user's file and line.
@Suite struct MistakesTests {
  static let table =
    shapeMistakes + dtypeMistakes + scopeMistakes + controlFlowMistakes + trainingMistakes
    + feedMistakes + runMistakes

  @Test("A mistake is told in the user's words, and the session works after it", arguments: table)
  func isTold(_ mistake: Mistake) throws {
    let graph = Graph(seed: 1)
    let here = Here()
    switch mistake.kind {
    case .declaration(let declare):
      declare(graph, here)
      let text = here.filled(mistake.text)
      #expect(graph.error?.description == text)
      let error = #expect(throws: GraphError.self) { try Session(graph) }
      #expect(error?.description == text)
    case .run(let declare):
      let attempt = try declare(graph, here)
      let healthy = graph.constant(1) + 1
      let session = try Session(graph)
      let text = here.filled(mistake.text)
      // Twice, as the second run meets a plan that exists.
      for _ in 0..<2 {
        let error = #expect(throws: (any Error).self) { try attempt.fails(session) }
        #expect(error.map { "\($0)" } == text)
        #expect(try session.run(healthy).scalar() == 2)
        try attempt.succeeds(session)
      }
    }
  }

  @Test("The table has no mistake twice")
  func titlesAreUnique() {
    let titles = Self.table.map(\.title)
    #expect(Set(titles).count == titles.count)
    #expect(titles.count >= 45)
  }

  @Test("Only the first mistake of a graph is kept, and what depends on it adds none")
  func firstMistakeIsKept() {
    let graph = Graph()
    let product = matmul(graph.zeros([2, 3]), graph.zeros([4, 5]))
    let first = graph.error?.description
    _ = product + graph.zeros([7])
    _ = graph.zeros([2]) + graph.zeros([3])
    #expect(first != nil)
    #expect(graph.error?.description == first)
  }
}
