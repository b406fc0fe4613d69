import StaticGraph

/// A workload that is measured: a line of the table.
protocol Row: Sendable {
  /// The name by which `--only` selects it.
  var name: String { get }
  /// What is measured.
  var unit: Unit { get }
  /// Floating-point operations of one execution; nil where a speed in FLOP/s says nothing.
  var flops: Double? { get }
  /// How many executions a round measures.
  var executions: Int { get }
  /// Our own side, ready to run.
  func prepare(_ setting: Setting) throws -> any Contender
  /// What it is compared with, ready to run.
  func rivals(_ setting: Setting) throws -> [any Contender]
  /// Whether ours computes what it should, or what a rival does; nil where there is nothing to
  /// compare with.
  func check(_ setting: Setting, _ rivals: [any Contender]) throws -> Check?
}

extension Row {
  var unit: Unit { .milliseconds }
  var flops: Double? { nil }
  var executions: Int { 3 }
  func rivals(_ setting: Setting) throws -> [any Contender] { [] }
  func check(_ setting: Setting, _ rivals: [any Contender]) throws -> Check? { nil }

  /// Whether `name` selects this row: the whole name, or the words that it begins with.
  func isCalled(_ name: String) -> Bool { self.name == name || self.name.hasPrefix("\(name)-") }
}

/// What the figures of a row count.
enum Unit {
  case milliseconds, megabytes
}

/// How rows are measured.
struct Setting: Sendable {
  let rounds: Int
  let workers: Int
  let peers: [PeerKind]
}

/// What was found out about a row apart from its figures; a row whose check fails is void.
struct Check: Encodable {
  let passed: Bool
  let message: String
  /// The greatest max |a - b| / max |b| of a gradient; nil where none is compared.
  var gradientError: Double?
  /// The greatest distance of a loss; nil where none is compared.
  var lossError: Double?

  private enum CodingKeys: String, CodingKey {
    case passed, message
    case gradientError = "gradient_error"
    case lossError = "loss_error"
  }
}

/// One side of a comparison.
protocol Contender {
  var name: String { get }
  /// The figures of `count` executions, one after another, in the unit of the row.
  func measure(_ count: Int) throws -> [Double]
}

/// A contender that runs in this process.
struct Local: Contender {
  let name: String
  /// What the figure of an execution is divided by.
  private let units: Int
  private let execution: () throws -> Double

  /// A contender that is timed.
  ///
  /// - Parameter units: How many units of work `body` does; above 1 for work that is too short to
  ///   be timed by itself. Times are for one of them.
  init(_ name: String = "ours", units: Int = 1, body: @escaping () throws -> Void) {
    self.init(name: name, units: units) { try milliseconds(body) }
  }

  private init(name: String, units: Int, execution: @escaping () throws -> Double) {
    (self.name, self.units, self.execution) = (name, units, execution)
  }

  /// A contender that says itself what an execution took.
  static func telling(
    _ name: String = "ours", units: Int = 1, _ execution: @escaping () throws -> Double
  ) -> Local {
    Local(name: name, units: units, execution: execution)
  }

  func measure(_ count: Int) throws -> [Double] {
    try (0..<count).map { _ in try execution() / Double(units) }
  }
}

/// The time that `body` takes.
func milliseconds(_ body: () throws -> Void) rethrows -> Double {
  try ContinuousClock().measure(body) / .milliseconds(1)
}
