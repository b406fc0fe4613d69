internal import GraphArrays

/// Fails a run whose condition does not hold: `assertion failed: [message] [values]`.
/// TF: `tf.Assert`.
///
/// The operation must be run: fetch it, or put it among `controlDependencies` of what relies on it.
///
/// - Parameters:
///   - condition: A bool scalar.
///   - data: Tensors whose values the failure shows.
///   - message: What the failure begins with.
///   - summarize: How many elements of each tensor are shown; all where negative.
@discardableResult
public func assert(
  _ condition: Tensor, _ data: [Tensor] = [], message: String = "", summarize: Int = 3,
  name: String? = nil
) -> Operation {
  let graph = condition.graph
  return graph.nameScope(name ?? "Assert") {
    let text = message.isEmpty ? [] : [graph.constant(message, name: "Assert/data_0")]
    return graph.add(Assert(summarize: summarize), [condition] + text + data)
  }
}

/// Fails where its first operand is false, with the values of the others. TF: `Assert`.
package struct Assert: OpDefinition {
  /// How many elements of each operand are shown.
  package var summarize: Int

  package init(summarize: Int) { self.summarize = summarize }

  package var name: String { "Assert" }
  package static let attributes = [Attribute("summarize", \Assert.summarize)]
  package var outputCount: Int { 0 }
  package var effects: Effects { [.sideEffect, .canFail] }

  package func infer(_ context: InferenceContext) throws(GraphError) -> [TensorType] {
    guard !context.types.isEmpty else {
      throw GraphError(.invalidArgument, "wants a condition")
    }
    try context.expect(0, isOneOf: [.bool])
    try context.expect(0, rank: 0)
    return []
  }

  package func kernel(_ request: KernelRequest) throws(GraphError) -> Kernel {
    let types = request.inputs
    let summarize = summarize
    return Kernel(retains: types.indices.filter { types[$0].dtype == .string }) {
      arguments, _ throws(RunFailure) in
      if arguments.input(0, as: Bool.self)[0] { return }
      let values = types.indices.dropFirst().map {
        ValueText.summary(of: arguments.array($0, types[$0]), limit: summarize)
      }
      throw RunFailure(
        .invalidArgument, "assertion failed: \(values.joined(separator: " "))")
    }
  }

  package func gradient(_ context: GradientContext) throws(GraphError) -> [Tensor?] {
    context.operation.inputs.map { _ in nil }
  }
}
