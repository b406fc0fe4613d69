internal import ArgumentParser
internal import FoundationEssentials
internal import StaticGraph

/// `staticgraph convert`.
struct Convert: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Writes a graph in the other form: .pb to .pbtxt, .pbtxt to .pb.",
    discussion: """
      The extensions tell which form is which. Equal graphs give equal bytes.

      Examples:
        staticgraph convert linear.pbtxt linear.pb
        staticgraph convert linear.pb again.pbtxt
      """)

  @OptionGroup var model: ModelArgument

  @Argument(
    help: ArgumentHelp("The file to write.", valueName: "out"),
    completion: .file(extensions: ["pb", "pbtxt"]))
  var out: String

  func run() throws {
    let model = try model.load()
    // A place that no file names would be that of the file read here, and differ each time.
    try model.graph.write(to: URL(filePath: out), locations: false)
  }
}
