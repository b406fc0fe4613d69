internal import GraphArrays

extension OpCatalog {
  /// Variables and assignments.
  package static let state: [any OpDefinition] = [
    ApplyAdam(useNesterov: false),
    ApplyGradientDescent(),
    ApplyMomentum(useNesterov: false),
    AssignAddVariable(),
    AssignSubVariable(),
    AssignVariable(),
    ReadVariable(type: TensorType(.float32, [])),
    ResourceApplyAdam(useNesterov: false),
    ResourceApplyGradientDescent(),
    ResourceApplyMomentum(useNesterov: false),
    ResourceGather(dtype: .float32),
    ResourceGatherNd(dtype: .float32),
    ResourceScatter(.add),
    ResourceScatter(.sub),
    ResourceScatter(.update),
    ResourceSparseApplyMomentum(useNesterov: false),
    Scatter(.add),
    Scatter(.sub),
    Scatter(.update),
    SparseApplyMomentum(useNesterov: false),
    VariableHandle(sharedName: "", dtype: .float32, shape: []),
    VariableIsInitialized(),
    VariableShape(outputType: .int32),
  ]
}
