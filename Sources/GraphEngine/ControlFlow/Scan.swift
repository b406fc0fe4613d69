internal import GraphArrays

/// Carries a state over the first axis of `elements`, and stacks every state.
///
///     let states = scan(x, initial: h0) { x, h in tanh(matmul(h, u) + x) }
///
/// For elements `[time, ...]` and a state `[batch, units]` the result is `[time, batch, units]`. The
/// closure is given the element first, then the state, as a cell is. TF: `tf.scan`.
///
/// - Parameters:
///   - elements: Tensors of the same first extent.
///   - initial: The state before the first element.
///   - reverse: Whether to begin with the last element; results stand at the place of theirs.
///   - body: Declares the next state.
public func scan<E: TensorStructure, each S: TensorStructure>(
  _ elements: E, initial: repeat each S, reverse: Bool = false, name: String? = nil,
  body: (E, repeat each S) -> (repeat each S)
) -> (repeat each S) {
  let start = StructureTuple(tuple: (repeat each initial))
  let states = start.tensors
  let stacked = overSlices(
    of: elements, states, reverse: reverse, name: name ?? "scan"
  ) { element, variables in
    let state = start.filled(with: variables)
    // The compiler crashes where the result of a pack call is passed on as one tuple.
    let given = body(element, repeat each state.parts)
    let next = StructureTuple(tuple: (repeat each given)).tensors
    return (next: next, stacked: next)
  }
  return start.filled(with: stacked).parts
}

/// Applies `body` to each slice along the first axis, and stacks the results.
///
/// For elements `[count, ...]` and results of shape `[units]` this is `[count, units]`. TF:
/// `tf.map_fn`.
public func mapFn<E: TensorStructure, R: TensorStructure>(
  _ elements: E, name: String? = nil, body: (E) -> R
) -> R {
  var template: R?
  let stacked = overSlices(
    of: elements, [], reverse: false, name: name ?? "map"
  ) { element, _ in
    let result = body(element)
    template = result
    return (next: [], stacked: result.tensors)
  }
  // Elements without tensors are mapped once, to tell what results look like.
  return (template ?? body(elements)).filled(with: stacked)
}

/// Applies `body` to each slice along the first axis, and stacks the results.
public func mapFn<E: TensorStructure, A: TensorStructure, B: TensorStructure>(
  _ elements: E, name: String? = nil, body: (E) -> (A, B)
) -> (A, B) {
  mapFn(elements, name: name) { StructureTuple(tuple: body($0)) }.parts
}

/// Calls `body` for each slice of `elements` along the first axis, and stacks what it gives.
///
/// - Parameters:
///   - body: Given a slice and the state, declares the next state, and what is stacked.
private func overSlices<E: TensorStructure>(
  of elements: E, _ states: [Tensor], reverse: Bool, name: String,
  _ body: (E, [Tensor]) -> (next: [Tensor], stacked: [Tensor])
) -> [Tensor] {
  let tensors = elements.tensors
  guard let first = tensors.first else { return [] }
  let graph = first.graph
  return graph.nameScope(name) {
    guard let (count, known) = graph.leadingExtent(of: tensors, name) else {
      // The closure is called all the same: it tells how many tensors there are.
      return body(elements, states).stacked.map { _ in .invalid(in: graph.innermost) }
    }
    let lists = tensors.map(tensorListFromTensor)
    let (_, stacks) = graph.repeating([graph.int32(0)] + states, name: "while") { variables in
      variables[0] .< count
    } body: { loop, variables in
      let turn = variables[0]
      let index = reverse ? count - 1 - turn : turn
      let element = elements.filled(with: lists.map { tensorListGetItem($0, index) })
      let (next, stacked) = body(element, Array(variables.dropFirst()))
      for value in stacked {
        _ = loop.stack(loop.body.importing(orRecording: value), at: index, count: count)
      }
      return [turn + 1] + next
    }
    return stacks.map { tensorListStack($0, count: known) }
  }
}

extension Graph {
  /// The extent of the first axis that `tensors` have in common, as an int32 scalar, and as a number
  /// where it is known; a mistake is recorded where there is none.
  fileprivate func leadingExtent(
    of tensors: [Tensor], _ name: String
  ) -> (count: Tensor, known: Int?)? {
    guard tensors.allSatisfy(\.isValid) else { return nil }
    var known: Int?
    for tensor in tensors {
      let problem: String?
      if tensor.shape.rank == 0 {
        problem = "has no axis to go along"
      } else if let extent = tensor.shape[0], let known, extent != known {
        problem = "has \(extent) slices along the first axis, others have \(known)"
      } else {
        known = known ?? tensor.shape[0]
        problem = nil
      }
      if let problem {
        innermost.record(
          GraphError(.invalidArgument, "\"\(tensor.name)\" (\(tensor.type)) \(problem)"), nil,
          "\(currentNameScope)/")
        return nil
      }
    }
    if let known { return (int32(known, name: "count"), known) }
    return (tensors[0].dynamicShape[0], nil)
  }
}
