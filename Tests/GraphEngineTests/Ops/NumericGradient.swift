import GraphArrays
import GraphEngine
import Testing

/// A scalar function of float64 arrays, declared anew for each graph.
struct ScalarFunction {
  /// All operands; those that are constants of the graph, or not float64, stay as they are.
  let inputs: [NDArray]
  let constants: Set<Int>
  let declare: (Graph, [Tensor]) -> Tensor

  /// Positions of the operands that it is differentiated by.
  var variables: [Int] {
    inputs.indices.filter { inputs[$0].dtype == .float64 && !constants.contains($0) }
  }

  /// The operands as placeholders and constants.
  func operands(_ graph: Graph) -> [Tensor] {
    inputs.enumerated().map { index, value in
      constants.contains(index)
        ? graph.constant(value)
        : graph.placeholder(value.dtype, shape: Shape(value.shape), name: "input_\(index)")
    }
  }

  /// What the placeholders are fed.
  func feeds(_ operands: [Tensor], _ values: [NDArray]) -> [(Tensor, NDArray)] {
    zip(operands, values).enumerated().compactMap { constants.contains($0) ? nil : $1 }
  }

  /// The sum of the gradients by all variables, each weighted with numbers of its own: a scalar
  /// function again, whose gradients are the second derivatives.
  func derivative() -> ScalarFunction {
    let variables = variables
    let inputs = inputs
    return ScalarFunction(inputs: inputs, constants: constants) { graph, operands in
      let y = self.declare(graph, operands)
      let wanted = variables.map { operands[$0] }
      var terms: [Tensor] = []
      for (index, gradient) in zip(variables, gradients(of: y, withRespectTo: wanted)) {
        guard let gradient else { continue }
        let weights = graph.constant(samples(inputs[index].shape, seed: 11 + index))
        terms.append(reduceSum(gradient * weights))
      }
      return terms.isEmpty ? graph.constant(0, dtype: .float64) : addN(terms)
    }
  }

  /// Compares gradients with central differences, `(f(x + h) - f(x - h)) / 2h`.
  func checkGradients(tolerance: Double, _ comment: Comment) throws {
    let graph = Graph()
    let operands = operands(graph)
    let y = declare(graph, operands)
    let given = gradients(of: y, withRespectTo: variables.map { operands[$0] })
    let run = try Evaluation(graph)
    for (index, gradient) in zip(variables, given) {
      let shape = inputs[index].shape
      let values =
        try gradient.map { try run([$0], feeding: feeds(operands, inputs))[0] }
        ?? NDArray.zeros(shape, .float64)
      #expect(values.shape == shape, comment)
      let x = inputs[index].scalars(as: Double.self)
      for (position, derivative) in values.scalars(as: Double.self).enumerated() {
        let step = 1e-5 * max(1, x[position].magnitude)
        let ends = try [step, -step].map { offset -> Double in
          var moved = x
          moved[position] += offset
          var feeding = inputs
          feeding[index] = NDArray(moved, shape: shape, dtype: .float64)
          return try run([y], feeding: feeds(operands, feeding))[0].scalar()
        }
        let difference = (ends[0] - ends[1]) / (2 * step)
        #expect(
          (derivative - difference).magnitude <= tolerance * max(1, difference.magnitude),
          "\(comment): operand \(index), element \(position): \(derivative), not \(difference)")
      }
    }
  }
}

extension OpCase {
  /// The sum of all floating results, each weighted with numbers of its own.
  func weighted() -> ScalarFunction {
    ScalarFunction(inputs: inputs, constants: constants) { graph, operands in
      var terms: [Tensor] = []
      for (index, output) in declare(graph, operands).enumerated() where output.dtype == .float64 {
        let shape = output.shape.known ?? []
        terms.append(reduceSum(output * graph.constant(samples(shape, seed: 3 + index))))
      }
      return terms.isEmpty ? graph.constant(0, dtype: .float64) : addN(terms)
    }
  }
}
