import GraphArrays
import GraphEngine

private func matrix(_ shape: Int..., seed: Int) -> NDArray { samples(shape, seed: seed) }

/// Loops in the shape of recurrent networks, which the compiler takes apart.
extension LoopCase {
  static let recurrent: [LoopCase] = [
    LoopCase(
      "gates of a joined input and state",
      [matrix(3, 2, 2, seed: 1), matrix(5, 12, seed: 2), matrix(12, seed: 3)]
    ) { graph, x in
      let start = graph.zeros([2, 3], .float64)
      let (_, hs) = scan(x[0], initial: start, start) { e, c, h in
        let z = split(biasAdd(matmul(concat([e, h], axis: 1), x[1]), x[2]), into: 4, axis: 1)
        let next = c * sigmoid(z[0] + 1) + sigmoid(z[1]) * tanh(z[2])
        return (next, tanh(next) * sigmoid(z[3]))
      }
      return reduceSum(square(hs))
    },
    LoopCase(
      "two layers, from the last row on",
      [matrix(3, 2, 2, seed: 4), matrix(2, 2, seed: 5), matrix(2, 2, seed: 6)]
    ) { graph, x in
      let start = x[0][0] * 0.5
      let (first, second) = scan(x[0], initial: start, start, reverse: true) { e, a, b in
        let first = tanh(matmul(a, x[1]) + e)
        return (first, tanh(matmul(first, x[2]) + matmul(b, x[1])))
      }
      return reduceSum(square(second)) + reduceSum(first)
    },
    LoopCase(
      "a layer that reads the other one a turn late",
      [matrix(4, 2, 2, seed: 7), matrix(2, 2, seed: 8), matrix(2, seed: 9)]
    ) { graph, x in
      let (_, b) = scan(x[0], initial: x[0][0], x[0][1]) { e, a, b in
        (tanh(matmul(a, x[1]) * x[2] + e), sin(matmul(b, x[1]) + a))
      }
      return reduceSum(b * b * b)
    },
    LoopCase(
      "weights and outputs in the loop",
      [matrix(3, 2, 2, seed: 10), matrix(2, 2, seed: 11), matrix(2, 3, seed: 12)]
    ) { graph, x in
      let (_, y) = scan(x[0], initial: x[0][0], graph.zeros([2, 3], .float64)) { e, h, _ in
        let next = tanh(matmul(h, x[1], transposeB: true) + e)
        return (next, softmax(matmul(next, x[2])))
      }
      return reduceSum(log(y + 1) * y)
    },
    LoopCase(
      "a normalised state with weights on its left",
      [matrix(3, 2, 2, seed: 13), matrix(2, 2, seed: 14), matrix(2, 1, seed: 15)]
    ) { graph, x in
      let hs = scan(x[0], initial: x[0][1]) { e, h in
        let z = matmul(x[1], h, transposeA: true) + e * x[2]
        let mean = reduceMean(z, axis: 1, keepDims: true)
        return tanh((z - mean) * 2 + transpose(e))
      }
      return reduceSum(square(hs) * x[0])
    },
    LoopCase(
      "rows that stop at different turns", [matrix(4, 3, 2, seed: 16), matrix(2, 2, seed: 17)]
    ) {
      graph, x in
      let lengths = graph.constant([2, 4, 1] as [Int32])
      let turns = graph.constant([0, 1, 2, 3] as [Int32])
      let hs = scan([x[0], turns], initial: x[0][0]) { rows, h in
        let isRunning = expandDims(rows[1] .< lengths, axis: 1)
        return select(isRunning, tanh(matmul(h, x[1]) + rows[0]), h)
      }
      return reduceSum(square(hs[3]))
    },
  ]
}
