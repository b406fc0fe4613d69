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
  func checkTypes(_ graph: NodeList) throws(FormatError) {
    var unknown: [String] = []
    var first: (name: String, type: String)?
    var seen: Set<String> = []
    var open = [graph]
    while let list = open.popLast() {
      for (position, node) in list.nodes.enumerated() {
        for attribute in node.attr.values {
          for function in attribute.functionNames
          where hasFunction(function) && seen.insert(function).inserted {
            open.append(try self.list(of: function))
          }
        }
        if hasFunction(node.op) {
          if seen.insert(node.op).inserted { open.append(try self.list(of: node.op)) }
          continue
        }
        let isKnown =
          Self.functional.contains(node.op)
          || (OpCatalog.definition(named: node.op) != nil && OpSignature[node.op] != nil)
        guard !isKnown else { continue }
        first = first ?? (list.path(position), node.op)
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
