internal import GraphArrays

extension OpCatalog {
  /// Operations on elements.
  package static let math: [any OpDefinition] =
    Unary.table + Binary.table + [AddN(), Cast(.float32), ClipByValue(), Select(), SelectV2()]
}
