import Foundation
import StaticGraph
import TestPrograms
import Testing

/// The definitions in `graphs/`, which the examples write and run from.
@Suite("graphs/")
struct GraphFileTests {
  private static let graphs = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "graphs")

  @Test(
    "The files are what the examples declare, to the byte",
    arguments: [
      ("HamletLSTM", ["hamlet-generate.pbtxt", "hamlet-lstm.pbtxt"]), ("MLP", ["mlp.pbtxt"]),
      ("LinearRegression", ["linear-regression.pbtxt"]), ("CustomCell", ["custom-cell.pbtxt"]),
    ])
  func filesAreDeclared(example: String, files: [String]) throws {
    let scratch = try ScratchDirectory()
    let program = try ProgramProcess(example, ["--write-graphs", scratch.url.path])
    #expect(program.status == 0, "\(program.errors)")
    let written = try FileManager.default.contentsOfDirectory(atPath: scratch.url.path).sorted()
    #expect(written == files)
    for file in files {
      let (new, kept) = try (
        Data(contentsOf: scratch.file(file)), Data(contentsOf: Self.graphs.appending(path: file))
      )
      #expect(
        new == kept, "graphs/\(file) is old; write it anew: \(example) --write-graphs graphs")
    }
  }

  @Test(
    "An example's output from its file is that of its declaration",
    arguments: [
      ("LinearRegression", "linear-regression.pbtxt"), ("MLP", "mlp.pbtxt"),
      ("CustomCell", "custom-cell.pbtxt"),
    ])
  func examplesRunFromFiles(example: String, file: String) throws {
    let declared = try ProgramProcess(example)
    let loaded = try ProgramProcess(example, ["--graph", Self.graphs.appending(path: file).path])
    #expect(loaded.status == 0, "\(loaded.errors)")
    #expect(loaded.output == declared.output)
  }

  @Test("A file that is another graph is told")
  func otherGraph() throws {
    let file = Self.graphs.appending(path: "mlp.pbtxt").path
    let program = try ProgramProcess("LinearRegression", ["--graph", file])
    #expect(program.status != 0)
    #expect(program.errors.contains("has no tensor \"x\""), "\(program.errors)")
  }

  @Test("Every file loads and has an initialiser")
  func filesLoad() throws {
    let files = try FileManager.default.contentsOfDirectory(atPath: Self.graphs.path)
    #expect(files.filter { $0.hasSuffix(".pbtxt") }.count == 5)
    for file in files where file.hasSuffix(".pbtxt") {
      let graph = try Graph(contentsOf: Self.graphs.appending(path: file))
      _ = try Session(graph)
      #expect(graph.operation(named: "init") != nil, "\(file)")
      #expect(!graph.collection(.globalVariables).isEmpty, "\(file)")
    }
  }
}
