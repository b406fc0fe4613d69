import Foundation
import StaticGraph
import TestPrograms
import Testing

/// What tests of the command line share: a directory with small models in it.
class CommandLineSuite {
  let scratch: ScratchDirectory

  init() throws {
    scratch = try ScratchDirectory()
    try Self.linear().write(to: scratch.file("linear.pbtxt"), locations: false)
    try Self.many().write(to: scratch.file("many.pb"), locations: false)
  }

  /// Runs `staticgraph` in the directory; arguments are separated by spaces.
  func staticgraph(
    _ arguments: String, interruptedAfter mark: String? = nil
  ) throws -> ProgramProcess {
    try ProgramProcess(
      "staticgraph", arguments.split(separator: " ").map(String.init), in: scratch.url,
      interruptedAfter: mark)
  }

  /// `y = w x + b` with its training.
  private static func linear() -> Graph {
    let graph = Graph(seed: 1)
    let x = graph.placeholder(.float32, shape: [nil], name: "x")
    let y = graph.placeholder(.float32, shape: [nil], name: "y")
    let w = graph.variable("w", initial: 2.0)
    let b = graph.variable("b", initial: -1.0)
    let prediction = identity(w * x + b, name: "prediction")
    let loss = reduceMean(square(prediction - y), name: "loss")
    _ = GradientDescentOptimizer(learningRate: 0.1).minimize(loss, name: "train")
    _ = graph.globalVariablesInitializer()
    return graph
  }

  /// A placeholder of each dtype, random numbers, a table and a loop.
  private static func many() -> Graph {
    let graph = Graph()
    for dtype in [DType.float32, .float64, .int32, .int64, .uint8, .bool, .string] {
      _ = graph.placeholder(dtype, name: "in/\(dtype)")
    }
    let table = graph.variable("table", initial: graph.ones([4, 2]))
    let rows = graph.placeholder(.int32, shape: [nil], name: "rows")
    _ = reduceSum(gather(table, rows), name: "sum")
    _ = identity(graph.randomUniform([2]), name: "numbers")
    let start = graph.placeholder(.float32, shape: [], name: "start")
    let limit = graph.placeholder(.float32, shape: [], name: "limit")
    let result = whileLoop(start, name: "doubling") {
      $0 .< limit
    } body: {
      $0 * 2
    }
    _ = identity(result, name: "doubled")
    _ = identity(start, name: "../outside")
    _ = identity(start, name: "..")
    return graph
  }
}

@Suite("Exit status and streams")
final class StatusTests: CommandLineSuite {
  @Test(
    "Wrong usage has status 64",
    arguments: [
      "run linear.pbtxt", "run linear.pbtxt --fetch y --feed x", "run", "nonsense",
      "run linear.pbtxt --fetch x --feed x=[1,", "run linear.pbtxt --fetch x --feed x=[[1],2]",
      "run linear.pbtxt --fetch loss --fetch loss", "run linear.pbtxt --fetch loss --steps 0",
      "run linear.pbtxt --fetch x --out a.npz --out-dir d", "grad linear.pbtxt --of loss",
      "run linear.pbtxt --fetch x --workers 0", "explain linear.pbtxt",
      "explain linear.pbtxt --fetch loss --feed-shape x=axb", "plot linear.pbtxt picture.png",
      "convert linear.pbtxt", "convert linear.pbtxt linear.txt", "inspect",
    ])
  func usage(arguments: String) throws {
    let program = try staticgraph(arguments)
    #expect(program.status == 64, "\(program.errors)")
    #expect(program.output.isEmpty && !program.errors.isEmpty)
  }

  @Test(
    "What fails has status 1 and one line that tells why",
    arguments: [
      ("run none.pb --fetch x", "none.pb: cannot be read: there is no such file"),
      ("inspect .", ".: cannot be read: it is a directory"),
      ("inspect linear.pbtxt/x.pb", "x.pb: cannot be read: a part of its path is no directory"),
      ("run linear.pbtxt --fetch nothing", "linear.pbtxt: there is no operation \"nothing\""),
      ("run linear.pbtxt --fetch Prediction", "there is \"prediction\""),
      ("run linear.pbtxt --fetch prediction:1", "has no output \"prediction:1\""),
      ("run linear.pbtxt --fetch train", "it can only be a target"),
      ("run linear.pbtxt --fetch prediction", "\"x\""),
      ("run linear.pbtxt --fetch prediction --feed x=[1]", "w"),
      (
        "run linear.pbtxt --fetch prediction --feed x=none.npy",
        "none.npy: cannot be read: there is no such file"
      ),
      ("run linear.pbtxt --fetch prediction --feed q=1", "there is no operation \"q\""),
      ("run linear.pbtxt --fetch prediction --init --feed x=1", "x:0"),
      ("run linear.pbtxt --fetch x --feed x=[1] --feed x:0=[1]", "\"x:0\" is given twice"),
      ("run linear.pbtxt --fetch x --feed x=[1] --out no/such/a.npz", "no/such/a.npz"),
      (
        "run linear.pbtxt --fetch x --feed x=[1] --out-dir linear.pbtxt/a",
        "linear.pbtxt/a: the directory cannot be made: not a directory"
      ),
      ("grad many.pb --of rows --wrt table", "only floats have gradients"),
      ("grad many.pb --of sum --wrt rows", "\"rows\" is int32[?]: only floats have gradients"),
      ("explain linear.pbtxt --fetch prediction --feed-shape x=2x2", "x:0"),
      (
        "convert linear.pbtxt no/such/a.pb",
        "no/such/a.pb: cannot be written: there is no such directory"
      ),
    ])
  func failures(arguments: String, reason: String) throws {
    let program = try staticgraph(arguments)
    #expect(program.status == 1)
    #expect(program.output.isEmpty)
    #expect(program.errors.hasPrefix("error: ") && program.errors.contains(reason))
    #expect(program.errors.filter { $0 == "\n" }.count == 1, "\(program.errors)")
  }

  @Test("A file that is no graph is told, whatever its bytes")
  func damagedFiles() throws {
    try Data("node {".utf8).write(to: scratch.file("cut.pbtxt"))
    try Data([0x0A, 0xFF, 0xFF]).write(to: scratch.file("cut.pb"))
    for file in ["cut.pbtxt", "cut.pb"] {
      let program = try staticgraph("inspect \(file)")
      #expect(program.status == 1)
      #expect(program.errors.hasPrefix("error: \(file)"), "\(program.errors)")
    }
  }

  @Test("Empty names of files are wrong usage")
  func emptyNames() throws {
    for arguments in [["inspect", ""], ["run", "many.pb", "--fetch", "numbers", "--out-dir", ""]] {
      let program = try ProgramProcess("staticgraph", arguments, in: scratch.url)
      #expect(program.status == 64 && program.output.isEmpty, "\(program.errors)")
    }
  }

  @Test("Closed output ends the program without a word")
  func closedOutput() throws {
    let line = "staticgraph inspect many.pb --ops | head -n 1; echo ${PIPESTATUS[0]}"
    let program = try ProgramProcess(shell: line, in: scratch.url)
    let lines = program.output.split(separator: "\n")
    #expect(lines.first?.hasPrefix("many.pb: ") == true)
    #expect(lines.last == "141" || lines.last == "0", "ended by SIGPIPE, or before it")
    #expect(program.errors.isEmpty)
    let endless = try ProgramProcess(
      shell: "staticgraph run many.pb --fetch numbers --steps 100000000 | head -n 1",
      in: scratch.url
    )
    #expect(endless.output == "step         1\n")
    #expect(endless.errors.isEmpty)
  }

  @Test("Ctrl-C ends it with status 130")
  func interrupt() throws {
    let program = try staticgraph(
      "run many.pb --fetch numbers --steps 100000000", interruptedAfter: "step         3")
    #expect(program.status == 130)
    #expect(program.errors.isEmpty)
  }

  @Test("There is colour on a terminal only, and none where NO_COLOR forbids it")
  func colour() throws {
    let escape = "\u{1B}["
    func output(_ setting: String, onTerminal: Bool) throws -> String {
      let command = "staticgraph inspect linear.pbtxt"
      let line =
        onTerminal
        ? "TERM=xterm \(setting) script -qec '\(command)' /dev/null </dev/null"
        : "\(setting) \(command)"
      return try ProgramProcess(shell: line, in: scratch.url).output
    }
    #expect(try output("NO_COLOR=", onTerminal: true).contains("\(escape)1mvariables\(escape)0m"))
    #expect(try !output("NO_COLOR=1", onTerminal: true).contains(escape))
    #expect(try !output("NO_COLOR=", onTerminal: false).contains(escape))
  }
}

@Suite("Help and completions")
final class HelpTests: CommandLineSuite {
  @Test(
    "The examples in the help run",
    arguments: ["run", "grad", "inspect", "explain", "convert", "plot"])
  func examples(command: String) throws {
    let help = try staticgraph("\(command) --help").output
    let start = try #require(help.range(of: "Examples:\n"))
    let end = try #require(help.range(of: "\nUSAGE:"))
    let text = help[start.upperBound..<end.lowerBound].replacing("\\\n", with: " ")
    let lines = text.split(separator: "\n").map { $0.drop { $0 == " " } }
    #expect(!lines.isEmpty)
    for line in lines {
      #expect(line.hasPrefix("staticgraph \(command) "))
      let program = try ProgramProcess(shell: String(line), in: scratch.url)
      #expect(program.status == 0, "\(line)\n\(program.errors)")
    }
  }

  @Test("Every subcommand is in the help, and every exit status")
  func overview() throws {
    let help = try staticgraph("--help")
    #expect(help.status == 0)
    for word in ["run", "grad", "inspect", "explain", "convert", "plot", "64", "130"] {
      #expect(help.output.contains(word))
    }
    let version = try staticgraph("--version")
    #expect(version.status == 0 && version.output.hasPrefix("staticgraph "))
  }

  @Test("Completions know the kinds of files", arguments: ["bash", "zsh", "fish"])
  func completions(shell: String) throws {
    let program = try staticgraph("--generate-completion-script \(shell)")
    #expect(program.status == 0)
    for word in ["inspect", "feed-shape", "pbtxt", "npz", "npy"] {
      #expect(program.output.contains(word), "\(word)")
    }
  }

  @Test("The commands in the README run")
  func readme() throws {
    let package = URL(filePath: #filePath)
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    let graphs = package.appending(path: "graphs").path
    let readme = try String(contentsOf: package.appending(path: "README.md"), encoding: .utf8)
    let lines = readme.replacing("\\\n", with: " ").split(separator: "\n")
      .filter { $0.hasPrefix("staticgraph ") }
    #expect(lines.count >= 6)
    try FileManager.default.createSymbolicLink(
      atPath: scratch.path("graphs"), withDestinationPath: graphs)
    for line in lines {
      let program = try ProgramProcess(shell: String(line), in: scratch.url)
      #expect(program.status == 0, "\(line)\n\(program.errors)")
    }
  }
}
