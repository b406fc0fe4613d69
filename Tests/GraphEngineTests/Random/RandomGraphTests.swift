import GraphArrays
import GraphEngine
import Testing

@Suite("Random operations in a graph")
struct RandomGraphTests {
  /// A row of Tests/Fixtures/random_graphs/graphs.json.
  struct Row: Decodable, Sendable, CustomTestStringConvertible {
    struct Drawn: Decodable, Sendable {
      let name: String
      let op: String
      let seed: Int
      let seed2: Int
    }

    let graphSeed: Int?
    let seed: Int?
    let names: [String: String]
    let operations: [Drawn]
    let runs: [[String: GoldenTensor]]

    var testDescription: String {
      "seeds \(graphSeed.map(String.init) ?? "-") and \(seed.map(String.init) ?? "-")"
    }
  }

  static let rows = Result { try Fixtures.decoded("random_graphs/graphs.json", as: [Row].self) }

  /// The operations that make.py declares.
  private func declare(_ graph: Graph, _ seed: Int?) -> [(key: String, tensor: Tensor)] {
    let probabilities: [[Float]] = [[0.1, 0.2, 0.3, 0.4], [0.7, 0.1, 0.1, 0.1]]
    return [
      ("uniform", graph.randomUniform([5], seed: seed)),
      ("uniform_range", graph.randomUniform([2, 3], min: -2, max: 3, seed: seed)),
      ("uniform_double", graph.randomUniform([3], dtype: .float64, seed: seed)),
      ("normal", graph.randomNormal([2, 3], mean: 1, stddev: 2, seed: seed)),
      ("truncated", graph.truncatedNormal([6], mean: 0.5, stddev: 0.25, seed: seed)),
      ("int32", graph.randomInt([7], min: -5, max: 10, seed: seed)),
      ("int64", graph.randomInt([3], max: 1_000_000_000_000, dtype: .int64, seed: seed)),
      ("multinomial", multinomial(log(graph.constant(probabilities)), samples: 6, seed: seed)),
    ]
  }

  @Test("have TensorFlow's names, seeds and values, run after run", arguments: try rows.get())
  func golden(_ row: Row) throws {
    let graph = Graph(seed: row.graphSeed)
    let tensors = declare(graph, row.seed)
    if let error = graph.error { throw error }
    for (key, tensor) in tensors { #expect(tensor.operation.name == row.names[key]) }
    for drawn in row.operations {
      let operation = try #require(graph.operation(named: drawn.name))
      #expect(operation.type == drawn.op)
      let values = Dictionary(
        operation.definition.attributeValues.map { ($0.name, $0.value) },
        uniquingKeysWith: { first, _ in first })
      #expect(values["seed"] == .int(drawn.seed))
      #expect(values["seed2"] == .int(drawn.seed2))
    }
    // What is drawn from a normal distribution, before it is scaled and shifted.
    let draws = tensors.filter { Self.normals.keys.contains($0.key) }.map { key, tensor in
      (key: "\(key)_draw", tensor: tensor.operation.inputs[0].operation.inputs[0])
    }
    let all = tensors + draws
    let session = try Session(graph)
    for expected in row.runs {
      let values = try session.run(all.map(\.tensor))
      for ((key, _), value) in zip(all, values) {
        let wanted = try #require(expected[key]).array
        #expect(value.dtype == wanted.dtype && value.shape == wanted.shape)
        if key.hasSuffix("_draw") {
          // Logarithms, sines and cosines of two C libraries may differ by a unit or two.
          #expect(Self.distance(value, wanted) <= 2, "\(key): \(value), not \(wanted)")
        } else if let (mean, deviation) = Self.normals[key] {
          // The same sums and products of draws that are that near.
          let drawn = try #require(expected["\(key)_draw"]).array.scalars(as: Float.self)
          for (index, x) in value.scalars(as: Float.self).enumerated() {
            let product = drawn[index] * deviation
            let bound = 2 * product.ulp + (product + mean).ulp
            #expect(abs(x - wanted.scalars(as: Float.self)[index]) <= bound, "\(key)[\(index)]")
          }
        } else {
          #expect(value.hasSameBits(as: wanted), "\(key): \(value), not \(wanted)")
        }
      }
    }
  }

  /// Mean and standard deviation of the normal distributions that are declared.
  private static let normals: [String: (mean: Float, deviation: Float)] = [
    "normal": (1, 2), "truncated": (0.5, 0.25),
  ]

  /// The largest distance of two elements, in units in the last place of the second.
  private static func distance(_ value: NDArray, _ wanted: NDArray) -> Float {
    zip(value.scalars(as: Float.self), wanted.scalars(as: Float.self))
      .map { abs($0 - $1) / $1.ulp }.max() ?? 0
  }

  @Test("draw other numbers in each session where there is no seed")
  func unseeded() throws {
    let graph = Graph()
    let x = graph.randomUniform([8])
    let y = graph.randomUniform([8])
    let first = try Session(graph)
    let (a, b) = try first.run(x, y)
    let c = try first.run(x)
    let d = try Session(graph).run(x)
    #expect(Set([a, b, c, d].map { $0.scalars(as: Float.self) }).count == 4)
  }

  @Test("are never merged, and share no stream between bodies")
  func bodies() throws {
    let graph = Graph(seed: 3)
    let x = graph.randomUniform([4])
    let (_, sum) = whileLoop(graph.constant(0), graph.zeros([4])) { i, _ in
      i .< 2
    } body: { i, sum in
      (i + 1, sum + graph.randomUniform([4]))
    }
    let (a, b) = try Session(graph).run(x, sum)
    #expect(a.scalars(as: Float.self) != b.scalars(as: Float.self))
  }

  @Test("refuse shapes and bounds that cannot be")
  func mistakes() {
    let negative = Graph()
    _ = negative.randomUniform([2, -1])
    #expect(negative.error?.message == "Dimension -1 must be >= 0")
    let empty = Graph()
    _ = empty.randomInt([2], min: 5, max: 5)
    #expect(empty.error?.message == "Need minval < maxval, got 5 >= 5")
  }
}
