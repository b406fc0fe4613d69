import FoundationEssentials
import GraphArrays
import GraphEngine
import GraphTraining
import Testing

/// A loss of `Tests/Fixtures/second_order`, in the words of that directory's `make.py`.
private struct GoldenLoss: Sendable, CustomTestStringConvertible {
  let name: String
  /// Operands by name; lengths among them where the case has some.
  let declare: @Sendable (Graph, [String: Tensor]) throws -> Tensor

  var testDescription: String { name }

  static let all: [GoldenLoss] = [
    recurrent("basic_rnn") { BasicRNNCell(units: 3) },
    recurrent("lstm") { BasicLSTMCell(units: 3) },
    recurrent("lstm_lengths") { BasicLSTMCell(units: 3) },
    recurrent("gru") { GRUCell(units: 3) },
    GoldenLoss(name: "while_until") { _, x in
      let (a, w) = (try x.tensor("a"), try x.tensor("w"))
      let end = whileLoop(a) { a in
        reduceSum(a) .< 6
      } body: { a in
        a * w + sin(a)
      }
      return reduceSum(square(end))
    },
    GoldenLoss(name: "while_no_turn") { _, x in
      let (a, w) = (try x.tensor("a"), try x.tensor("w"))
      let end = whileLoop(a) { a in
        reduceSum(a) .< 0
      } body: { a in
        a * w
      }
      return reduceSum(end * end * end) + reduceSum(exp(w))
    },
    GoldenLoss(name: "nested") { graph, x in
      let (a, w, b) = (try x.tensor("a"), try x.tensor("w"), try x.tensor("b"))
      let (_, end) = whileLoop(graph.constant(0), a) { i, _ in
        i .< 3
      } body: { i, a in
        let (_, inner) = whileLoop(graph.constant(0), a) { j, _ in
          j .<= i
        } body: { j, c in
          (j + 1, tanh(c * w + b))
        }
        return (i + 1, inner * inner + b)
      }
      return reduceSum(end)
    },
    GoldenLoss(name: "cond_in_loop") { graph, x in
      let (a, w) = (try x.tensor("a"), try x.tensor("w"))
      let (_, end) = whileLoop(graph.constant(0), a) { i, _ in
        i .< 5
      } body: { i, a in
        (
          i + 1,
          cond(reduceSum(a) .> 0) {
            a * a - w
          } else: {
            sin(a) * w
          }
        )
      }
      return reduceSum(square(end))
    },
    GoldenLoss(name: "loop_in_cond") { graph, x in
      let (a, w) = (try x.tensor("a"), try x.tensor("w"))
      let end = cond(reduceSum(a) .> 0) {
        whileLoop(graph.constant(0), a) { i, _ in
          i .< 3
        } body: { i, a in
          (i + 1, tanh(a * w))
        }.1
      } else: {
        a
      }
      return reduceSum(end)
    },
    GoldenLoss(name: "scan") { _, x in
      let (h, u, w) = (try x.tensor("h"), try x.tensor("u"), try x.tensor("w"))
      let states = scan(try x.tensor("x"), initial: h) { e, h in tanh(h * u + e * w) }
      return reduceSum(square(states))
    },
    GoldenLoss(name: "map_fn") { _, x in
      let w = try x.tensor("w")
      return reduceSum(square(mapFn(try x.tensor("x")) { e in exp(sin(e)) * w }))
    },
  ]

  private static func recurrent<Cell: RNNCell>(
    _ name: String, _ cell: @escaping @Sendable () -> Cell
  ) -> GoldenLoss {
    GoldenLoss(name: name) { _, x in
      let (outputs, state) = dynamicRNN(
        cell(), inputs: try x.tensor("x"), sequenceLength: x["lengths"])
      let cubes = reduceSum(outputs * outputs * outputs)
      return cubes + addN(state.tensors.map { reduceSum(sin($0)) })
    }
  }
}

extension [String: Tensor] {
  fileprivate func tensor(_ name: String) throws -> Tensor { try #require(self[name]) }
}

@Suite("Second derivatives through loops, as TensorFlow computes them")
struct SecondOrderGoldenTests {
  @Test("agree", arguments: GoldenLoss.all)
  fileprivate func agree(_ golden: GoldenLoss) throws {
    let file = try NPZ(
      contentsOf: Fixtures.directory.appending(path: "second_order/\(golden.name).npz"))
    let graph = Graph()
    var operands: [String: Tensor] = [:]
    var feeds = Feeds()
    let names = file.names.filter { $0.hasPrefix("input/") }.map { String($0.dropFirst(6)) }
    for name in names where !name.hasPrefix("rnn/") {
      let value = try #require(file["input/\(name)"])
      let operand = graph.placeholder(value.dtype, shape: Shape(value.shape))
      operands[name] = operand
      feeds.add(value, for: operand)
    }
    let loss = try golden.declare(graph, operands)
    let variables = Dictionary(
      graph.collection(.globalVariables).map { ($0.name, $0) },
      uniquingKeysWith: { first, _ in first })
    let wanted = try names.filter { $0 != "lengths" }.map { name in
      (name: name, x: try #require(operands[name] ?? variables[name]?.value, "no \(name)"))
    }
    let xs = wanted.map(\.x)
    let first = gradients(of: loss, withRespectTo: xs, unconnected: .zeros).compactMap { $0 }
    let penalty = addN(first.map { reduceSum(square($0)) })
    let second = gradients(of: penalty, withRespectTo: xs, unconnected: .zeros).compactMap { $0 }
    let along = addN(
      try zip(wanted, first).map { wanted, gradient in
        reduceSum(gradient * graph.constant(try #require(file["vector/\(wanted.name)"])))
      })
    let product = gradients(of: along, withRespectTo: xs, unconnected: .zeros).compactMap { $0 }

    let session = try Session(graph)
    for (name, variable) in variables {
      try session.assign(try #require(file["input/\(name)"]), to: variable)
    }
    let (scalars, derivatives) = try session.run(
      [loss, penalty], [first, second, product], feeding: feeds)
    try expect(scalars[0], "loss", in: file)
    try expect(scalars[1], "penalty", in: file)
    for (kind, values) in zip(["first", "second", "product"], derivatives) {
      for (wanted, value) in zip(wanted, values) {
        try expect(value, "\(kind)/\(wanted.name)", in: file)
      }
    }
  }

  private func expect(_ value: NDArray, _ name: String, in file: NPZ) throws {
    let golden = try #require(file[name])
    #expect(value.shape == golden.shape, "\(name)")
    for (a, b) in zip(value.scalars(as: Double.self), golden.scalars(as: Double.self)) {
      #expect(abs(a - b) <= 1e-11 * max(1, abs(b)), "\(name): \(a), TensorFlow \(b)")
    }
  }
}
