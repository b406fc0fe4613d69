import Foundation
import StaticGraph
import TestPrograms
import Testing

@Suite("staticgraph inspect, explain, convert and plot")
final class ShowingTests: CommandLineSuite {
  @Test("inspect tells what is fed, kept and given")
  func inspect() throws {
    let text = try staticgraph("inspect linear.pbtxt").output
    for line in [
      "placeholders", "  x  float32[?]", "variables (2 values, 8 bytes)", "  w  float32[]",
      "targets (operations without outputs that none waits for)", "operation types",
    ] { #expect(text.contains("\(line)\n"), "\(line)\n\(text)") }
    #expect(text.contains("  train  NoOp\n") && text.contains("  init   NoOp\n"))
    let more = try staticgraph("inspect many.pb --ops").output
    #expect(more.contains("doubled = Identity("))
    #expect(more.contains("condition:\n") && more.contains("body:\n"))
  }

  @Test("explain shows passes and steps for the shapes")
  func explain() throws {
    let program = try staticgraph(
      "explain linear.pbtxt --fetch loss --target train --feed-shape x=7 --feed-shape y=7")
    #expect(program.status == 0, "\(program.errors)")
    #expect(program.output.hasPrefix("passes\n"))
    #expect(program.output.contains("plan: ") && program.output.contains("\"train"))
    for shapes in [" --feed-shape start=scalar --feed-shape limit=scalar", ""] {
      let scalar = try staticgraph("explain many.pb --fetch doubled\(shapes)")
      #expect(scalar.status == 0, "\(scalar.errors)")
    }
  }

  @Test("convert goes from text to binary and back, to the byte")
  func convert() throws {
    for line in [
      "linear.pbtxt a.pb", "a.pb b.pbtxt", "b.pbtxt c.pb", "many.pb d.pbtxt", "d.pbtxt e.pb",
    ] {
      let program = try staticgraph("convert \(line)")
      #expect(program.status == 0, "\(line): \(program.errors)")
    }
    func bytes(_ file: String) throws -> Data { try Data(contentsOf: scratch.file(file)) }
    #expect(try bytes("a.pb") == bytes("c.pb"))
    #expect(try bytes("b.pbtxt") == bytes("linear.pbtxt"))
    #expect(try bytes("e.pb") == bytes("many.pb"))
    let both = try ["linear.pbtxt", "a.pb"].map {
      try staticgraph("run \($0) --init --feed x=[1] --fetch prediction").output
    }
    #expect(both == ["[1.]\n", "[1.]\n"])
  }

  @Test("convert keeps the places that the file tells, and adds none")
  func places() throws {
    let graph = Graph()
    let line = #line + 1
    _ = tanh(graph.placeholder(.float32, shape: [2], name: "x"), name: "y")
    try graph.write(to: scratch.file("places.pb"))
    for line in ["places.pb places.pbtxt", "places.pbtxt again.pb", "linear.pbtxt silent.pbtxt"] {
      #expect(try staticgraph("convert \(line)").status == 0)
    }
    let text = try String(contentsOf: scratch.file("places.pbtxt"), encoding: .utf8)
    #expect(text.contains("files: \"ShowingTests.swift\"") && text.contains("line: \(line)"))
    #expect(
      try Data(contentsOf: scratch.file("again.pb")) == Data(contentsOf: scratch.file("places.pb")))
    #expect(
      try !String(contentsOf: scratch.file("silent.pbtxt"), encoding: .utf8)
        .contains("debug_info"))
    let program = try staticgraph("run places.pbtxt --fetch y")
    #expect(program.errors.contains("ShowingTests.swift:\(line)"), "\(program.errors)")
  }

  @Test("plot writes DOT with scopes, bodies and shapes, the same one each time")
  func plot() throws {
    #expect(try staticgraph("plot many.pb a.dot").status == 0)
    #expect(try staticgraph("plot many.pb b.dot").status == 0)
    let dot = try String(contentsOf: scratch.file("a.dot"), encoding: .utf8)
    #expect(try dot == String(contentsOf: scratch.file("b.dot"), encoding: .utf8))
    #expect(dot.hasPrefix("digraph {"))
    for part in [
      "label=\"in\"", "label=\"doubling: condition\"", "label=\"doubling: body\"", "shape=cylinder",
      "4 x 2", "int32 ?", "result 0",
    ] { #expect(dot.contains(part), "\(part)") }
    let opened = dot.filter { $0 == "{" }.count
    #expect(opened == dot.filter { $0 == "}" }.count)
  }

  @Test("plot draws SVG with Graphviz, and tells where there is none")
  func graphviz() throws {
    let program = try staticgraph("plot linear.pbtxt a.svg")
    let isThere = try ProgramProcess(shell: "command -v dot").status == 0
    if isThere {
      #expect(program.status == 0, "\(program.errors)")
      let svg = try String(contentsOf: scratch.file("a.svg"), encoding: .utf8)
      #expect(svg.contains("<svg") && svg.contains("prediction"))
    }
    let path = ProgramProcess.executable("staticgraph").path
    let without = try ProgramProcess(
      shell: "PATH=/nowhere '\(path)' plot linear.pbtxt b.svg", in: scratch.url)
    #expect(without.status == 1)
    #expect(without.errors.contains("install graphviz"), "\(without.errors)")
    #expect(!FileManager.default.fileExists(atPath: scratch.path("b.svg")))
  }
}
