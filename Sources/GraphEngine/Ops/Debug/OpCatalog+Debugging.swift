internal import GraphArrays

extension OpCatalog {
  /// Checks and messages.
  package static let debugging: [any OpDefinition] = [
    Assert(summarize: 3), CheckNumerics(message: ""),
    Print(message: "", firstCount: -1, summarize: 3),
  ]
}
