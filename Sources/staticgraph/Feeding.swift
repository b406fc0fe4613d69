internal import ArgumentParser
internal import FoundationEssentials
internal import StaticGraph

/// `NAME=VALUE` of a feed.
struct FeedArgument: Sendable {
  enum Value: Sendable {
    case file(String)
    case literal(String)
  }

  let name: String
  let value: Value

  /// - Throws: `ValidationError` where there is no name, or the literal is none.
  @Sendable static func parse(_ text: String) throws -> FeedArgument {
    let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, !parts[0].isEmpty else {
      throw ValidationError("a feed is NAME=FILE.npy or NAME=LITERAL, not \"\(text)\"")
    }
    let (name, value) = (String(parts[0]), String(parts[1]))
    if value.lowercased().hasSuffix(".npy") {
      return FeedArgument(name: name, value: .file(value))
    }
    do {
      _ = try Literal(value)
    } catch {
      throw ValidationError("feed \"\(name)\": \(error)")
    }
    return FeedArgument(name: name, value: .literal(value))
  }
}

/// What a run is given.
struct FeedOptions: ParsableArguments {
  @Option(
    name: .customLong("feed"),
    help: ArgumentHelp(
      "A value: x=batch.npy, keep_prob=0.5, 'x=[[1,2],[3,4]]', 's=\"text\"', training=true.",
      discussion: "A literal takes the dtype of what it is fed to and must fit it.",
      valueName: "name=value"),
    completion: .file(extensions: ["npy"]), transform: FeedArgument.parse)
  var feeds: [FeedArgument] = []

  @Option(
    name: .customLong("feeds"),
    help: ArgumentHelp("Values by name; --feed goes before them.", valueName: "file.npz"),
    completion: .file(extensions: ["npz"]))
  var feedFile: String?

  @Flag(
    name: .customLong("init"),
    help: ArgumentHelp(
      "First initialise the variables: run the operation 'init', or each variable's own initialiser."
    ))
  var initialise = false

  /// The session's variables get their values, and what is left are the feeds of each run.
  ///
  /// - Throws: Where a name is not in the model, a file cannot be read or a value does not fit.
  func prepare(_ session: Session, _ model: Model) throws -> Feeds {
    if initialise {
      if let operation = model.graph.operation(named: "init") {
        try session.run(operation)
      } else {
        _ = try session.run(model.variables.map(\.initializer))
      }
    }
    var result = Feeds()
    var given: Set<Tensor> = []
    func add(_ name: String, _ array: NDArray) throws {
      let tensor = try model.tensor(name)
      guard given.insert(tensor).inserted else {
        throw Failure("feed \"\(name)\" is given twice")
      }
      if let variable = model.variable(name) {
        try session.assign(array, to: variable)
      } else {
        result.add(array, for: tensor)
      }
    }
    for feed in feeds {
      do {
        try add(feed.name, array(feed, model.tensor(feed.name).dtype))
      } catch let error as ArrayError {
        throw Failure("feed \"\(feed.name)\": \(error)")
      }
    }
    guard let feedFile else { return result }
    let file = try NPZ(contentsOf: URL(filePath: feedFile))
    for name in file.names {
      guard let array = file[name] else { continue }
      if !given.contains(try model.tensor(name)) { try add(name, array) }
    }
    return result
  }

  private func array(_ feed: FeedArgument, _ dtype: DType) throws -> NDArray {
    switch feed.value {
    case .file(let path): try NDArray(npy: URL(filePath: path))
    case .literal(let text): try Literal(text).array(dtype)
    }
  }
}

/// How a session works.
struct SessionOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Number of threads that compute.", valueName: "n"))
  var workers: Int?

  @Option(
    help: ArgumentHelp(
      "Seed of random operations that have none of their own in the file.", valueName: "n"))
  var seed: Int?

  func validate() throws {
    guard workers ?? 1 > 0 else { throw ValidationError("--workers must be above 0") }
  }

  func session(_ model: Model) throws -> Session {
    try Session(model.graph, options: .init(workers: workers, seed: seed))
  }
}
