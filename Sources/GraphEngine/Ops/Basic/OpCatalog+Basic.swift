internal import GraphArrays

extension OpCatalog {
  /// Sources of values, and operations that change none.
  package static let basic: [any OpDefinition] = [
    Argument(type: TensorType(.float32, [])),
    Const(NDArray.zeros([])),
    Identity(),
    NoOp(),
    Placeholder(dtype: .float32, shape: .unknown),
    PlaceholderWithDefault(shape: .unknown),
    StopGradient(),
  ]
}
