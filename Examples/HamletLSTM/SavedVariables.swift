import StaticGraph

extension Session {
  /// The values of variables, by their names.
  func values(of variables: [Variable]) throws -> NPZ {
    var arrays = NPZ()
    for variable in variables { arrays[variable.name] = try value(of: variable) }
    return arrays
  }

  /// Gives each variable the array of its name, which must be there.
  func assign(_ arrays: NPZ, to variables: [Variable]) throws {
    for variable in variables {
      guard let array = arrays[variable.name] else {
        throw ProgramError("the saved weights lack \"\(variable.name)\"")
      }
      try assign(array, to: variable)
    }
  }
}
