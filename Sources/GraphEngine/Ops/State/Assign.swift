/// Gives a variable a new value when it runs. TF: `tf.assign`.
///
/// - Parameters:
///   - variable: A variable, as `variable` or `getVariable` returned it.
///   - value: A tensor of the variable's dtype and shape, or a number or array.
@discardableResult
public func assign(
  _ variable: Tensor, _ value: some TensorConvertible, name: String? = nil
) -> Operation {
  update(variable, value, AssignVariable(), name ?? "Assign")
}

/// Adds to a variable when it runs. TF: `tf.assign_add`.
@discardableResult
public func assignAdd(
  _ variable: Tensor, _ value: some TensorConvertible, name: String? = nil
) -> Operation {
  update(variable, value, AssignAddVariable(), name ?? "AssignAdd")
}

/// Subtracts from a variable when it runs. TF: `tf.assign_sub`.
@discardableResult
public func assignSub(
  _ variable: Tensor, _ value: some TensorConvertible, name: String? = nil
) -> Operation {
  update(variable, value, AssignSubVariable(), name ?? "AssignSub")
}

private func update(
  _ variable: Tensor, _ value: some TensorConvertible, _ definition: some OpDefinition,
  _ name: String
) -> Operation {
  let graph = variable.graph
  guard let handle = variable.handle(for: definition.name) else {
    return Operation(graph: graph, node: -1)
  }
  return graph.add(definition, [handle, value.tensor(like: variable)], name: name)
}

/// The variable takes the value. TF: `AssignVariableOp`.
package struct AssignVariable: VariableUpdate {
  package init() {}
  package var name: String { "AssignVariableOp" }
  package var updatedInputs: [Int] { [0] }
  package var functionalInputs: [Int] { [1] }
  package var functional: any OpDefinition { Identity() }

  package func infer(_ context: InferenceContext) throws(GraphError) -> [TensorType] {
    try context.expect(count: 2)
    try expect(context, value: 1, fits: 0)
    return []
  }
}

/// The variable grows by the value. TF: `AssignAddVariableOp`.
package struct AssignAddVariable: VariableUpdate {
  package init() {}
  package var name: String { "AssignAddVariableOp" }
  package var updatedInputs: [Int] { [0] }
  package var functionalInputs: [Int] { [0, 1] }
  package var functional: any OpDefinition { Binary.add }

  package func infer(_ context: InferenceContext) throws(GraphError) -> [TensorType] {
    try context.expect(count: 2)
    try expect(context, value: 1, fits: 0)
    return []
  }
}

/// The variable shrinks by the value. TF: `AssignSubVariableOp`.
package struct AssignSubVariable: VariableUpdate {
  package init() {}
  package var name: String { "AssignSubVariableOp" }
  package var updatedInputs: [Int] { [0] }
  package var functionalInputs: [Int] { [0, 1] }
  package var functional: any OpDefinition { Binary.sub }

  package func infer(_ context: InferenceContext) throws(GraphError) -> [TensorType] {
    try context.expect(count: 2)
    try expect(context, value: 1, fits: 0)
    return []
  }
}
