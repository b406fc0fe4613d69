internal import ArgumentParser
internal import Glibc

/// The command line of graph files.
@main
struct StaticGraphCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "staticgraph",
    abstract: "Runs, differentiates, shows and converts graphs in TensorFlow's files.",
    discussion: """
      A model is a GraphDef: binary (.pb) or text (.pbtxt). A NAME in it is an operation or one of \
      its outputs: 'loss' is 'loss:0'. The name of a variable means its value.

      Exit status: 0 done, 1 it failed (standard error tells why), 64 wrong usage, 130 Ctrl-C.
      """,
    version: "staticgraph 0.1.0",
    subcommands: [Run.self, Grad.self, Inspect.self, Explain.self, Convert.self, Plot.self])

  static func main() {
    Signals.prepare()
    do {
      var command = try parseAsRoot()
      try command.run()
    } catch {
      // What the parser says (usage, help, completions) and what a run failed of look different.
      guard exitCode(for: error) == .failure, !(error is ExitCode) else { exit(withError: error) }
      StandardError.write("\(StandardError.styled("error:", .red)) \(oneLine(error))\n")
      Glibc.exit(ExitCode.failure.rawValue)
    }
  }

  private static func oneLine(_ error: any Error) -> String {
    String(describing: error).split(whereSeparator: \.isNewline).joined(separator: " ")
  }
}

/// A reason to stop, told to the user as it is.
struct Failure: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}
