public import FoundationEssentials
public import GraphEngine
internal import TensorFlowProtos

extension Graph {
  /// The graph as the bytes of a GraphDef.
  ///
  /// - Parameter locations: Whether files and lines where operations were declared are written too.
  /// - Throws: The first mistake in the declarations of the graph (`GraphError`), or `FormatError`
  ///   where it has what the format cannot tell.
  public func graphDef(_ encoding: GraphEncoding = .binary, locations: Bool = true) throws -> Data {
    if let error { throw error }
    var exporter = GraphExporter(self, withLocations: locations)
    return try GraphDefCoding.encode(try exporter.graphDef(), encoding)
  }

  /// Adds the operations of a GraphDef to this graph. TF: `tf.import_graph_def`.
  ///
  /// Nothing is added where an error is thrown.
  ///
  ///     let [y] = try graph.importGraphDef(data, name: "tower", inputMap: ["x": z], returning: ["y"])
  ///
  /// - Parameters:
  ///   - name: A scope that is put before all names, made unique; empty for the names as they are,
  ///     which the graph must not have yet.
  ///   - inputMap: What operands that name these tensors of the file (`x`, `x:1`, `^x`) become:
  ///     tensors of this graph.
  ///   - names: Tensors of the file that are wanted, by name.
  /// - Returns: The tensors that `names` names, in that order.
  /// - Throws: `FormatError` for bytes that are no GraphDef, with the place in them.
  @discardableResult
  public func importGraphDef(
    _ data: Data, _ encoding: GraphEncoding = .binary, name: String = "import",
    inputMap: [String: Tensor] = [:], returning names: [String] = []
  ) throws(FormatError) -> [Tensor] {
    try importGraphDef(
      data, encoding, name: name, inputMap: inputMap, returning: names, place: nil)
  }

  /// - Parameter place: The name of the file, which operations tell as their place.
  func importGraphDef(
    _ data: Data, _ encoding: GraphEncoding, name: String, inputMap: [String: Tensor],
    returning names: [String], place: String?
  ) throws(FormatError) -> [Tensor] {
    guard parent == nil, !isFinalized else {
      throw FormatError(
        .invalidGraph, isFinalized ? "the graph is finalized" : "graphs are not read into a body")
    }
    let message = try GraphDefCoding.decode(data, encoding)
    return try undoing { () throws(FormatError) in
      try add(message, name: name, inputMap: inputMap, returning: names, place: place)
    }
  }

  private func add(
    _ message: Tensorflow_GraphDef, name: String, inputMap: [String: Tensor],
    returning names: [String], place: String?
  ) throws(FormatError) -> [Tensor] {
    let versions = try FileVersions(message.versions)
    let importer = try GraphImporter(message, file: place, inputMap: inputMap)
    var mapped: Set<String> = []
    try importer.checkTypes(of: message.node)
    let list = try NodeList(message.node) { input in
      guard let key = [input, GraphImporter.plain(input)].first(where: { inputMap[$0] != nil })
      else { return false }
      mapped.insert(key)
      return true
    }
    for key in inputMap.keys.sorted() where !mapped.contains(key) {
      throw FormatError(.notFound, "no operation has \"\(key)\" as an operand to be mapped")
    }
    let prefix = name.isEmpty ? "" : claimScope(name) + "/"
    let own = Set(operations.map(\.name))
    for node in list.nodes {
      guard Graph.isValidName(node.name) else {
        throw FormatError(
          .invalidGraph, "\"\(node.name)\" is not a valid name of an operation")
      }
      guard !own.contains(prefix + node.name) else {
        throw FormatError(
          .invalidGraph, "the graph has an operation of this name already",
          operation: prefix + node.name, operationType: node.op)
      }
    }
    let taken = own.union(list.nodes.map { prefix + $0.name })
    let target = GraphImporter.Target(
      graph: self, prefix: prefix, names: GraphImporter.NameSet(taken))
    let added = try importer.add(list, to: target)
    try VariableRecovery(
      self,
      zip(list.nodes, added).compactMap { node, added in
        added.operations.first.map { (node, $0) }
      }
    ).run()
    if own.isEmpty { fileVersions = versions }
    return try names.map { name throws(FormatError) in
      guard let reference = try? list.reference(name) else {
        throw FormatError(.notFound, "\"\(name)\" is not in the file")
      }
      return try importer.tensor(reference, name, in: list, added, target)
    }
  }
}
