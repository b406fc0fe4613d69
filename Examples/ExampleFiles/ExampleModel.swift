internal import ArgumentParser
public import Foundation
public import StaticGraph

/// The graph of an example, whose parts are found by name: declared by its program, or read from a
/// file that was written by it.
public struct ExampleModel {
  /// The graph.
  public let graph: Graph
  private let source: String
  private var workers: Int?

  /// The graph that `declare` declares; with `--graph FILE` the one in a file instead, without a
  /// declaration. With `--write-graphs DIR` the program writes the graph as `DIR/file` and ends.
  ///
  /// - Parameters:
  ///   - file: The name of the file to write.
  ///   - seed: The seed of the graph.
  public init(_ file: String, seed: Int, declare: (Graph) -> Void) throws {
    let options = GraphFileOptions.parseOrExit()
    if let path = options.graph {
      try self.init(contentsOf: URL(filePath: path))
      workers = options.workers
      return
    }
    self.init(Graph(seed: seed), source: file)
    workers = options.workers
    declare(graph)
    if let directory = options.writeGraphs {
      try ExampleModel.write(graph, as: file, into: directory)
      exit(0)
    }
  }

  /// The graph in a file.
  public init(contentsOf file: URL) throws {
    self.init(try Graph(contentsOf: file), source: file.path)
  }

  private init(_ graph: Graph, source: String) {
    self.graph = graph
    self.source = source
  }

  /// Writes a graph without the places where it was declared, so that the same graph has the same
  /// bytes wherever its program was built.
  public static func write(_ graph: Graph, as file: String, into directory: String) throws {
    let directory = URL(filePath: directory)
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    try graph.write(to: directory.appending(path: file), locations: false)
  }

  /// A session of the graph, with as many threads as the program was told.
  public func session() throws -> Session {
    try Session(graph, options: .init(workers: workers))
  }

  /// The tensor with this name.
  public func tensor(_ name: String) throws -> Tensor {
    guard let tensor = graph.tensor(named: name) else { throw missing("tensor", name) }
    return tensor
  }

  /// The operation with this name.
  public func operation(_ name: String) throws -> StaticGraph.Operation {
    guard let operation = graph.operation(named: name) else { throw missing("operation", name) }
    return operation
  }

  private func missing(_ what: String, _ name: String) -> MissingPart {
    MissingPart(description: "\(source) has no \(what) \"\(name)\"")
  }
}

/// A file that is no graph of the example.
private struct MissingPart: Error, CustomStringConvertible {
  let description: String
}

/// Where an example's graph comes from and goes to, and how it is run.
private struct GraphFileOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("Run the graph of a file instead of declaring one.", valueName: "file"))
  var graph: String?

  @Option(help: ArgumentHelp("Write the graph into a directory, and end.", valueName: "dir"))
  var writeGraphs: String?

  @Option(help: ArgumentHelp("Number of threads that compute.", valueName: "n"))
  var workers: Int?
}
