import GraphArrays
import GraphEngine
import Testing

/// A scalar made of float64 arrays by loops and branches.
struct LoopCase: Sendable, CustomTestStringConvertible {
  let name: String
  /// What it is differentiated by.
  let inputs: [NDArray]
  /// Declares the scalar; operands are placeholders, of known shape or not.
  let declare: @Sendable (Graph, [Tensor]) -> Tensor

  var testDescription: String { name }

  init(
    _ name: String, _ inputs: [NDArray],
    _ declare: @escaping @Sendable (Graph, [Tensor]) -> Tensor
  ) {
    self.name = name
    self.inputs = inputs
    self.declare = declare
  }
}

/// A loss, its gradients, and the gradients of those along a direction, as a session computes them.
struct Derivatives {
  let session: Session
  let operands: [Tensor]
  let loss: Tensor
  let first: [Tensor]
  /// The sum of the gradients, each weighted with a direction.
  let along: Tensor
  let second: [Tensor]

  init(_ example: LoopCase, shapesAreKnown: Bool) throws {
    let graph = Graph()
    operands = example.inputs.enumerated().map { index, value in
      let shape = shapesAreKnown ? Shape(value.shape) : Shape(rank: value.rank)
      return graph.placeholder(.float64, shape: shape, name: "x\(index)")
    }
    loss = example.declare(graph, operands)
    first = gradients(of: loss, withRespectTo: operands, unconnected: .zeros).compactMap { $0 }
    var terms: [Tensor] = []
    for (index, gradient) in first.enumerated() {
      let direction = samples(example.inputs[index].shape, seed: 7 + index)
      terms.append(reduceSum(gradient * graph.constant(direction)))
    }
    along = addN(terms)
    second = gradients(of: along, withRespectTo: operands, unconnected: .zeros).compactMap { $0 }
    session = try Session(graph)
  }

  func values(
    _ tensors: [Tensor], _ inputs: [NDArray], in other: Session? = nil
  ) throws -> [NDArray] {
    var feeds = Feeds()
    for (operand, value) in zip(operands, inputs) { feeds.add(value, for: operand) }
    return try (other ?? session).run(tensors, feeding: feeds)
  }
}

extension LoopCase {
  /// Compares gradients of both orders with central differences.
  func check(shapesAreKnown: Bool, tolerance: Double = 2e-6) throws {
    let derivatives = try Derivatives(self, shapesAreKnown: shapesAreKnown)
    let exact = try derivatives.values(derivatives.first + derivatives.second, inputs)
    try #require(exact.count == 2 * inputs.count)
    for index in inputs.indices {
      let x = inputs[index].scalars(as: Double.self)
      #expect(exact[index].shape == inputs[index].shape)
      #expect(exact[inputs.count + index].shape == inputs[index].shape)
      for position in x.indices {
        let step = 1e-5
        let ends = try [step, -step].map { offset in
          var moved = inputs
          var elements = x
          elements[position] += offset
          moved[index] = NDArray(elements, shape: inputs[index].shape, dtype: .float64)
          return try derivatives.values([derivatives.loss, derivatives.along], moved)
            .map { $0.scalar(as: Double.self) }
        }
        for order in 0..<2 {
          let difference = (ends[0][order] - ends[1][order]) / (2 * step)
          let value = exact[order * inputs.count + index].scalars(as: Double.self)[position]
          #expect(
            (value - difference).magnitude <= tolerance * max(1, difference.magnitude),
            "order \(order + 1), x\(index)[\(position)]: \(value), differences \(difference)")
        }
      }
    }
  }
}
