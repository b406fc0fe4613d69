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
    LoopCase(
      "gates of one-hot rows, some of ids out of range",
      [matrix(7, 8, seed: 18), matrix(8, seed: 19), matrix(2, seed: 20), matrix(2, 3, seed: 21)]
    ) { graph, x in
      let ids = graph.constant(
        NDArray([0, 4, -1, 3, 5, 1, 1, 2] as [Int32], shape: [2, 4]))
      let rows = transpose(
        oneHot(ids, depth: 5, dtype: .float64), permutation: [1, 0, 2])
      let start = graph.zeros([2, 2], .float64)
      let (_, hs) = scan(rows, initial: start, start) { e, c, h in
        let z = split(biasAdd(matmul(concat([e, h], axis: 1), x[0]), x[1]), into: 4, axis: 1)
        let next = c * sigmoid(z[0] + x[2] * c) + sigmoid(z[1]) * tanh(z[2])
        return (next, tanh(next) * sigmoid(z[3] + next * x[2]))
      }
      let logits = matmul(reshape(hs, [8, 2]), x[3])
      return reduceSum(logits * logits * logits)
    },
    LoopCase(
      "gates that are subscripts, and a second product of the gated state",
      [matrix(3, 2, 2, seed: 22), matrix(4, 4, seed: 23), matrix(4, 2, seed: 24)]
    ) { graph, x in
      let hs = scan(x[0], initial: x[0][1]) { e, h in
        let gates = sigmoid(matmul(concat([e, h], axis: 1), x[1]))
        let (reset, update) = (gates[0..., 0..<2], gates[0..., 2...])
        let candidate = tanh(matmul(concat([e, reset * h], axis: 1), x[2]))
        return update * h + (1 - update) * candidate
      }
      return reduceSum(square(hs))
    },
    LoopCase(
      "layers with biases, the second joined to the first",
      [
        matrix(3, 2, 2, seed: 25), matrix(5, 3, seed: 26), matrix(3, seed: 27),
        matrix(5, 2, seed: 28),
      ]
    ) { graph, x in
      let (first, second) = (graph.zeros([2, 3], .float64), graph.zeros([2, 2], .float64))
      let (_, hs) = scan(x[0], initial: first, second) { e, a, b in
        let next = tanh(matmul(a, x[1][2...]) + matmul(e, x[1][0..<2]) + x[2])
        return (next, tanh(matmul(concat([next, b], axis: 1), x[3])))
      }
      return reduceSum(hs * hs * hs)
    },
  ]
}
