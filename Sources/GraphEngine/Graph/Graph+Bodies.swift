internal import Synchronization
internal import GraphArrays

extension Graph {
  /// Runs `declare` with a new body open, and returns the body.
  ///
  /// Operations that the closure declares, on this graph or on tensors of it, go into the body.
  package func body(_ declare: (Graph) -> Void) -> Graph {
    let body = Graph(bodyOf: innermost)
    body.reopen { declare(body) }
    return body
  }

  /// Runs `declare` with this graph or body as the innermost one, whichever are open.
  @discardableResult
  package func reopen<R>(_ declare: () -> R) -> R {
    let root = root
    root.state.withLock { $0.bodies.append(self) }
    defer { root.state.withLock { _ = $0.bodies.removeLast() } }
    return declare()
  }

  /// Runs `declare` with all bodies closed: what it declares goes into the outermost graph.
  ///
  /// Variables are made so, also where a cell makes them inside of a loop.
  package func outsideBodies<R>(_ declare: () -> R) -> R {
    let root = root
    let open = root.state.withLock { state in
      let open = state.bodies
      state.bodies = []
      return open
    }
    defer { root.state.withLock { $0.bodies = open } }
    return declare()
  }

  /// A parameter of this body.
  package func parameter(_ type: TensorType, name: String = "arg") -> Tensor {
    reopen { tensor(Argument(type: type), [], name: name) }
  }

  /// `tensor` as this graph sees it: itself, or the parameter through which it is captured.
  ///
  /// - Throws: `GraphError` for a tensor of another graph, or of a body that this one does not
  ///   stand in.
  package func importing(_ tensor: Tensor) throws(GraphError) -> Tensor {
    if tensor.graph === self { return tensor }
    guard tensor.graph.root === root else {
      throw GraphError(
        .invalidArgument, "operand \"\(tensor.name)\" belongs to another graph")
    }
    guard let parent else {
      let place = tensor.operation.location.map { " (\($0))" } ?? ""
      throw GraphError(
        .failedPrecondition,
        "operand \"\(tensor.name)\"\(place) belongs to the body of a loop or branch and is used "
          + "outside of it")
    }
    let outer = try parent.importing(tensor)
    if let inner = captured(outer) { return inner }
    let source = outer.graph.node(outer.node)
    let inner: Tensor
    if let constant = source.definition.as(Const.self), !outer.dtype.isFloating {
      // Constants are copied: a body that knows their values infers more exact types. Others are
      // parameters, with respect to which there are gradients; the compiler copies them later.
      inner = withoutControls {
        reopen { self.tensor(constant, [], name: plainName(source.name)) }
      }
      guard inner.isValid else { return inner }
      state.withLock { $0.captures[outer.output] = inner.output }
      return inner
    }
    inner = withoutControls { parameter(outer.type, name: plainName(source.name)) }
    guard inner.isValid else { return inner }
    state.withLock { state in
      state.captures[outer.output] = inner.output
      state.captureOrder.append(outer.output)
    }
    return inner
  }

  /// What this body captures from its parent, in order of first use: tensor outside, parameter
  /// inside.
  package var captures: [(outer: Tensor, parameter: Tensor)] {
    guard let parent else { return [] }
    return state.withLock { state in
      state.captureOrder.compactMap { outer in
        state.captures[outer].map { (outer.tensor(in: parent), $0.tensor(in: self)) }
      }
    }
  }

  /// What stands in this body for a tensor of its parent; nil where it was not captured.
  package func captured(_ outer: Tensor) -> Tensor? {
    state.withLock { $0.captures[outer.output] }?.tensor(in: self)
  }

  /// The tensor of the parent that a parameter of this body stands for; nil for other tensors.
  package func outside(of parameter: Tensor) -> Tensor? {
    captures.first { $0.parameter == parameter }?.outer
  }

  private func plainName(_ name: String) -> String {
    name.split(separator: "/").last.map(String.init) ?? name
  }

  /// Declares without the control dependencies and the name scope that are open now.
  private func withoutControls(_ declare: () -> Tensor) -> Tensor {
    let (controls, scope) = state.withLock { state in
      defer { (state.controls, state.nameScope) = ([], "") }
      return (state.controls, state.nameScope)
    }
    defer { state.withLock { ($0.controls, $0.nameScope) = (controls, scope) } }
    return declare()
  }
}
