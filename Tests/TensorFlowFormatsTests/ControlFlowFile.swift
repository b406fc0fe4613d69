import FoundationEssentials
import StaticGraph
import Testing

/// A row of Tests/Fixtures/control_flow_files/index.json: graphs that TensorFlow wrote, and what it
/// computed with them. The format is described in make.py there.
struct ControlFlowFile: Decodable, Sendable, CustomTestStringConvertible {
  let name: String
  let initializer: String
  let fed: [String]
  let values: [String]
  let wrt: [String]?
  let gradients: [String]?
  let second: [String]?
  let train: String?
  let operations: [String]

  private enum CodingKeys: String, CodingKey {
    case name, fed, values, wrt, gradients, second, train, operations
    case initializer = "init"
  }

  var testDescription: String { name }

  private static let directory = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Fixtures/control_flow_files")

  static let all: Result<[ControlFlowFile], any Error> = Result {
    try JSONDecoder().decode(
      [ControlFlowFile].self, from: Data(contentsOf: directory.appending(path: "index.json")))
  }

  /// The row of this name.
  static func named(_ name: String) throws -> ControlFlowFile {
    try #require(try all.get().first { $0.name == name })
  }

  /// The rows of which `isIncluded` holds.
  static func rows(_ isIncluded: (ControlFlowFile) -> Bool) throws -> [ControlFlowFile] {
    try all.get().filter(isIncluded)
  }

  /// The graph in `NAME.pb`, or in `NAME_KIND.pb`.
  func graph(_ kind: String? = nil) throws -> Graph {
    let file = kind.map { "\(name)_\($0).pb" } ?? "\(name).pb"
    return try Graph(contentsOf: Self.directory.appending(path: file))
  }

  func expected() throws -> NPZ {
    try NPZ(contentsOf: Self.directory.appending(path: "\(name).npz"))
  }
}

/// One of the graphs of a row in a session, with its variables at their initial values.
struct LoadedFile {
  let row: ControlFlowFile
  let graph: Graph
  let session: Session
  let expected: NPZ
  private let feeds: Feeds

  /// - Parameters:
  ///   - declare: Adds to the graph before the session is made.
  init(_ row: ControlFlowFile, _ kind: String? = nil, workers: Int = 2) throws {
    try self.init(row, kind, workers: workers) { _ in }
  }

  init(
    _ row: ControlFlowFile, _ kind: String? = nil, workers: Int = 2,
    declare: (Graph) throws -> Void
  ) throws {
    self.row = row
    graph = try row.graph(kind)
    try declare(graph)
    session = try Session(graph, options: Session.Options(workers: workers))
    expected = try row.expected()
    var feeds = Feeds()
    for name in row.fed {
      let value = try #require(expected["feed/\(name)"])
      feeds.add(value, for: try #require(graph.tensor(named: name)))
    }
    self.feeds = feeds
    let name = kind == "training" ? row.initializer : "init"
    try session.run(try #require(graph.operation(named: name)))
  }

  func run<F: Fetchable>(_ fetch: F) throws -> F.Fetched {
    try session.run(fetch, feeding: feeds)
  }

  func run<A: Fetchable, B: Fetchable>(_ a: A, _ b: B) throws -> (A.Fetched, B.Fetched) {
    try session.run(a, b, feeding: feeds)
  }

  func tensors(_ names: [String]) throws -> [Tensor] {
    try names.map { try #require(graph.tensor(named: $0), "\($0)") }
  }

  /// Expects what TensorFlow computed, under `KIND/NAME`.
  func expect(
    _ values: [NDArray], _ kind: String, _ names: [String], tolerance: Double = 1e-5
  ) throws {
    #expect(values.count == names.count)
    for (value, name) in zip(values, names) {
      let wanted = try #require(expected["\(kind)/\(name)"])
      #expect(value.dtype == wanted.dtype && value.shape == wanted.shape, "\(name)")
      #expect(
        value.isClose(to: wanted, rtol: tolerance, atol: tolerance),
        "\(kind) of \(name) is \(value), not \(wanted)")
    }
  }
}

extension Graph {
  /// What a row differentiates by: tensors that are fed, and variables.
  func sources(_ names: [String]) throws -> [Tensor] {
    let variables = Dictionary(
      collection(.globalVariables).map { ($0.name, $0.value) },
      uniquingKeysWith: { first, _ in first })
    return try names.map { name in
      try #require(name.contains(":") ? tensor(named: name) : variables[name], "\(name)")
    }
  }
}
