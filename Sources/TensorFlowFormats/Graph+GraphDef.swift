public import FoundationEssentials
public import GraphEngine

extension Graph {
  /// The graph as the bytes of a GraphDef.
  ///
  /// - Parameter locations: Whether files and lines where operations were declared are written too.
  /// - Throws: The first mistake in the declarations of the graph (`GraphError`), or `FormatError`
  ///   where it has what the format cannot tell.
  public func graphDef(_ encoding: GraphEncoding = .binary, locations: Bool = true) throws -> Data {
    if let error { throw error }
    throw FormatError(.unsupported, "graphs are not written by this build")
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
    throw FormatError(.unsupported, "graphs are not read by this build")
  }
}
