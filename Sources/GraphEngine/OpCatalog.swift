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
}
