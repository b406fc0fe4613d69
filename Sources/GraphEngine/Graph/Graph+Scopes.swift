internal import Synchronization
extension Graph {
  /// Declares operations under a prefix of names.
  ///
  /// Entering `"tower"` twice gives `tower` and `tower_1`; a name that ends in `/` re-enters a
  /// scope as it stands: `graph.nameScope("tower/") { ... }`.
  public func nameScope<R>(_ name: String, _ body: () throws -> R) rethrows -> R {
    let graph = innermost
    let plain = name.hasSuffix("/") ? String(name.dropLast()) : name
    if !plain.isEmpty, !UniqueNames.isValid(plain) {
      graph.record(GraphError(.invalidArgument, "\"\(name)\" is not a valid name of a scope"))
    }
    let outer = graph.state.withLock { state in
      let outer = state.nameScope
      if name.hasSuffix("/") || name.isEmpty {
        state.nameScope = plain
      } else {
        state.nameScope = state.names.claim(outer.isEmpty ? plain : "\(outer)/\(plain)")
      }
      return outer
    }
    defer { graph.state.withLock { $0.nameScope = outer } }
    return try body()
  }

  /// Declares an operation together with constants that are made of its arguments.
  ///
  /// The constants stand in a scope that has the operation's name, as TensorFlow names them:
  /// `Reshape_1/shape` for the operation `Reshape_1`. The closure is given the name under which it
  /// declares the operation.
  package func declare<R>(_ name: String, _ body: (_ name: String) -> R) -> R {
    nameScope(name) { body(currentNameScope + "/") }
  }

  /// The prefix of names that is open now; empty at the top.
  public var currentNameScope: String { innermost.state.withLock { $0.nameScope } }

  /// Declares operations that run only after `operations` have.
  ///
  /// A variable that is read in here is read after them: it has the value they assign.
  public func controlDependencies<R>(
    _ operations: [Operation], _ body: () throws -> R
  ) rethrows -> R {
    let graph = innermost
    for operation in operations where operation.graph !== graph {
      guard operation.isValid else {
        graph.adoptMistake(of: operation.graph)
        continue
      }
      let name = operation.name
      graph.record(
        GraphError(
          .invalidArgument,
          "control dependency \"\(name)\" belongs to another graph, or to another body"))
    }
    let nodes = operations.filter { $0.graph === graph && $0.isValid }.map(\.node)
    graph.state.withLock { state in
      state.controls.append(nodes)
      state.freshReads.append([:])
    }
    defer {
      graph.state.withLock { state in
        state.controls.removeLast()
        state.freshReads.removeLast()
      }
    }
    return try body()
  }

  /// A variable's own read has no control dependencies, so inside of `controlDependencies` it is
  /// replaced by a read that has them, as TensorFlow does for resource variables.
  func readAnew(_ tensor: Tensor) throws(GraphError) -> Tensor {
    let key = NodeOutput(node: tensor.node, index: tensor.index)
    let (isNeeded, made) = state.withLock { state in
      let isNeeded =
        state.controls.contains { !$0.isEmpty } && state.nodes[Int(key.node)].controls.isEmpty
        && state.nodes[Int(key.node)].definition.is(ReadVariable.self)
      return (isNeeded, state.freshReads.last?[key])
    }
    guard isNeeded else { return tensor }
    if let made { return made.tensor(in: self) }
    let operation = tensor.operation
    let fresh = self.tensor(
      ReadVariable(type: tensor.type), operation.inputs, name: "ReadVariableOp")
    state.withLock { state in
      guard !state.freshReads.isEmpty else { return }
      state.freshReads[state.freshReads.count - 1][key] = fresh.output
    }
    return fresh
  }
}
