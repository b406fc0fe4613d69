internal import ArgumentParser
internal import FoundationEssentials
internal import StaticGraph

/// `staticgraph plot`.
struct Plot: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Draws a graph: a frame for each name scope, shapes beside the arrows.",
    discussion: """
      Writes DOT, or SVG where Graphviz is installed. A variable is one box, from which its values \
      go to what reads them; what changes variables names them. What gives variables their first \
      values is left out. Broken arrows are control dependencies. The bodies of loops and branches \
      are frames with a grey ground.

      Examples:
        staticgraph plot linear.pbtxt linear.dot
      """)

  @OptionGroup var model: ModelArgument

  @Argument(
    help: ArgumentHelp("The picture: a .dot or .svg file.", valueName: "out"),
    completion: .file(extensions: ["dot", "svg"]))
  var out: String

  func validate() throws {
    guard ["dot", "svg"].contains(URL(filePath: out).pathExtension.lowercased()) else {
      throw ValidationError("the picture is a .dot or .svg file, not \"\(out)\"")
    }
  }

  func run() throws {
    let model = try model.load()
    let picture = GraphPicture(model.graph, title: model.name).dot
    if URL(filePath: out).pathExtension.lowercased() == "svg" {
      try AtomicFile.write(Graphviz.svg(of: picture), to: out)
      return
    }
    try AtomicFile.write(Array(picture.utf8), to: out)
  }
}
