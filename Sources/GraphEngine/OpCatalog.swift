/// The kinds of operations that there are.
///
/// Each family of operations lists its own, next to their files: an example of each definition,
/// with the attributes that it has by default. Tests ask for a case of every one of them.
package enum OpCatalog {
  /// What this target contributes.
  package static let engine: [any OpDefinition] = [
    basic,
    state,
    math,
    reductions,
    linear,
    networks,
    arrays,
    random,
    debugging,
    lists,
  ].flatMap { $0 }

  /// The example of the definition with TensorFlow's name; nil for a name that is not known.
  package static func definition(named name: String) -> (any OpDefinition)? { byName[name] }

  private static let byName = Dictionary(
    engine.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
}
