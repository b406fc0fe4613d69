internal import GraphArrays

/// Repeats `body` while `condition` holds.
///
///     let (_, y) = whileLoop(i, a) { i, a in i .< 10 } body: { i, a in (i + 1, tanh(a)) }
///
/// Loop variables are any number of tensors or structures of them. Tensors from outside may be used
/// in the closures; they are the same in every turn. Closures are called once or a few times while
/// the graph is declared: a variable whose shape the body changes has unknown extents, and the body
/// is declared again for it. A variable whose dtype the body changes is a mistake. TF:
/// `tf.while_loop`.
///
/// - Parameters:
///   - initial: The variables' values before the first turn.
///   - maximumIterations: The number of turns after which the loop ends in any case.
///   - condition: Declares a bool scalar.
///   - body: Declares the next values of the variables.
/// - Returns: The variables' values after the last turn.
public func whileLoop<each S: TensorStructure>(
  _ initial: repeat each S, maximumIterations: (any TensorConvertible)? = nil,
  name: String? = nil, while condition: (repeat each S) -> Tensor,
  body: (repeat each S) -> (repeat each S)
) -> (repeat each S) {
  let start = StructureTuple(tuple: (repeat each initial))
  let tensors = start.tensors
  guard let graph = tensors.first?.graph else { return start.parts }
  let limit = maximumIterations.map { maximum in
    graph.nameScope(name ?? "while") { maximum.tensor(like: graph.int32(0)) }
  }
  let results = graph.repeating(
    (limit == nil ? [] : [graph.int32(0)]) + tensors, name: name ?? "while"
  ) { variables in
    let structure = start.filled(with: variables.suffix(tensors.count))
    let holds = condition(repeat each structure.parts)
    guard let limit, let turn = variables.first else { return holds }
    return logicalAnd(turn .< limit, holds)
  } body: { _, variables in
    let structure = start.filled(with: variables.suffix(tensors.count))
    // The compiler crashes where the result of a pack call is passed on as one tuple.
    let given = body(repeat each structure.parts)
    let next = StructureTuple(tuple: (repeat each given)).tensors
    guard limit != nil, let turn = variables.first else { return next }
    return [turn + 1] + next
  }
  return start.filled(with: results.variables.suffix(tensors.count)).parts
}

extension TensorStructure {
  /// The same arrangement of these tensors, as many as there are.
  func filled(with tensors: some Sequence<Tensor>) -> Self {
    var next = tensors.makeIterator()
    return replacing { next.next() ?? .invalid(in: $0.graph) }
  }
}

extension Graph {
  /// Declares a loop over tensors, in the innermost graph.
  ///
  /// - Parameters:
  ///   - body: Declares one turn; it may add further variables to the loop.
  /// - Returns: The last values of the variables, and of those that the body added.
  func repeating(
    _ initial: [Tensor], name: String, while condition: ([Tensor]) -> Tensor,
    body: (LoopBuilder, [Tensor]) -> [Tensor]
  ) -> (variables: [Tensor], added: [Tensor]) {
    let invalid = initial.map { _ in Tensor.invalid(in: innermost) }
    guard initial.allSatisfy(\.isValid) else {
      adoptMistakes(of: initial)
      return (invalid, [])
    }
    var types = initial.map(\.type)
    var trace = Retracing(of: root)
    while true {
      let loop = LoopBuilder(in: self)
      let parameters = initial.indices.map { index in
        loop.variable("arg", types[index]) { initial[index] }
      }
      let results = loop.body.reopen { body(loop, parameters) }
      guard results.count == initial.count else {
        loop.parent.record(
          GraphError(
            .invalidArgument,
            "the body gives \(results.count) tensors for \(initial.count) loop variables"),
          "While", name)
        return (invalid, [])
      }
      for (parameter, result) in zip(parameters, results) { loop.setNext(result, of: parameter) }
      guard results.allSatisfy(\.isValid) else { return (invalid, []) }
      var widened = types
      for (index, result) in results.enumerated() {
        guard let type = types[index].widened(with: result.type) else {
          loop.parent.record(
            GraphError(
              .invalidArgument,
              "loop variable \(index) (\"\(initial[index].name)\") is \(types[index]), and the body "
                + "gives it \(result.type)"), "While", name)
          return (invalid, [])
        }
        // Lists tell what they hold themselves, however little of it was known before.
        if type.dtype != .variant { widened[index] = type }
      }
      if widened != types {
        types = widened
        trace.restart()
        continue
      }
      trace.end()
      let outputs = loop.finish(name: name, while: condition)
      return (
        Array(outputs.prefix(initial.count)), Array(outputs.dropFirst(initial.count).dropLast())
      )
    }
  }
}
