internal import GraphArrays

extension OpCatalog {
  /// Reductions, indices of extremes and running totals.
  package static let reductions: [any OpDefinition] =
    Reduction.table + [
      ArgExtreme(.greatest), ArgExtreme(.least), Cumulative(.sum), Cumulative(.product),
    ]
}
