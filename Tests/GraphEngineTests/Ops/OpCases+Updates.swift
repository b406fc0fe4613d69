import GraphArrays
import GraphEngine

extension OpCases {
  /// Updates of optimisers, as functions of values, and operations that draw or check.
  static let updates: [OpCase] = steps + rows + draws

  private static func numbers(_ array: NDArray) -> [Double] { array.scalars(as: Double.self) }

  private static func scalar(_ value: Double) -> NDArray { float64([value], []) }

  private static let steps: [OpCase] = [
    OpCase(
      "ApplyGradientDescent", [samples([2, 3]), scalar(0.5), samples([2, 3], seed: 1)],
      empty: [samples([0]), scalar(0.5), samples([0])], gradient: .none,
      expected: .reference { inputs in
        [
          float64(
            zip(numbers(inputs[0]), numbers(inputs[2])).map { $0 - 0.5 * $1 }, inputs[0].shape)
        ]
      }, ApplyGradientDescent()),
    momentum(nesterov: false),
    momentum(nesterov: true),
    adam(nesterov: false),
    adam(nesterov: true),
  ]

  private static func momentum(nesterov: Bool) -> OpCase {
    OpCase(
      nesterov ? "ApplyMomentum/Nesterov" : "ApplyMomentum",
      [
        samples([2, 3]), samples([2, 3], seed: 1), scalar(0.5), samples([2, 3], seed: 2),
        scalar(0.75),
      ], gradient: .none,
      expected: .reference { inputs in
        let gradient = numbers(inputs[3])
        let accumulated = zip(numbers(inputs[1]), gradient).map { $0 * 0.75 + $1 }
        let moved = numbers(inputs[0]).indices.map { i -> Double in
          let step = nesterov ? gradient[i] + 0.75 * accumulated[i] : accumulated[i]
          return numbers(inputs[0])[i] - 0.5 * step
        }
        return [float64(moved, inputs[0].shape), float64(accumulated, inputs[0].shape)]
      }, ApplyMomentum(useNesterov: nesterov))
  }

  private static func adam(nesterov: Bool) -> OpCase {
    let settings = [0.81, 0.998, 0.1, 0.9, 0.999, 1e-3]
    return OpCase(
      nesterov ? "ApplyAdam/Nesterov" : "ApplyAdam",
      [samples([3]), samples([3], seed: 1), float64([0.1, 0.2, 0.3], [3])]
        + settings.map { scalar($0) } + [samples([3], seed: 2)], gradient: .none,
      expected: .reference { inputs in
        let (x, m, v) = (numbers(inputs[0]), numbers(inputs[1]), numbers(inputs[2]))
        let g = numbers(inputs[9])
        let alpha = 0.1 * (1 - 0.998).squareRoot() / (1 - 0.81)
        let first = zip(m, g).map { $0 * 0.9 + $1 * (1 - 0.9) }
        let second = zip(v, g).map { $0 * 0.999 + $1 * $1 * (1 - 0.999) }
        let moved = x.indices.map { i -> Double in
          let direction = nesterov ? 0.9 * first[i] + (1 - 0.9) * g[i] : first[i]
          return x[i] - alpha * direction / (second[i].squareRoot() + 1e-3)
        }
        return [float64(moved, [3]), float64(first, [3]), float64(second, [3])]
      }, ApplyAdam(useNesterov: nesterov))
  }

  private static let rows: [OpCase] =
    [
      (ScatterMode.add, [1.0, 2, 13, 24, 45, 66]), (.sub, [1.0, 2, -7, -16, -35, -54]),
      (.update, [1.0, 2, 10, 20, 40, 60]),
    ].map { mode, expected in
      OpCase(
        "Scatter\(mode.rawValue)",
        [float64([1, 2, 3, 4, 5, 6], [3, 2]), [1, 2], float64([10, 20, 40, 60], [2, 2])],
        empty: [float64([1, 2], [1, 2]), NDArray.zeros([0], .int32), samples([0, 2])],
        gradient: .none, expected: .values([float64(expected, [3, 2])]), Scatter(mode))
    } + [
      // Row 1 has two gradients, of which each is a step.
      OpCase(
        "SparseApplyMomentum",
        [
          float64([1, 2, 3, 4], [2, 2]), float64([1, 1, 2, 2], [2, 2]), scalar(0.5),
          float64([1, 2, 3, 4], [2, 2]), [1, 1], scalar(0.5),
        ], gradient: .none,
        expected: .values([
          float64([1, 2, 3 - 0.5 * 2 - 0.5 * 4, 4 - 0.5 * 3 - 0.5 * 5.5], [2, 2]),
          float64([1, 1, 4, 5.5], [2, 2]),
        ]), SparseApplyMomentum(useNesterov: false))
    ]

  private static let draws: [OpCase] = [
    OpCase(
      "CheckNumerics", [samples([2, 3])], empty: [samples([0])], gradient: .second,
      expected: .reference { $0 }
    ) { [checkNumerics($1[0], message: "x")] }
  ]
}
