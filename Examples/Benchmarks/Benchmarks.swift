import ArgumentParser
import Foundation

/// Measures the engine beside other libraries and beside the machine's own peak.
@main
struct Benchmarks: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Measures StaticGraph beside TensorFlow, PyTorch and this machine's peak.",
    discussion: """
      In each round every contender of a row has its turn, so that a change of the machine's speed \
      meets all of them alike. Told are the median of the rounds, the least and the greatest of \
      them, our time as a multiple of the other's, and the share of the peak: the speed of a \
      product of two square matrices by the engine itself, measured in the same rounds.

      A row that has a check is void where it fails: of training, the gradients of the first step \
      and the losses of a hundred steps must be TensorFlow's.

      --json prints a list of objects: row, ours_ms (null in a void row), spread ([least, greatest] \
      in the unit of the row), peers (name to ms, spread, ratio), gflops, share_of_peak, loss_check (null, \
      or passed, message, and of training gradient_error, loss_error). Rows of memory have ours_mb \
      and mb of peers, in megabytes.

      Rows: \(Self.rows.map(\.name).joined(separator: ", "))
      """)

  /// Every row, in the order of the table.
  static let rows: [any Row] = [
    RecurrentTraining(name: "lstm-512"),
    RecurrentTraining(name: "lstm-128", settings: RecurrentSettings(units: 128)),
    RecurrentTraining(name: "lstm-512-custom-cell", isHandmade: true),
    RecurrentTraining(name: "lstm-512x2", settings: RecurrentSettings(layers: 2)),
    RecurrentTraining(name: "lstm-512-peephole", settings: RecurrentSettings(cell: .peephole)),
    RecurrentTraining(name: "gru-512", settings: RecurrentSettings(cell: .gru)),
    RecurrentTraining(name: "scaling-512", isScaling: true),
    Generation(name: "generate-512", units: 512),
    Generation(name: "generate-128", units: 128),
    OpOverhead(),
    RunOverhead(entry: .run),
    RunOverhead(entry: .callable),
    WhileOverhead(),
    Chains(direction: .forward),
    Chains(direction: .gradient),
    ImageTraining(.mlp),
    ImageTraining(.cnn),
    CompileTime(),
    LargeGraph(),
    TrainingMemory(),
    ColdStart(),
    CustomCells(.separateGates),
    CustomCells(.anotherOrder),
    CustomCells(.coupled),
    CustomCells(.normalized),
    CustomCells(.shared),
    CustomCells(.residual),
  ]

  @Option(
    name: .long, parsing: .upToNextOption,
    help: "Rows to measure, by name or by the first words of it; all by default.")
  var only: [String] = []

  @Flag(help: "Measure the peers too: TensorFlow, PyTorch, JAX, and the step written by hand in C.")
  var withPeers = false

  @Option(help: "Rounds of each row.")
  var rounds = 7

  @Option(help: "Workers of ours and threads of the peers.")
  var workers = 2

  @Flag(help: "Print JSON instead of a table.")
  var json = false

  @Flag(help: "Print a table in Markdown.")
  var markdown = false

  func validate() throws {
    guard rounds > 0, workers > 0 else {
      throw ValidationError("--rounds and --workers must be at least 1")
    }
    for name in only where !Self.rows.contains(where: { $0.isCalled(name) }) {
      let names = Self.rows.map(\.name).joined(separator: ", ")
      throw ValidationError("there is no row '\(name)'; there are \(names)")
    }
  }

  /// Whether `name` selects a row: the row of this name, or else all rows that begin with it.
  private static func select(_ name: String, _ row: any Row) -> Bool {
    rows.contains { $0.name == name } ? row.name == name : row.isCalled(name)
  }

  @Flag(help: .hidden)
  var serve = false

  func run() throws {
    if serve { return try OwnProcess.serve() }
    let peers = withPeers ? try PeerKind.installed() : []
    let setting = Setting(rounds: rounds, workers: workers, peers: peers)
    let selected = Self.rows.filter { row in only.isEmpty || only.contains { Self.select($0, row) }
    }
    var results: [RowResult] = []
    if !json { print(markdown ? MarkdownTable.header : Table.header) }
    for row in selected {
      // A file or a pipe is given each row as soon as it is measured, as a terminal is.
      fflush(nil)
      let result = try measure(row, setting)
      if !json { print(markdown ? MarkdownTable.lines(result) : Table.lines(result)) }
      results.append(result)
    }
    if json {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
      // A check that fails may have found distances that are no numbers.
      encoder.nonConformingFloatEncodingStrategy = .convertToString(
        positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
      print(String(decoding: try encoder.encode(results), as: UTF8.self))
    }
    if results.contains(where: \.isVoid) { throw ExitCode.failure }
  }
}
