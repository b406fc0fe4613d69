import GraphArrays
import GraphEngine
import Testing

/// Values of a case with one pass after the other switched off.
@Suite("With each pass switched off in turn")
struct PassSwitchTests {
  /// Names of passes to leave out together.
  private static let switches: [Set<String>] =
    Compiler.optionalPasses.map { [$0] } + [Set(Compiler.optionalPasses)]

  @Test(
    "loops and their gradients of both orders have the same values",
    arguments: LoopCase.all + LoopCase.recurrent)
  func values(_ example: LoopCase) throws {
    let all = try Derivatives(example, shapesAreKnown: true)
    let tensors = [all.loss] + all.first + all.second
    let expected = try all.values(tensors, example.inputs)
    for disabled in Self.switches {
      var options = Session.Options()
      options.disabledPasses = disabled
      let session = try Session(all.loss.graph, options: options)
      let values = try all.values(tensors, example.inputs, in: session)
      for (value, expected) in zip(values, expected) {
        let isClose = zip(value.scalars(as: Double.self), expected.scalars(as: Double.self))
          .allSatisfy { ($0 - $1).magnitude <= 1e-11 * max(1, $1.magnitude) }
        #expect(isClose, "without \(disabled.sorted()): \(value), with all \(expected)")
      }
    }
  }

  /// What draws random numbers in the turns of a loop.
  struct Draws: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let declare: @Sendable (Graph) -> [Tensor]
  }

  static let draws: [Draws] = [
    Draws(testDescription: "a dropout of a state, with its gradient") { graph in
      let x = graph.constant(samples([4, 2, 3], seed: 1))
      let w = graph.constant(samples([3, 3], seed: 2))
      let (hs, kept) = scan(x, initial: x[0], x[0]) { x, h, _ in
        let next = tanh(matmul(h, w) + x)
        let mask = graph.randomUniform(next.dynamicShape, dtype: .float64) .>= 0.5
        return (next, select(mask, next / 0.5, 0))
      }
      let d = gradients(of: reduceSum(square(kept)), withRespectTo: [w, x]).compactMap { $0 }
      return [hs, kept] + d
    },
    Draws(testDescription: "numbers of every kind, from the last row on") { graph in
      let x = graph.constant(samples([5, 3], seed: 3))
      let (a, b, c) = scan(x, initial: x[0], x[0], x[0], reverse: true) { x, a, b, c in
        (
          a + graph.randomUniform([3], dtype: .float64) * x,
          b * graph.randomNormal([3], dtype: .float64),
          c + graph.truncatedNormal([3], dtype: .float64)
            + cast(graph.randomInt([3], min: -9, max: 9), to: .float64)
        )
      }
      return [a, b, c]
    },
    Draws(testDescription: "samples of distributions that rows give") { graph in
      let x = graph.constant(samples([5, 2, 4], seed: 4))
      return [
        scan(x, initial: graph.zeros([2, 3], .int64)) { x, s in
          s + multinomial(x, samples: 3)
        }
      ]
    },
  ]

  @Test("draws are the same numbers, run after run", arguments: draws)
  func numbers(_ example: Draws) throws {
    let graph = Graph(seed: 5)
    let tensors = example.declare(graph)
    var expected: [[NDArray]]?
    for disabled in [[]] + Self.switches {
      var options = Session.Options()
      options.disabledPasses = disabled
      let session = try Session(graph, options: options)
      let runs = try (0..<2).map { _ in try session.run(tensors) }
      guard let known = expected else {
        expected = runs
        continue
      }
      for (run, known) in zip(runs, known) {
        for (value, known) in zip(run, known) {
          let isClose = zip(value.scalars(as: Double.self), known.scalars(as: Double.self))
            .allSatisfy { ($0 - $1).magnitude <= 1e-12 * max(1, $1.magnitude) }
          #expect(isClose, "without \(disabled.sorted()): \(value), with all \(known)")
        }
      }
    }
  }
}
