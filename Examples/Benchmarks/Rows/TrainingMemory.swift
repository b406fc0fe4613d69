import Foundation

/// The resident memory of a process that trains a model and does nothing else, after some steps.
///
/// The plan's own figure must be within a tenth of what the process grows by with its first steps.
struct TrainingMemory: Row {
  let name = "memory-512"

  var unit: Unit { .megabytes }

  private static let tolerance = 0.1

  func prepare(_ setting: Setting) throws -> any Contender {
    ResidentMemory(peer: try OwnProcess.start(settings(setting)))
  }

  func rivals(_ setting: Setting) throws -> [any Contender] {
    try setting.start([.tensorflow, .pytorch, .jax], settings(setting)).map {
      ResidentMemory(peer: $0)
    }
  }

  private func settings(_ setting: Setting) -> RecurrentSettings {
    RecurrentSettings(threads: setting.workers)
  }

  func check(_ setting: Setting, _ rivals: [any Contender]) throws -> Check? {
    let answer = try OwnProcess.start(settings(setting)).ask("memory")
    let report = try JSONDecoder().decode(OwnProcess.MemoryReport.self, from: Data(answer.utf8))
    return Check(
      passed: abs(report.planned - report.grown) <= Self.tolerance * report.grown,
      message: String(
        format: "the plan tells of %.1f MB, the process grew by %.1f MB", report.planned,
        report.grown))
  }
}

/// The resident memory of a peer's process, in megabytes, after each execution.
struct ResidentMemory: Contender {
  let peer: Peer
  var name: String { peer.name }

  func measure(_ count: Int) throws -> [Double] {
    try (0..<count).map { _ in
      _ = try peer.measure(1)
      return try peer.residentMemory()
    }
  }
}
