extension OpCatalog {
  /// Operations of neural networks that are not functions of single elements.
  package static let networks: [any OpDefinition] = [
    LeakyRelu(), LeakyReluGrad(), SoftmaxCrossEntropy(), SoftmaxRows(isLogarithm: false),
    SoftmaxRows(isLogarithm: true), SparseSoftmaxCrossEntropy(),
    Conv2D(), Conv2DBackpropInput(), Conv2DBackpropFilter(), MaxPool(), MaxPoolGrad(),
    MaxPoolGradGrad(), AvgPool(), AvgPoolGrad(),
  ]
}
