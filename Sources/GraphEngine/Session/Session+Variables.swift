public import GraphArrays
internal import Synchronization

extension Session {
  /// The value that a variable has now.
  ///
  /// - Throws: `SessionError` where it has none, or belongs to another graph.
  public func value(of variable: Variable) throws(SessionError) -> NDArray {
    let key = try key(of: variable)
    guard let value = variables.withLock({ $0[key] }) else {
      let place = variable.handle.operation.location.map { " (\($0))" } ?? ""
      throw SessionError(
        .failedPrecondition,
        "variable \"\(variable.name)\"\(place) has no value: run its initializer first")
    }
    return value
  }

  /// Whether a variable has a value. One of another graph has none.
  public func isInitialized(_ variable: Variable) -> Bool {
    guard let key = try? key(of: variable) else { return false }
    return variables.withLock { $0[key] != nil }
  }

  /// Gives a variable a value, between runs that assign.
  ///
  /// - Throws: `SessionError` where the value is of another dtype or shape, or the variable belongs
  ///   to another graph.
  public func assign(_ value: NDArray, to variable: Variable) throws(SessionError) {
    let key = try key(of: variable)
    let value = try valid(value, for: variable)
    let run = makeState(RunOptions())
    guard gate.enter(run) else { return }
    defer { gate.leave() }
    variables.withLock { $0[key] = value }
  }

  /// The first unused counter of each random operation's stream, by the operation's name.
  ///
  /// Together with the values of all variables it is what training needs to be resumed with the
  /// same bits. Setting it puts streams that it does not name back to their start. Operations
  /// without any seed draw other numbers in each session all the same.
  public var randomState: [String: UInt64] {
    get { streams.withLock { $0.state } }
    set { streams.withLock { $0.state = newValue } }
  }

  private func key(of variable: Variable) throws(SessionError) -> VariableKey {
    guard variable.handle.graph === graph else {
      throw SessionError(
        .failedPrecondition, "variable \"\(variable.name)\" belongs to another graph")
    }
    return VariableKey(node: variable.handle.node)
  }

  private func valid(
    _ value: NDArray, for variable: Variable
  ) throws(SessionError) -> NDArray {
    let checked: NDArray
    do throws(ArrayError) {
      checked = try value.validated()
    } catch {
      throw SessionError(.invalidArgument, "variable \"\(variable.name)\": \(error)")
    }
    guard checked.dtype == variable.dtype, variable.shape.accepts(checked.shape) else {
      throw SessionError(
        .invalidArgument,
        "variable \"\(variable.name)\": got \(checked.dtype)\(checked.shape), wants "
          + "\(TensorType(variable.dtype, variable.shape))")
    }
    return checked.aligned
  }
}
