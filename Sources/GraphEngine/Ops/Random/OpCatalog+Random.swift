internal import GraphArrays

extension OpCatalog {
  /// Draws of random numbers.
  package static let random: [any OpDefinition] = [
    Multinomial(seeds: .none, outputType: .int64),
    RandomStandardNormal(dtype: .float32, seeds: .none),
    RandomUniform(dtype: .float32, seeds: .none), RandomUniformInt(seeds: .none),
    TruncatedNormal(dtype: .float32, seeds: .none),
  ]
}
