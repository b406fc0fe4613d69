import StaticGraph

/// Variables that are read into named arrays, and set from them.
struct SavedVariables {
  private let variables: [Variable]
  private let values: [Tensor]
  private let restore: StaticGraph.Operation

  /// Declares what sets the variables. `variables` must not be empty.
  init(_ variables: [Variable], in graph: Graph) {
    self.variables = variables
    (values, restore) = graph.nameScope("restore") {
      let values = variables.map { graph.placeholder($0.dtype, shape: $0.shape) }
      return (values, graph.group(zip(variables, values).map { assign($0.value, $1) }))
    }
  }

  /// The values by name.
  func read(from session: Session) throws -> NPZ {
    var arrays = NPZ()
    for (variable, value) in zip(variables, try session.run(variables.map(\.value))) {
      arrays[variable.name] = value
    }
    return arrays
  }

  /// Sets every variable.
  func write(_ arrays: NPZ, to session: Session) throws {
    var feeds = Feeds()
    for (variable, value) in zip(variables, values) {
      guard let array = arrays[variable.name] else {
        throw ProgramError("the saved weights lack \"\(variable.name)\"")
      }
      feeds.add(array, for: value)
    }
    try session.run(restore, feeding: feeds)
  }
}

/// A reason to stop, told to the user as it is.
struct ProgramError: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}
