internal import GraphArrays

extension OpCatalog {
  /// Variables and assignments.
  package static let state: [any OpDefinition] = [
    AssignAddVariable(),
    AssignSubVariable(),
    AssignVariable(),
    ReadVariable(type: TensorType(.float32, [])),
    VariableHandle(sharedName: "", dtype: .float32, shape: []),
    VariableIsInitialized(),
  ]
}
