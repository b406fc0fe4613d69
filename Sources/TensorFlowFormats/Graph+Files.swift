public import FoundationEssentials
internal import GraphArrays
public import GraphEngine

extension Graph {
  /// Writes the graph as TensorFlow's GraphDef: `.pbtxt` as text, any other extension as binary.
  ///
  ///     try graph.write(to: URL(filePath: "model.pb"))
  ///
  /// Equal graphs give equal bytes. Variables are resource variables; loops, branches and their
  /// gradients are functional, as in TensorFlow's control flow v2, with their bodies in the library.
  /// TensorFlow 2.15 reads it with `tf.compat.v1.import_graph_def`. See `graphDef(_:locations:)`.
  ///
  /// - Parameter locations: Whether files and lines where operations were declared are written too.
  /// - Throws: The first mistake in the declarations of the graph (`GraphError`), or `FormatError`.
  public func write(to file: URL, locations: Bool = true) throws {
    let data = try graphDef(GraphEncoding(of: file), locations: locations)
    do {
      try data.write(to: file, options: .atomic)
    } catch {
      throw FormatError(.inaccessible, "cannot be written: \(error.reasonOfWriting)")
        .in(file.relativePath)
    }
  }

  /// The graph in a GraphDef file, with names, attributes, devices and places of declaration as the
  /// file has them.
  ///
  ///     let graph = try Graph(contentsOf: URL(filePath: "model.pb"))
  ///     let loss = graph.tensor(named: "loss:0")
  ///
  /// The graph is as if it had been declared here: it can be run, differentiated and added to. Its
  /// `Variable`s are found from their handles; see `importGraphDef`. Random operations draw
  /// the numbers that they drew in the graph the file was made from.
  ///
  /// - Parameters:
  ///   - seed: The seed of random operations that are declared on the graph later.
  /// - Throws: `FormatError` for a file that cannot be read, with the place in it.
  public convenience init(
    contentsOf file: URL, seed: Int? = nil, onError: ErrorPolicy = .record
  ) throws(FormatError) {
    self.init(seed: seed, onError: onError)
    _ = try importGraphDef(contentsOf: file, name: "")
  }

  /// The graph in the bytes of a GraphDef.
  ///
  /// - Parameters:
  ///   - seed: The seed of random operations that are declared on the graph later.
  /// - Throws: `FormatError` for bytes that are no GraphDef, with the place in them.
  public convenience init(
    graphDef data: Data, _ encoding: GraphEncoding = .binary, seed: Int? = nil,
    onError: ErrorPolicy = .record
  ) throws(FormatError) {
    self.init(seed: seed, onError: onError)
    _ = try importGraphDef(data, encoding, name: "")
  }

  /// Adds the operations of a GraphDef file to this graph. TF: `tf.import_graph_def`.
  ///
  /// See `importGraphDef(_:_:name:inputMap:returning:)`.
  @discardableResult
  public func importGraphDef(
    contentsOf file: URL, name: String = "import", inputMap: [String: Tensor] = [:],
    returning names: [String] = []
  ) throws(FormatError) -> [Tensor] {
    let place = file.lastPathComponent
    let data: Data
    do {
      data = try Data(contentsOf: file)
    } catch {
      throw FormatError(.inaccessible, "cannot be read: \(error.reasonOfReading)").in(
        file.relativePath)
    }
    do throws(FormatError) {
      return try importGraphDef(
        data, GraphEncoding(of: file), name: name, inputMap: inputMap, returning: names,
        place: place)
    } catch {
      throw error.in(place)
    }
  }
}
