import FoundationEssentials
import StaticGraph
import Testing

@Suite struct GraphFileTests {
  @Test("The extension of a file decides between text and binary")
  func encodings() {
    #expect(GraphEncoding(of: URL(filePath: "a/model.pbtxt")) == .text)
    #expect(GraphEncoding(of: URL(filePath: "a/model.pb")) == .binary)
    #expect(GraphEncoding(of: URL(filePath: "a/model")) == .binary)
  }

  @Test("A file that is not there is told by its name")
  func missing() {
    let file = URL(filePath: "/nowhere/model.pb")
    let error = #expect(throws: FormatError.self) { try Graph(contentsOf: file) }
    #expect(error?.code == .inaccessible)
    #expect(
      error?.description == "/nowhere/model.pb: cannot be read: there is no such file")
  }
}
