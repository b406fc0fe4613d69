import FoundationEssentials
import StaticGraph
import Testing

/// The files in Tests/Fixtures/graphdef, which TensorFlow wrote.
enum TensorFlowFiles {
  static let directory = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Fixtures/graphdef")

  static func file(_ name: String) -> URL { directory.appending(path: name) }
}

@Suite("A file that TensorFlow wrote")
struct TensorFlowFileTests {
  @Test(
    "computes what TensorFlow does",
    arguments: ["encodings.pb", "encodings.pbtxt", "operations.pb", "operations.pbtxt"])
  func results(_ name: String) throws {
    let graph = try Graph(contentsOf: TensorFlowFiles.file(name))
    let stem = name.split(separator: ".")[0]
    let golden = try NPZ(contentsOf: TensorFlowFiles.file("\(stem).npz"))
    let session = try Session(graph, options: .init(workers: 2))
    if graph.operation(named: "w/Assign") != nil {
      try session.run(graph.globalVariablesInitializer())
    }
    var feeds = Feeds()
    for key in golden.names where key.hasPrefix("feed/") {
      feeds.add(
        try #require(golden[key]),
        for: try #require(graph.tensor(named: String(key.dropFirst(5)))))
    }
    for key in golden.names where key.hasPrefix("fetch/") {
      let tensor = try #require(graph.tensor(named: String(key.dropFirst(6))), "\(key)")
      let result = try session.run(tensor, feeding: feeds)
      let wanted = try #require(golden[key])
      #expect(result.dtype == wanted.dtype, "\(key)")
      if result.dtype.isFloating {
        #expect(result.isClose(to: wanted, rtol: 1e-6, atol: 1e-6, equalNaN: true), "\(key)")
      } else {
        #expect(result == wanted, "\(key)")
      }
    }
  }

  @Test("is the same graph in both forms", arguments: ["encodings", "operations"])
  func forms(_ name: String) throws {
    let binary = try Graph(contentsOf: TensorFlowFiles.file("\(name).pb"))
    let text = try Graph(contentsOf: TensorFlowFiles.file("\(name).pbtxt"))
    #expect(
      try binary.graphDef(.text, locations: false) == text.graphDef(.text, locations: false))
  }

  @Test("keeps devices, colocations, names, versions and control inputs when it is written again")
  func kept() throws {
    let file = TensorFlowFiles.file("operations.pbtxt")
    let graph = try Graph(contentsOf: file)
    let written = String(decoding: try graph.graphDef(.text, locations: false), as: UTF8.self)
    #expect(written.contains("device: \"/device:CPU:0\""))
    #expect(written.contains("loc:@w"))
    #expect(written.contains("producer: 1645"))
    #expect(graph.operations.contains { $0.controlInputs.map(\.name) == ["product"] })
    #expect(graph.operation(named: "biased")?.location?.description == "operations.pbtxt")
    #expect(graph.collection(.trainableVariables).map(\.name) == ["w"])
  }

  @Test("is imported under a scope, with tensors in the place of its own")
  func partial() throws {
    let data = try Data(contentsOf: TensorFlowFiles.file("operations.pb"))
    let graph = Graph()
    let x = graph.placeholder(.float32, shape: [4, 3], name: "mine")
    let tensors = try graph.importGraphDef(
      data, name: "tower", inputMap: ["x": x], returning: ["product", "unique:1"])
    #expect(tensors.map(\.name) == ["tower/product:0", "tower/unique:1"])
    #expect(tensors[0].operation.inputs[0] == x)
    #expect(tensors[0].shape == [4, 4])
    try graph.importGraphDef(data, name: "tower")
    #expect(graph.operation(named: "tower_1/product") != nil)
    let count = graph.operations.count
    #expect(throws: FormatError.self) {
      try graph.importGraphDef(data, name: "", inputMap: ["nothing": x])
    }
    #expect(graph.operations.count == count)
  }
}
