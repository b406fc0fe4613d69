extension OpCatalog {
  /// Linear algebra.
  package static let linear: [any OpDefinition] = [
    BatchMatMul(), BatchMatMul(broadcasts: false), BiasAdd(), BiasAddGrad(), L2Loss(), MatMul(),
  ]
}
