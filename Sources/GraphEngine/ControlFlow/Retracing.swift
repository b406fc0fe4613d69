internal import Synchronization

/// Declares the same closure again: what it makes outside of the body, variables and seeds of random
/// operations, is what it made the first time.
struct Retracing {
  private let graph: Graph
  private let randomOperations: Int
  private let openings: [String: Int]
  /// Variables handed out before the closure was first called.
  private let start: Int
  /// Variables that an outer repetition is yet to hand out again.
  private var waiting: [VariableRecord]
  private var isRepeating = false

  /// Begins with the next call of a closure that declares on `graph`, the outermost one.
  init(of graph: Graph) {
    self.graph = graph
    (randomOperations, openings, start, waiting) = graph.state.withLock { state in
      (
        state.randomOperations, state.variables.openings, state.variables.handedOut.count,
        state.variables.repeated
      )
    }
  }

  /// To be called before the closure is called again.
  mutating func restart() {
    let isFirst = !isRepeating
    isRepeating = true
    let left = graph.state.withLock { state in
      let left = state.variables.repeated
      state.randomOperations = randomOperations
      state.variables.openings = openings
      state.variables.repeated = Array(state.variables.handedOut[start...])
      state.variables.handedOut.removeSubrange(start...)
      return left
    }
    if isFirst { waiting = left }
  }

  /// To be called after the last call.
  func end() {
    guard isRepeating else { return }
    graph.state.withLock { $0.variables.repeated = waiting }
  }
}

extension VariableStore {
  /// The variable that a repeated declaration stands for, if it is one.
  ///
  /// - Parameters:
  ///   - name: The name asked for. Where `isUnique` is false, the variable may have got a number.
  mutating func takeRepeated(_ name: String, isUnique: Bool) -> VariableRecord? {
    guard
      let index = repeated.firstIndex(where: { $0.name == name })
        ?? (isUnique ? nil : repeated.firstIndex { $0.name.hasPrefix("\(name)_") })
    else { return nil }
    let variable = repeated.remove(at: index)
    handedOut.append(variable)
    return variable
  }
}
