internal import ArgumentParser
internal import StaticGraph

/// `NAME=50x784`.
struct FeedShape: Sendable {
  let name: String
  let shape: [Int]

  /// - Throws: `ValidationError` where the text is no name and shape.
  @Sendable static func parse(_ text: String) throws -> FeedShape {
    let wrong = ValidationError("a shape is NAME=50x784, or NAME=scalar, not \"\(text)\"")
    let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, !parts[0].isEmpty else { throw wrong }
    if parts[1] == "scalar" { return FeedShape(name: String(parts[0]), shape: []) }
    let extents = parts[1].split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
    let shape = extents.compactMap { $0 }
    guard shape.count == extents.count, shape.allSatisfy({ $0 >= 0 }) else { throw wrong }
    return FeedShape(name: String(parts[0]), shape: shape)
  }
}

/// `staticgraph explain`.
struct Explain: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Shows the plan that a run is compiled to.",
    discussion: """
      What each pass of the compiler left, and the steps with their order, work and memory. \
      Placeholders whose shapes the file tells need no --feed-shape.

      Examples:
        staticgraph explain linear.pbtxt --fetch prediction --feed-shape x=50
        staticgraph explain linear.pbtxt --target train \\
          --feed-shape x=50 --feed-shape y=50
      """)

  @OptionGroup var model: ModelArgument

  @Option(
    name: .customLong("fetch"), help: ArgumentHelp("A tensor that is wanted.", valueName: "name"))
  var fetches: [String] = []

  @Option(
    name: .customLong("target"),
    help: ArgumentHelp("An operation to execute, such as a training step.", valueName: "op"))
  var targets: [String] = []

  @Option(
    name: .customLong("feed-shape"),
    help: ArgumentHelp(
      "The shape of what is fed: x=50x784, keep_prob=scalar.", valueName: "name=shape"),
    transform: FeedShape.parse)
  var shapes: [FeedShape] = []

  @OptionGroup(title: "Session") var session: SessionOptions

  func validate() throws {
    guard !(fetches.isEmpty && targets.isEmpty) else {
      throw ValidationError("nothing to explain: give --fetch or --target")
    }
  }

  func run() throws {
    let model = try model.load()
    let tensors = try fetches.map { try model.tensor($0) }
    let operations = try targets.map { try model.operation($0) }
    var sizes: [Tensor: [Int]] = [:]
    for feed in shapes {
      guard sizes.updateValue(feed.shape, forKey: try model.tensor(feed.name)) == nil else {
        throw Failure("the shape of \"\(feed.name)\" is given twice")
      }
    }
    for placeholder in model.graph.operations where placeholder.type == "Placeholder" {
      for tensor in placeholder.outputs where sizes[tensor] == nil {
        sizes[tensor] = tensor.shape.known
      }
    }
    let session = try session.session(model)
    say(try session.explain(tensors, operations, shapes: sizes))
  }
}
