import StaticGraph
import Testing

@Suite("Dropout")
struct DropoutTests {
  @Test("Masks and values are TensorFlow's for the same seeds, in run after run")
  func golden() throws {
    let arrays = try TrainingFixtures.arrays("training/dropout.npz")
    for kind in ["number", "tensor"] {
      let graph = Graph(seed: 3)
      let x = graph.constant(try arrays.array("x"))
      let keep = graph.placeholder(.float32, shape: [])
      let result =
        kind == "number"
        ? dropout(x, keepProb: 0.6, seed: 5) : dropout(x, keepProb: keep, seed: 5)
      let session = try Session(graph)
      for run in 0..<2 {
        let value = try session.run(result, feeding: kind == "number" ? [:] : [keep: 0.6])
        #expect(value == (try arrays.array(kind)[run]), "\(kind) of run \(run)")
      }
    }
  }

  @Test("A keep probability of 1 gives the operand itself")
  func one() {
    let x = Graph().constant([1.0, 2.0])
    #expect(dropout(x, keepProb: 1.0) == x)
    #expect(dropout(x, keepProb: 1) == x)
  }

  @Test("Keep probabilities of 0 and beyond 1 are mistakes", arguments: [0.0, -0.5, 1.5])
  func refused(probability: Double) {
    let graph = Graph()
    _ = dropout(graph.constant([1.0, 2.0]), keepProb: probability)
    #expect(
      graph.error?.message
        == "a keep probability must be above 0 and at most 1, not \(probability)")
    #expect(graph.error?.location?.file == "DropoutTests.swift")
  }

  @Test("The gradient passes where elements were kept, scaled alike")
  func gradient() throws {
    let graph = Graph(seed: 1)
    let x = graph.constant(NDArray.full([100], 3.0))
    let y = dropout(x, keepProb: 0.25, seed: 2)
    let slopes = gradients(of: y, withRespectTo: [x])
    let (value, slope) = try Session(graph).run(y, slopes)
    let d = try #require(slope[0])
    #expect(value.scalars(as: Float.self) == d.scalars(as: Float.self).map { 3 * $0 })
    #expect(Set(d.scalars(as: Float.self)) == [0, 4])
  }
}
