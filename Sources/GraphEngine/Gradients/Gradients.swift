internal import GraphArrays
internal import Synchronization

/// What `gradients` gives for a tensor that the result does not depend on.
public enum UnconnectedGradients: Sendable {
  /// Nil.
  case none
  /// Zeros of the tensor's shape.
  case zeros
}

/// The gradient of `y` with respect to each of `xs`: `dy/dx`, of the shape of `x`.
///
/// The operations of the gradient are added to the graph, in the scope `gradients`; a run computes
/// only what is fetched of them. A `y` that is no scalar is summed, as if it were weighted with
/// ones. `xs` may be any tensors: variables, placeholders, intermediate results, or tensors that a
/// body captured where `y` is made in the body of a loop or branch. Gradients may be differentiated
/// again, through loops and branches too. TF: `tf.gradients`.
///
/// - Parameters:
///   - outputGradients: What `y` is weighted with; nil for ones.
///   - stopGradients: Tensors that count as constants.
///   - unconnected: What is given where `y` does not depend on `x`, or only through integers.
/// - Returns: A tensor for each of `xs`, nil where `y` does not depend on it.
public func gradients(
  of y: Tensor, withRespectTo xs: [Tensor], outputGradients: Tensor? = nil,
  stopGradients: [Tensor] = [], unconnected: UnconnectedGradients = .none, name: String? = nil
) -> [Tensor?] {
  gradients(
    of: [y], withRespectTo: xs, outputGradients: outputGradients.map { [$0] },
    stopGradients: stopGradients, unconnected: unconnected, name: name)
}

/// The gradient of the sum of `ys` with respect to each of `xs`.
///
/// - Parameters:
///   - outputGradients: What each of `ys` is weighted with, nil for ones.
public func gradients(
  of ys: [Tensor], withRespectTo xs: [Tensor], outputGradients: [Tensor?]? = nil,
  stopGradients: [Tensor] = [], unconnected: UnconnectedGradients = .none, name: String? = nil
) -> [Tensor?] {
  let none = [Tensor?](repeating: nil, count: xs.count)
  guard let graph = ys.max(by: { $0.graph.depth < $1.graph.depth })?.graph,
    ys.allSatisfy(\.isValid)
  else { return none }
  return graph.reopen {
    graph.nameScope(name ?? "gradients") {
      do throws(GraphError) {
        return try differentiate(
          ys, xs, outputGradients ?? ys.map { _ in nil }, stopGradients, unconnected, in: graph)
      } catch {
        graph.record(error, "gradients", name)
        return none
      }
    }
  }
}

private func differentiate(
  _ ys: [Tensor], _ xs: [Tensor], _ weights: [Tensor?], _ stops: [Tensor],
  _ unconnected: UnconnectedGradients, in graph: Graph
) throws(GraphError) -> [Tensor?] {
  guard weights.count == ys.count else {
    throw GraphError(
      .invalidArgument, "\(weights.count) output gradients are given for \(ys.count) tensors")
  }
  let values = DirectValues(graph: graph)
  // Tensors are imported before the walk begins: it sees the nodes that there are now.
  var results: [Tensor] = []
  for y in ys { results.append(try graph.importing(y)) }
  let sources = try xs.map { x throws(GraphError) in try graph.sources(of: x) }
  let stops = stops.compactMap { graph.inside($0) }
  var walk = ReverseWalk(over: graph, values: values)
  for (y, weight) in zip(results, weights) where y.type.isDifferentiable {
    if let weight {
      guard weight.isValid else { continue }
      guard weight.dtype == y.dtype, weight.shape.isCompatible(with: y.shape) else {
        throw GraphError(
          .invalidArgument, "the output gradient of \(y) is \(weight.type), wants \(y.type)")
      }
      walk.add(try graph.importing(weight), to: y)
    } else {
      walk.add(onesLike(y), to: y)
    }
  }
  walk.run(to: sources.flatMap { $0 }, stoppingAt: stops)
  return zip(xs, sources).map { x, places -> Tensor? in
    guard x.isValid else { return nil }
    let parts = x.dtype.isFloating ? places.compactMap { walk.total(of: $0) } : []
    if let total = Gradients.total(parts) { return total }
    return unconnected == .zeros ? zerosLike(x) : nil
  }
}

extension Graph {
  /// How many bodies the graph stands in.
  fileprivate var depth: Int { parent.map { $0.depth + 1 } ?? 0 }

  /// What stands for `tensor`, of this graph or one around it, in this graph; nil where it was not
  /// captured.
  fileprivate func inside(_ tensor: Tensor) -> Tensor? {
    if tensor.graph === self { return tensor }
    guard let outer = parent?.inside(tensor) else { return nil }
    return captured(outer)
  }

  /// Whether this graph is `other` or one of the graphs around it.
  private func surrounds(_ other: Graph) -> Bool {
    self === other || (other.parent.map { surrounds($0) } ?? false)
  }

  /// The tensors of this graph whose gradients make up that of `x`: `x` as it is seen here, and for
  /// a variable also its handle, since it may be read in several places.
  ///
  /// - Throws: `GraphError` for a tensor of another graph or of a body inside of this one.
  fileprivate func sources(of x: Tensor) throws(GraphError) -> [Tensor] {
    guard x.isValid else { return [] }
    guard x.graph.surrounds(self) else {
      throw GraphError(
        .invalidArgument, "\"\(x.name)\" belongs to another graph or to the body of a loop")
    }
    let read = inside(x)
    guard let variable = x.variable, variable.value == x, let handle = inside(variable.handle)
    else { return read.map { [$0] } ?? [] }
    // In the variable's own graph the read is one of the handle's consumers.
    return read == x ? [handle] : [handle] + (read.map { [$0] } ?? [])
  }
}
