internal import ArgumentParser
internal import StaticGraph

/// `staticgraph run`.
struct Run: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Runs a graph: gives it feeds, and shows or writes what is fetched.",
    discussion: """
      A feed with the name of a variable gives the variable that value before the first run.

      Examples:
        staticgraph run linear.pbtxt --init --feed 'x=[1,2]' --fetch prediction
        staticgraph run linear.pbtxt --init --feed 'x=[1,2]' --feed 'y=[3,5]' \\
          --target train --fetch loss --steps 20
        staticgraph run linear.pbtxt --feed w=3 --feed b=0.5 --feed 'x=[2]' \\
          --fetch prediction --out results.npz
      """)

  @OptionGroup var model: ModelArgument
  @OptionGroup(title: "What is given") var feeding: FeedOptions

  @Option(
    name: .customLong("fetch"), help: ArgumentHelp("A tensor that is wanted.", valueName: "name"))
  var fetches: [String] = []

  @Option(
    name: .customLong("target"),
    help: ArgumentHelp("An operation to execute, such as a training step.", valueName: "op"))
  var targets: [String] = []

  @Option(
    help: ArgumentHelp(
      "Run so many times in one session; each result has a first axis more, of this length.",
      valueName: "n"))
  var steps: Int?

  @OptionGroup(title: "Results") var results: ResultOptions
  @OptionGroup(title: "Session") var session: SessionOptions

  func validate() throws {
    guard !(fetches.isEmpty && targets.isEmpty) else {
      throw ValidationError("nothing to run: give --fetch or --target")
    }
    guard steps ?? 1 > 0 else { throw ValidationError("--steps must be above 0") }
    guard Set(fetches).count == fetches.count else {
      throw ValidationError("a --fetch is given twice")
    }
  }

  func run() throws {
    let model = try model.load()
    let tensors = try fetches.map { try model.tensor($0) }
    let operations = try targets.map { try model.operation($0) }
    let session = try session.session(model)
    let feeds = try feeding.prepare(session, model)
    guard let steps else {
      let (arrays, _) = try session.run(tensors, operations, feeding: feeds)
      return try results.write(Array(zip(fetches, arrays)).map { (name: $0, array: $1) })
    }
    if results.arePrinted {
      for step in 1...steps {
        let (arrays, _) = try session.run(tensors, operations, feeding: feeds)
        show(arrays, step: step, of: steps)
      }
    } else {
      try collect(steps) { try session.run(tensors, operations, feeding: feeds).0 }
    }
  }

  /// Prints the results of a step: scalars in its line, arrays below it.
  private func show(_ arrays: [NDArray], step: Int, of steps: Int) {
    let number = String(step)
    let padding = String(repeating: " ", count: String(steps).count - number.count)
    var line = StandardOutput.styled("step \(padding)\(number)", .bold)
    for (name, array) in zip(fetches, arrays) {
      let isShort = array.rank == 0
      line += "\(isShort ? "  " : "\n")\(results.text(name, array, isAlone: false))"
    }
    say(line)
  }

  /// Runs all steps, and writes each result with the steps as its first axis.
  private func collect(_ steps: Int, _ body: () throws -> [NDArray]) throws {
    var collected = [[NDArray]](repeating: [], count: fetches.count)
    var progress = Progress(steps: steps)
    for _ in 0..<steps {
      do {
        for (index, array) in try body().enumerated() { collected[index].append(array) }
      } catch {
        progress.clear()
        throw error
      }
      progress.advance()
    }
    progress.clear()
    var stacked: [(name: String, array: NDArray)] = []
    for (name, arrays) in zip(fetches, collected) {
      do {
        stacked.append((name, try arrays.ndarray(nil)))
      } catch {
        throw Failure("fetch \"\(name)\": the results of the steps do not fit together: \(error)")
      }
    }
    try results.write(stacked)
  }
}
