internal import StaticGraph

/// The operations of a graph, arranged by their name scopes.
final class ScopeTree {
  /// The scope's own name, without those around it.
  let name: String
  /// Scopes inside, in the order of their first operations.
  private(set) var children: [ScopeTree] = []
  private(set) var operations: [StaticGraph.Operation] = []
  private var byName: [Substring: ScopeTree] = [:]

  private init(name: String) { self.name = name }

  /// The tree of these operations.
  convenience init(_ operations: [StaticGraph.Operation]) {
    self.init(name: "")
    for operation in operations {
      let parts = operation.name.split(separator: "/")
      scope(parts.dropLast()).operations.append(operation)
    }
    absorbNamesakes()
  }

  private func scope(_ path: ArraySlice<Substring>) -> ScopeTree {
    var scope = self
    for part in path {
      if let known = scope.byName[part] {
        scope = known
      } else {
        let new = ScopeTree(name: String(part))
        scope.byName[part] = new
        scope.children.append(new)
        scope = new
      }
    }
    return scope
  }

  /// An operation that has the name of a scope, such as the sum `add` of `add/x`, stands in it.
  private func absorbNamesakes() {
    operations.removeAll { operation in
      guard let last = operation.name.split(separator: "/").last, let scope = byName[last] else {
        return false
      }
      scope.operations.append(operation)
      return true
    }
    for child in children { child.absorbNamesakes() }
  }
}
