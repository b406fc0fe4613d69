import FoundationEssentials
import GraphArrays
import GraphEngine
import Testing

@Suite("Every operation of the catalogue")
struct OpConformanceTests {
  @Test("has a case")
  func coverage() {
    let covered = Set(OpCases.all.map(\.operation)).union(OpCases.testedElsewhere.keys)
    let missing = OpCatalog.engine.map(\.name).filter { !covered.contains($0) }
    #expect(missing.isEmpty, "no case for \(missing)")
    let known = Set(OpCatalog.engine.map(\.name))
    let unknown = covered.filter { !known.contains($0) }
    #expect(unknown.isEmpty, "not in the catalogue: \(unknown)")
  }

  @Test("has one entry for each name")
  func unique() {
    let names = OpCatalog.engine.map(\.name)
    #expect(Set(names).count == names.count)
  }

  @Test("has a gradient that is checked numerically, or none in TensorFlow", arguments: OpCases.all)
  func differentiability(_ test: OpCase) throws {
    let registry = try GradientRegistry.shared.get()
    guard case .none = test.gradient, !registry.none.contains(test.operation) else { return }
    // Registered operations may still have no gradient for operands of integers or truth values.
    let isFloating = test.inputs.contains { $0.dtype.isFloating }
    #expect(
      !isFloating || !registry.differentiable.contains(test.operation),
      "TensorFlow has a gradient for \(test.operation)")
  }

  @Test("declares what it is a case of, and gives what is expected", arguments: OpCases.all)
  func results(_ test: OpCase) throws {
    let (graph, operands, outputs) = declared(test, test.inputs) { Shape($0.shape) }
    let run = try Evaluation(graph)
    #expect(
      graph.operations.contains { $0.type == test.operation }, "declares no \(test.operation)")
    let results = try run(outputs, feeding: feeds(test, operands, test.inputs))
    let expected: [NDArray]
    switch test.expected {
    case .golden:
      #expect(try GoldenCase.operations.get().contains(test.operation), "no golden value")
      return
    case .elsewhere: return
    case .values(let values): expected = values
    case .reference(let reference): expected = reference(test.inputs)
    }
    #expect(results.count == expected.count)
    for (result, wanted) in zip(results, expected) {
      #expect(result.dtype == wanted.dtype && result.shape == wanted.shape)
      #expect(
        result.isClose(to: wanted, rtol: 1e-12, atol: 1e-14, equalNaN: true),
        "\(result) is not \(wanted)")
    }
  }

  @Test("infers types that its results have, from shapes known in part", arguments: OpCases.all)
  func inference(_ test: OpCase) throws {
    let knowledge: [(NDArray) -> Shape] = [
      { Shape($0.shape) },
      { Shape(dimensions: $0.shape.enumerated().map { $0 == 0 ? nil : $1 }) },
      { Shape(rank: $0.rank) },
      { _ in .unknown },
    ]
    for (level, shape) in knowledge.enumerated() {
      for inputs in [test.inputs, test.empty].compactMap({ $0 }) {
        let (graph, operands, outputs) = declared(test, inputs, shape)
        if let error = graph.error {
          // A rank may be a condition for the declaration.
          #expect(level == 3, "\(error)")
          continue
        }
        let results = try Evaluation(graph)(outputs, feeding: feeds(test, operands, inputs))
        for (output, result) in zip(outputs, results) {
          #expect(output.dtype == result.dtype)
          #expect(
            output.shape.accepts(result.shape), "\(output.type) for a result \(result.shape)")
          if level == 0 { #expect(output.shape == Shape(result.shape), "\(output.type)") }
        }
      }
    }
  }

  @Test("has gradients that agree with differences", arguments: OpCases.all)
  func gradients(_ test: OpCase) throws {
    guard case .numeric(let order, let tolerance) = test.gradient else { return }
    let function = test.weighted()
    try function.checkGradients(tolerance: tolerance, "first order")
    if order > 1 {
      try function.derivative().checkGradients(tolerance: tolerance, "second order")
    }
  }

  @Test("gives the same bits in place, and with its blocks in any order", arguments: OpCases.all)
  func executions(_ test: OpCase) throws {
    for inputs in [test.inputs, test.empty].compactMap({ $0 }) {
      let (graph, operands, _) = declared(test, inputs) { Shape($0.shape) }
      guard let operation = graph.operations.first(where: { $0.type == test.operation }) else {
        continue
      }
      let definition = operation.definition
      guard !definition.effects.contains(.state), !definition.effects.contains(.stream) else {
        continue
      }
      let values = try HostEvaluator.values(
        operation.inputs, feeding: feeds(test, operands, inputs))
      guard let run = try? KernelRun(definition, values), run.fillsArrays else { continue }
      let results = try run.results()
      let reversed = try run.results(blocks: Array((0..<run.blocks).reversed()))
      for (a, b) in zip(results, reversed) { #expect(a.hasSameBits(as: b)) }
      for input in run.inPlaceInputs {
        for (a, b) in zip(results, try run.results(inPlace: input)) {
          #expect(a.hasSameBits(as: b), "operand \(input) in place")
        }
      }
    }
  }

  @Test("gives the same bits with one worker and with two, and by itself", arguments: OpCases.all)
  func workers(_ test: OpCase) throws {
    for inputs in [test.inputs, test.empty].compactMap({ $0 }) {
      let (graph, operands, outputs) = declared(test, inputs) { Shape($0.shape) }
      let feeds = feeds(test, operands, inputs)
      let one = try Evaluation(graph, workers: 1)(outputs, feeding: feeds)
      let two = try Evaluation(graph, workers: 2)(outputs, feeding: feeds)
      for (a, b) in zip(one, two) { #expect(a.hasSameBits(as: b)) }
      guard !graph.operations.contains(where: { $0.definition.effects.contains(.stream) }) else {
        continue
      }
      let alone = try HostEvaluator.values(outputs, feeding: feeds)
      for (a, b) in zip(one, alone) { #expect(a.hasSameBits(as: b), "\(a), by itself \(b)") }
    }
  }

  /// The operation with operands of shapes that are known as `shape` tells.
  private func declared(
    _ test: OpCase, _ inputs: [NDArray], _ shape: (NDArray) -> Shape
  ) -> (graph: Graph, operands: [Tensor], outputs: [Tensor]) {
    let graph = Graph(seed: 1)
    let operands = inputs.enumerated().map { index, value in
      test.constants.contains(index)
        ? graph.constant(value) : graph.placeholder(value.dtype, shape: shape(value))
    }
    return (graph, operands, test.declare(graph, operands))
  }

  private func feeds(
    _ test: OpCase, _ operands: [Tensor], _ inputs: [NDArray]
  ) -> [(Tensor, NDArray)] {
    zip(operands, inputs).enumerated().compactMap { test.constants.contains($0) ? nil : $1 }
  }
}

/// Which operations TensorFlow has gradients for, as Tests/Fixtures/gradients/make.py lists them.
struct GradientRegistry: Decodable {
  let differentiable: Set<String>
  let none: Set<String>

  static let shared = Result {
    try Fixtures.decoded("gradients/registry.json", as: GradientRegistry.self)
  }
}
