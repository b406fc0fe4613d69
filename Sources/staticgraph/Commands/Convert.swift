internal import ArgumentParser
internal import FoundationEssentials
internal import StaticGraph

/// `staticgraph convert`.
struct Convert: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Writes a graph in the other form: .pb to .pbtxt, .pbtxt to .pb.",
    discussion: """
      The extensions tell which form is which. Equal graphs give equal bytes. The files and lines \
      that the file tells of where its operations were declared are kept.

      Examples:
        staticgraph convert linear.pbtxt linear.pb
        staticgraph convert linear.pb again.pbtxt
      """)

  @OptionGroup var model: ModelArgument

  @Argument(
    help: ArgumentHelp("The file to write.", valueName: "out"),
    completion: .file(extensions: ["pb", "pbtxt"]))
  var out: String

  func validate() throws {
    guard ["pb", "pbtxt"].contains(URL(filePath: out).pathExtension.lowercased()) else {
      throw ValidationError("the graph is written as a .pb or .pbtxt file, not \"\(out)\"")
    }
  }

  func run() throws {
    let model = try model.load()
    try model.graph.write(to: URL(filePath: out))
  }
}
