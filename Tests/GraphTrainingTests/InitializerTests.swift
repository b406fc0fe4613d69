import StaticGraph
import Testing

@Suite("Initialisers against TensorFlow")
struct InitializerTests {
  static let initializers: [(String, Initializer)] = [
    ("randomUniform", .randomUniform(min: -0.3, max: 0.9, seed: 7)),
    ("randomNormal", .randomNormal(mean: 0.5, stddev: 2, seed: 7)),
    ("truncatedNormal", .truncatedNormal(mean: 0.5, stddev: 2, seed: 7)),
    ("uniformUnitScaling", .uniformUnitScaling(factor: 1.5, seed: 7)),
    ("glorotUniform", .glorotUniform(seed: 7)), ("glorotNormal", .glorotNormal(seed: 7)),
    ("heUniform", .heUniform(seed: 7)), ("heNormal", .heNormal(seed: 7)),
    ("lecunUniform", .lecunUniform(seed: 7)), ("lecunNormal", .lecunNormal(seed: 7)),
    (
      "untruncated",
      .varianceScaling(scale: 2, mode: .outgoing, distribution: .untruncatedNormal, seed: 7)
    ),
  ]

  @Test("First values agree with TensorFlow's for the same seeds", arguments: initializers)
  func firstValues(name: String, initializer: Initializer) throws {
    let arrays = try TrainingFixtures.arrays("training/initializers.npz")
    for (label, shape) in [("6x5", [6, 5]), ("3x4x2", [3, 4, 2]), ("7", [7])] {
      let graph = Graph(seed: 3)
      let v = graph.getVariable("v", shape: Shape(shape), initializer: initializer)
      let session = try Session(graph)
      try session.run(graph.globalVariablesInitializer())
      let expected = try arrays.array("\(name)/\(label)")
      expectClose(try session.run(v), expected, 5e-7, "\(name) \(label)")
    }
  }

  @Test("Constants fill the variable or are its value")
  func constants() throws {
    let graph = Graph()
    let ones = graph.getVariable("ones", shape: [2], initializer: .ones)
    let filled = graph.getVariable("filled", shape: [2], initializer: .constant(2.5))
    let given = graph.getVariable("given", shape: [2], initializer: .constant([1.0, 3.0]))
    let count = graph.getVariable("count", shape: [], .int64)
    let session = try Session(graph)
    try session.run(graph.globalVariablesInitializer())
    let (a, b, c, d) = try session.run(ones, filled, given, count)
    #expect(a == [1.0, 1.0])
    #expect(b == [2.5, 2.5])
    #expect(c == [1.0, 3.0])
    #expect(d == NDArray(scalar: 0))
  }
}
