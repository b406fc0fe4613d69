internal import GraphArrays

/// An operation that gives variables new values: assignments, and the steps of optimisers.
///
/// The compiler replaces it by its functional form, whose operands are the variables' values and
/// whose results are the new ones. So a plan computes new values beside the old ones, and a run
/// that fails leaves every variable as it was.
package protocol VariableUpdate: OpDefinition {
  /// Operands that are handles of the variables that get new values, in the order of the
  /// functional form's results.
  var updatedInputs: [Int] { get }
  /// Operands that the functional form takes, in its order. A handle stands for the variable's
  /// value; one that is left out need not have been initialised.
  var functionalInputs: [Int] { get }
  /// The same computation on values.
  var functional: any OpDefinition { get }
}

extension VariableUpdate {
  package var effects: Effects { [.state, .sideEffect] }
  package var outputCount: Int { 0 }

  package func kernel(_ request: KernelRequest) throws(GraphError) -> Kernel {
    throw GraphError(.unimplemented, "an update of a variable is executed in its functional form")
  }

  package func gradient(_ context: GradientContext) throws(GraphError) -> [Tensor?] {
    context.operation.inputs.map { _ in nil }
  }

  /// - Throws: `GraphError` where the value does not fit the variable of the handle.
  package func expect(_ context: InferenceContext, value: Int, fits handle: Int) throws(GraphError)
  {
    guard let element = context[handle].element else { return }
    guard element.accepts(context[value]) else {
      throw GraphError(
        .invalidArgument, "the variable is \(element), the value \(context[value])")
    }
  }
}
