internal import Synchronization
public import GraphArrays

extension Graph {
  /// A new variable, as the tensor that reads it; its name honours name scopes. TF: `tf.Variable`.
  ///
  /// - Parameters:
  ///   - initial: The first value: a tensor, a number or an array. Its shape must be known.
  public func variable(
    _ name: String, initial: some TensorConvertible, dtype: DType? = nil, trainable: Bool = true
  ) -> Tensor {
    guard parent == nil else {
      return root.variable(name, initial: initial, dtype: dtype, trainable: trainable)
    }
    return outsideBodies {
      let scope = currentNameScope
      let wanted = scope.isEmpty ? name : "\(scope)/\(name)"
      if let again = repeatedVariable(wanted, isUnique: false) { return again }
      let full = uniqueVariableName(wanted)
      return makeVariable(full, trainable: trainable) { graph in
        if let tensor = initial as? Tensor { return tensor }
        if let dtype { return initial.tensor(like: graph.constant(0, dtype: dtype)) }
        if let value = initial as? any NDArrayConvertible { return graph.constant(value) }
        return .invalid(in: graph)
      }
    }
  }

  /// A new variable of this shape, as the tensor that reads it; its name honours name scopes.
  public func variable(
    _ name: String, shape: Shape, _ dtype: DType = .float32,
    initializer: Initializer = .glorotUniform, trainable: Bool = true
  ) -> Tensor {
    guard parent == nil else {
      return root.variable(
        name, shape: shape, dtype, initializer: initializer, trainable: trainable)
    }
    return outsideBodies {
      let scope = currentNameScope
      let wanted = scope.isEmpty ? name : "\(scope)/\(name)"
      if let again = repeatedVariable(wanted, isUnique: false) { return again }
      let full = uniqueVariableName(wanted)
      return makeVariable(full, shape, dtype, initializer, trainable)
    }
  }

  /// A variable that is shared by name, as the tensor that reads it. TF: `tf.get_variable`.
  ///
  /// Its name is that of the open variable scopes and `name`; name scopes play no part. Whether it
  /// must be new is the innermost scope's `reuse`. Integers and bools start as zeros by default.
  public func getVariable(
    _ name: String, shape: Shape, _ dtype: DType = .float32, initializer: Initializer? = nil,
    trainable: Bool = true
  ) -> Tensor {
    guard parent == nil else {
      return root.getVariable(
        name, shape: shape, dtype, initializer: initializer, trainable: trainable)
    }
    return outsideBodies {
      let (scope, reuse, inherited, existing) = state.withLock { state in
        let scope = state.variables.scopes.last
        let full = state.variables.fullName(name)
        let existing = state.variables.byName[full]?.variable(in: self)
        return (full, scope?.reuse ?? .never, scope?.initializer, existing)
      }
      if let existing {
        if let again = repeatedVariable(existing.name, isUnique: true) { return again }
        return reused(existing, scope, shape, dtype, reuse)
      }
      if reuse == .always {
        record(
          GraphError(
            .notFound, "there is no variable \"\(scope)\" to reuse", operation: scope),
          "VarHandleOp")
        return .invalid(in: self)
      }
      let standard: Initializer = dtype.isFloating ? .glorotUniform : .zeros
      return makeVariable(scope, shape, dtype, initializer ?? inherited ?? standard, trainable)
    }
  }

  /// Opens a prefix of the names of variables, and a name scope of the same name.
  ///
  /// Entering a scope again re-opens it: variables have the same names, operations get new ones.
  /// The empty name re-opens the scope that is open now. TF: `tf.variable_scope`.
  ///
  /// - Parameters:
  ///   - reuse: Whether `getVariable` makes or finds variables; `.never` inherits what is open.
  ///   - initializer: The initializer of variables that are not given one.
  public func variableScope<R>(
    _ name: String, reuse: Reuse = .never, initializer: Initializer? = nil,
    _ body: () throws -> R
  ) rethrows -> R {
    let root = root
    let full = root.state.withLock { $0.variables.fullName(name) }
    root.state.withLock { state in
      let outer = state.variables.scopes.last
      state.variables.scopes.append(
        VariableScope(
          name: full, reuse: reuse == .never ? outer?.reuse ?? .never : reuse,
          initializer: initializer ?? outer?.initializer))
      if !name.isEmpty { state.variables.openings[full, default: 0] += 1 }
    }
    defer {
      root.state.withLock { state in
        state.variables.scopes.removeLast()
        state.variables.forgetOpenings(within: full)
      }
    }
    return name.isEmpty ? try body() : try nameScope(name, body)
  }

  /// Opens a variable scope that is named `defaultName`, or `defaultName_1` and so on where that
  /// was opened before in the scope that is open now. TF: `tf.variable_scope(None, default_name)`.
  public func variableScope<R>(
    defaultName: String, reuse: Reuse = .never, initializer: Initializer? = nil,
    _ body: () throws -> R
  ) rethrows -> R {
    let name = root.state.withLock { $0.variables.unusedScope(defaultName) }
    return try variableScope(name, reuse: reuse, initializer: initializer, body)
  }

  /// The prefix that `getVariable` puts before names now.
  public var currentVariableScope: String {
    root.state.withLock { $0.variables.scopes.last?.name ?? "" }
  }

  /// An operation that gives every variable declared so far its first value.
  public func globalVariablesInitializer() -> Operation {
    variablesInitializer(collection(.globalVariables), name: "init")
  }

  /// An operation that gives these variables their first values.
  public func variablesInitializer(_ variables: [Variable], name: String? = nil) -> Operation {
    outsideBodies { group(variables.map(\.initializer), name: name ?? "init") }
  }

  // MARK: Making

  private func reused(
    _ existing: Variable, _ name: String, _ shape: Shape, _ dtype: DType, _ reuse: Reuse
  ) -> Tensor {
    if reuse == .never {
      let place = existing.handle.operation.location.map { ", declared at \($0)" } ?? ""
      record(
        GraphError(
          .alreadyExists,
          "variable \"\(name)\" exists already\(place); open its scope with reuse to share it",
          operation: name), "VarHandleOp")
      return .invalid(in: self)
    }
    guard existing.dtype == dtype, existing.shape.isCompatible(with: shape) else {
      record(
        GraphError(
          .invalidArgument,
          "variable \"\(name)\" is \(existing.value.type), and \(TensorType(dtype, shape)) is "
            + "asked for", operation: name), "VarHandleOp")
      return .invalid(in: self)
    }
    return existing.value
  }

  private func repeatedVariable(_ name: String, isUnique: Bool) -> Tensor? {
    state.withLock { $0.variables.takeRepeated(name, isUnique: isUnique) }?
      .value.tensor(in: self)
  }

  private func uniqueVariableName(_ name: String) -> String {
    state.withLock { state in
      var names = state.names
      return names.claim(name)
    }
  }

  private func makeVariable(
    _ name: String, _ shape: Shape, _ dtype: DType, _ initializer: Initializer, _ trainable: Bool
  ) -> Tensor {
    guard let extents = shape.known else {
      record(
        GraphError(
          .invalidArgument, "the shape \(shape) of a variable must be known",
          operation: name), "VarHandleOp")
      return .invalid(in: self)
    }
    do throws(GraphError) {
      try TensorType(dtype, shape).checkExtents()
    } catch {
      record(error, "VarHandleOp", name)
      return .invalid(in: self)
    }
    return makeVariable(name, trainable: trainable) { graph in
      initializer.makeValue(graph, extents, dtype)
    }
  }

  /// Handle, initial value, assignment and read of a variable, named as TensorFlow does.
  private func makeVariable(
    _ name: String, trainable: Bool, initialValue: (Graph) -> Tensor
  ) -> Tensor {
    guard UniqueNames.isValid(name) else {
      record(GraphError(.invalidArgument, "\"\(name)\" is not a valid name of a variable"))
      return .invalid(in: self)
    }
    return detached {
      let initial = nameScope("\(name)/Initializer/") { initialValue(self) }
      guard initial.isValid else { return initial }
      let type = initial.type
      guard type.isExact || type.dtype == .string else {
        record(
          GraphError(
            .invalidArgument, "the shape \(type.shape) of a variable must be known",
            operation: name), "VarHandleOp")
        return .invalid(in: self)
      }
      let (handle, assignment, read) = nameScope("") {
        let handle = tensor(
          VariableHandle(sharedName: name, dtype: type.dtype, shape: type.shape), [],
          name: "\(name)/")
        let assignment = add(AssignVariable(), [handle, initial], name: "\(name)/Assign")
        let read = tensor(ReadVariable(type: type), [handle], name: "\(name)/Read/ReadVariableOp")
        return (handle, assignment, read)
      }
      let variable = Variable(
        name: name, value: read, initializer: assignment, initialValue: initial,
        isTrainable: trainable, handle: handle)
      let record = VariableRecord(variable)
      state.withLock { state in
        state.variables.byName[name] = record
        state.variables.byHandle[handle.node] = record
        state.variables.handedOut.append(record)
      }
      addToCollection(.globalVariables, variable)
      if trainable { addToCollection(.trainableVariables, variable) }
      return read
    }
  }

  /// Declares without the control dependencies that are open now.
  private func detached(_ declare: () -> Tensor) -> Tensor {
    let controls = state.withLock { state in
      defer { state.controls = [] }
      return state.controls
    }
    defer { state.withLock { $0.controls = controls } }
    return declare()
  }
}
