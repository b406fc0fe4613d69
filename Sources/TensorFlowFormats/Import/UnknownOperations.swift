internal import GraphEngine
internal import TensorFlowProtos

extension GraphImporter {
  /// Operations that are functions of the engine's control flow, or calls.
  private static let functional: Set<String> = [
    "While", "StatelessWhile", "If", "StatelessIf", "Case", "StatelessCase", "PartitionedCall",
    "StatefulPartitionedCall",
  ]

  /// - Throws: `FormatError` that names the first operation of a type which this build does not know,
  ///   and all such types, where there are any in the graph or in functions that it calls.
  func checkTypes(of nodes: [Tensorflow_NodeDef]) throws(FormatError) {
    var unknown: [String] = []
    var first: (name: String, type: String)?
    var seen: Set<String> = []
    var open: [(nodes: [Tensorflow_NodeDef], prefix: String)] = [(nodes, "")]
    while let (nodes, prefix) = open.popLast() {
      for node in nodes {
        let isCall = hasFunction(node.op)
        for name in node.attr.values.flatMap(\.functions) + (isCall ? [node.op] : [])
        where hasFunction(name) && seen.insert(name).inserted {
          open.append((try function(name).nodeDef, "\(name)/"))
        }
        let isKnown =
          isCall || Self.functional.contains(node.op)
          || (OpCatalog.definition(named: node.op) != nil && OpSignature[node.op] != nil)
        guard !isKnown else { continue }
        first = first ?? (prefix + node.name, node.op)
        if !unknown.contains(node.op) { unknown.append(node.op) }
      }
    }
    guard let first else { return }
    let types = unknown.sorted().joined(separator: ", ")
    let all = unknown.count > 1 ? " (\(unknown.count) operations: \(types))" : ""
    throw FormatError(
      .unsupported,
      "operation \"\(first.name)\" has type \"\(first.type)\", which this build does not know\(all)",
      operation: first.name, operationType: first.type, tellsOperation: true)
  }
}

extension Tensorflow_AttrValue {
  /// The functions that the attribute names.
  fileprivate var functions: [String] {
    switch value {
    case .func(let function): [function.name]
    case .list(let list): list.func.map(\.name)
    default: []
    }
  }
}
