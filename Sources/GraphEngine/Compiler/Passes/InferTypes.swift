/// Finds the type of every value from the types of the feeds: from here on they are exact, but for
/// what depends on data.
package enum InferTypes: Pass {
  package static func run(_ program: inout Program) throws(GraphError) {
    var inference = TypeInference()
    try inference.run(&program)
  }
}
