import FoundationEssentials
import StaticGraph
import Testing

/// A row of `Tests/Fixtures/graphdef/written/index.json`: what `check.py` runs of a file.
struct WrittenFile: Codable, Sendable, Equatable {
  var name: String
  /// The loss, and its gradients with respect to `sources`.
  var fetches: [String]
  var sources: [String]
  var train: String?
  var initializer: String?
}

/// Files that this package writes, with what TensorFlow computes from them (`check.py`).
///
/// With `STATICGRAPH_WRITE_FIXTURES` in the environment the files are written anew; `check.py` has
/// TensorFlow run them then.
@Suite("A file that this package wrote", .serialized)
struct WrittenFileTests {
  private static let directory = TensorFlowFiles.file("written")
  private static let isWriting =
    ProcessInfo.processInfo.environment["STATICGRAPH_WRITE_FIXTURES"] != nil

  static let models: [SampleModel] = [
    .plainPerceptron, .branch, .embedding, .plainLSTM, .convergence, .nested,
  ]

  @Test("is what the graph gives now", arguments: models)
  func bytes(_ sample: SampleModel) throws {
    let model = sample.make()
    let file = Self.directory.appending(path: "\(sample.name).pbtxt")
    let text = try model.graph.graphDef(.text, locations: false)
    if Self.isWriting {
      try FileManager.default.createDirectory(
        at: Self.directory, withIntermediateDirectories: true)
      try text.write(to: file)
      var arrays = NPZ()
      for (name, value) in sample.feeds { arrays["feed/\(name)"] = value }
      try arrays.write(to: Self.directory.appending(path: "\(sample.name).npz"))
      try Self.writeIndex()
    }
    #expect(try Data(contentsOf: file) == text)
  }

  @Test("computes in TensorFlow what it does here", .disabled(if: isWriting), arguments: models)
  func results(_ sample: SampleModel) throws {
    let golden = try NPZ(contentsOf: Self.directory.appending(path: "\(sample.name).npz"))
    let graph = try Graph(contentsOf: Self.directory.appending(path: "\(sample.name).pbtxt"))
    let model = try sample.make().found(in: graph)
    let steps = 3
    let results = try model.results(steps: steps)
    for step in 0..<steps {
      for (index, tensor) in model.fetches.enumerated() {
        let result = results[step * model.fetches.count + index]
        let wanted = try #require(golden["fetch/\(step)/\(tensor.name)"])
        #expect(
          result.isClose(to: wanted, rtol: 1e-5, atol: 1e-5), "\(tensor.name), step \(step)")
        guard step == 0, index > 0 else { continue }
        let gradient = try #require(golden["gradient/\(tensor.name)"])
        #expect(result.isClose(to: gradient, rtol: 1e-5, atol: 1e-5), "\(tensor.name)")
      }
    }
  }

  private static func writeIndex() throws {
    let rows = models.map { sample -> WrittenFile in
      let model = sample.make()
      return WrittenFile(
        name: sample.name, fetches: model.fetches.map(\.name), sources: model.sources.map(\.name),
        train: model.train?.name, initializer: model.initializer?.name)
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    try encoder.encode(rows).write(to: directory.appending(path: "index.json"))
  }
}
