/// Finds the type of every value from the types of the feeds: from here on they are exact, but for
/// what depends on data.
package enum InferTypes: Pass {
  package static func run(_ program: inout Program) throws(GraphError) {
    var inference = TypeInference(isRefining: program.isInferred)
    try inference.run(&program)
    program.known = inference.known
    program.isInferred = true
  }

  /// Infers types where no pass has done so yet: passes use what is known of values, and can run on
  /// their own.
  static func runWhereNothingIsKnown(_ program: inout Program) throws(GraphError) {
    if !program.isInferred { try run(&program) }
  }
}
