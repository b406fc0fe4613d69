internal import GraphArrays
internal import Synchronization

/// A value with a gradient of one's own.
///
///     let y = customGradient(x) { x in (maximum(x, 0), { dy in dy * 2 }) }
///
/// The closure declares the value, and gives a closure that declares the gradient with respect to
/// `x` from that of the value. Other tensors that the value is made of receive no gradient through
/// it. The gradient may use any tensors at hand, `x` and the steps to the value among them; it is
/// declared at once, in a body of its own, and put in place wherever the value is differentiated, in
/// loops too. It can be differentiated again. TF: `tf.custom_gradient`.
public func customGradient(
  _ x: Tensor, _ body: (Tensor) -> (value: Tensor, gradient: (_ dy: Tensor) -> Tensor)
) -> Tensor {
  customGradient([x]) { xs in
    let (value, gradient) = body(xs[0])
    return (value, { dy in [gradient(dy)] })
  }
}

/// A value of several tensors with a gradient of one's own: a tensor, or nil, for each of `xs`.
public func customGradient(
  _ xs: [Tensor],
  _ body: ([Tensor]) -> (value: Tensor, gradient: (_ dy: Tensor) -> [Tensor?])
) -> Tensor {
  let (value, gradient) = body(xs)
  guard value.isValid, xs.allSatisfy(\.isValid) else {
    value.graph.adoptMistakes(of: xs)
    return .invalid(in: value.graph)
  }
  let graph = value.graph.innermost
  let rule = Graph(bodyOf: graph)
  let dy = rule.parameter(value.type, name: "dy")
  var answers = rule.reopen { gradient(dy) }
  guard answers.count == xs.count else {
    graph.record(
      GraphError(
        .invalidArgument,
        "the gradient gives \(answers.count) tensors for \(xs.count) operands"),
      "CustomGradient", "CustomGradient")
    return .invalid(in: graph)
  }
  answers = answers.map { $0.map { rule.importing(orRecording: $0) } }
  guard answers.allSatisfy({ $0?.isValid ?? true }) else { return .invalid(in: graph) }
  let definition = CustomGradient(
    rule: Body(
      graph: rule, parameters: [dy] + rule.captures.map(\.parameter),
      results: answers.compactMap { $0 }),
    isGiven: answers.map { $0 != nil })
  return graph.tensor(
    definition, [value] + xs + rule.captures.map(\.outer), name: "CustomGradient")
}

/// Its first operand, with a gradient that was declared for it. TF: `IdentityN` with a
/// `_gradient_op_type`.
///
/// The operands after it are what the gradient is with respect to, and what the gradient captured.
package struct CustomGradient: OpDefinition {
  /// The gradient: of the gradient of the value, and of what it captured.
  let rule: Body
  /// Which operands after the first have a gradient.
  let isGiven: [Bool]

  package var name: String { "CustomGradient" }

  package func infer(_ context: InferenceContext) throws(GraphError) -> [TensorType] {
    try context.expect(count: isGiven.count + rule.parameters.count)
    return [context[0]]
  }

  package func knownElements(_ context: InferenceContext) -> [Int?]? { context.integers(0) }

  package func forwardedInput(_ context: () -> InferenceContext, _ output: TensorType) -> Int? { 0 }

  package func kernel(_ request: KernelRequest) throws(GraphError) -> Kernel {
    .copy(byteCount: request.outputs[0].byteCount ?? 0)
  }

  package func gradient(_ context: GradientContext) throws(GraphError) -> [Tensor?] {
    let captured = context.operation.inputs.dropFirst(isGiven.count + 1)
    let arguments = [context.dy()] + captured.map { context.values.value(of: $0) }
    var results = context.operation.graph.inline(rule, arguments)[...]
    return [nil] + isGiven.map { $0 ? results.popFirst() : nil } + captured.map { _ in nil }
  }
}

extension Graph {
  /// Declares the operations of a body here, in the innermost graph, and returns its results.
  func inline(_ body: Body, _ arguments: [Tensor]) -> [Tensor] {
    var tensors: [NodeOutput: Tensor] = [:]
    for (parameter, argument) in zip(body.parameters, arguments) {
      tensors[parameter.output] = argument
    }
    let nodes = body.graph.state.withLock { $0.nodes }
    var copies: [Int32: Operation] = [:]
    for (index, node) in nodes.enumerated() where !node.definition.is(Argument.self) {
      let inputs = node.inputs.compactMap { tensors[$0] }
      let name = node.name.split(separator: "/").last.map(String.init)
      let copy = add(
        node.definition, inputs, name: name, controls: node.controls.compactMap { copies[$0] })
      guard copy.isValid else { return body.results.map { _ in .invalid(in: innermost) } }
      copies[Int32(index)] = copy
      for output in copy.outputs {
        tensors[NodeOutput(node: Int32(index), index: output.index)] = output
      }
    }
    return body.results.map { tensors[$0.output] ?? .invalid(in: innermost) }
  }
}
