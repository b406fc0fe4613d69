import Foundation
import StaticGraph

/// This program as a process of its own, which speaks the protocol of `peer_protocol.py`, trains a
/// recurrent model, and also answers `memory` with a `MemoryReport`.
enum OwnProcess {
  /// The option that makes the program answer.
  static let option = "--serve"

  /// What a process grows by, in megabytes.
  struct MemoryReport: Codable {
    /// What the plan of a training step tells of itself.
    let planned: Double
    /// Resident memory after the first steps, without that from before them.
    let grown: Double
  }

  /// Starts a process.
  static func start(_ settings: RecurrentSettings) throws -> Peer {
    guard let program = Bundle.main.executablePath else {
      throw PeerError(description: "this program does not know where it is")
    }
    return try Peer("ours", kind: nil, program, [option], settings)
  }

  /// Answers until `quit` or the end of the input.
  static func serve() throws {
    // Written at once: standard output is a pipe.
    func answer(_ line: String) { FileHandle.standardOutput.write(Data("\(line)\n".utf8)) }
    var workload: Workload?
    while let line = readLine() {
      let words = line.split(separator: " ", maxSplits: 1).map(String.init)
      do {
        switch (words.first, workload) {
        case ("quit", _): return
        case ("setup", _):
          let settings = try JSONDecoder().decode(
            RecurrentSettings.self, from: Data((words.last ?? "").utf8))
          workload = try Workload(settings)
          answer("ready")
        case ("round", let workload?):
          let times = try (0..<(Int(words.last ?? "") ?? 1)).map { _ in
            try milliseconds(workload.step)
          }
          answer("{\"ms\": \(times)}")
        case ("memory", let workload?):
          answer(String(decoding: try JSONEncoder().encode(workload.report), as: UTF8.self))
        default: answer("error unknown command \(line)")
        }
      } catch {
        answer("error \(error)")
      }
    }
  }

  /// A model with one batch, after its first steps.
  private struct Workload {
    private let model: RecurrentModel
    private let feeds: Feeds
    let report: MemoryReport

    init(_ settings: RecurrentSettings) throws {
      model = try RecurrentModel(settings, workers: settings.threads)
      feeds = model.feeds(model.batch(0), isChecked: false)
      var metadata = RunMetadata()
      let before = try residentMegabytes(of: "self")
      for _ in 0..<3 {
        _ = try model.session.run(
          model.loss, model.train, feeding: feeds, metadata: &metadata)
      }
      report = MemoryReport(
        planned: Double(metadata.peakMemory) / 1e6,
        grown: try residentMegabytes(of: "self") - before)
    }

    func step() throws { _ = try model.session.run(model.loss, model.train, feeding: feeds) }
  }
}
