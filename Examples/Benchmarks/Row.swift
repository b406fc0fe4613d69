import StaticGraph

/// A workload that is measured: a line of the table.
protocol Row: Sendable {
  /// The name by which `--only` selects it.
  var name: String { get }
  /// Floating-point operations of one execution; nil where a speed in FLOP/s says nothing.
  var flops: Double? { get }
  /// How many executions a round times.
  var executions: Int { get }
  /// Our own side, ready to run.
  func prepare(_ setting: Setting) throws -> any Contender
  /// What it is compared with, ready to run.
  func rivals(_ setting: Setting) throws -> [any Contender]
  /// Whether ours computes what the rival does; nil where there is nothing to compare with.
  func check(_ setting: Setting, _ rivals: [any Contender]) throws -> LossCheck?
}

extension Row {
  var flops: Double? { nil }
  var executions: Int { 3 }
  func rivals(_ setting: Setting) throws -> [any Contender] { [] }
  func check(_ setting: Setting, _ rivals: [any Contender]) throws -> LossCheck? { nil }

  /// Whether `name` selects this row: the whole name, or the words that it begins with.
  func isCalled(_ name: String) -> Bool { self.name == name || self.name.hasPrefix("\(name)-") }
}

/// How rows are measured.
struct Setting: Sendable {
  let rounds: Int
  let workers: Int
  let peers: [PeerKind]
}

/// One side of a comparison.
protocol Contender {
  var name: String { get }
  /// The times of `count` executions, one after another, in milliseconds.
  func times(_ count: Int) throws -> [Double]
}

/// A contender that runs in this process.
struct Local: Contender {
  let name: String
  /// How many units of work `body` does; times are for one of them.
  let units: Int
  let body: () throws -> Void

  /// - Parameter units: Above 1 for work that is too short to be timed by itself.
  init(_ name: String = "ours", units: Int = 1, body: @escaping () throws -> Void) {
    self.name = name
    self.units = units
    self.body = body
  }

  func times(_ count: Int) throws -> [Double] {
    let clock = ContinuousClock()
    return try (0..<count).map { _ in
      let time = try clock.measure(body)
      return time / .milliseconds(1) / Double(units)
    }
  }
}
