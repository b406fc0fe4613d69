import Foundation
import TestPrograms
import Testing

@Suite("Examples with 1, 2 and 4 workers")
struct WorkerTests {
  @Test(
    "write the same output",
    arguments: ["CustomCell", "LinearRegression", "MLP", "WhileLoops"])
  func smallExamples(name: String) throws {
    let programs = try ["1", "2", "4"].map { try ProgramProcess(name, ["--workers", $0]) }
    for program in programs {
      #expect(program.status == 0, "\(program.errors)")
      #expect(!program.output.isEmpty)
      #expect(program.output == programs[0].output)
    }
  }

  @Test(
    "train and write the same text and the same bytes of weights",
    arguments: ["--cell lstm --layers 2", "--cell gru --carry-state", "--cell rnn --fast-loss"])
  func hamlet(options: String) throws {
    let text = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Fixtures/hamlet/sample.txt").path
    let scratch = FileManager.default.temporaryDirectory
      .appending(path: "workers-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: scratch) }
    let size = "--units 24 --batch 6 --time 10 --epochs 2 --characters 40 --seed 5"
    var outputs: [String] = []
    var weights: [[Data]] = []
    for workers in [1, 2, 4] {
      let out = scratch.appending(path: "\(workers)")
      let arguments =
        ["--text", text, "--out", out.path]
        + "\(size) \(options) --workers \(workers)".split(separator: " ").map(String.init)
      let program = try ProgramProcess("HamletLSTM", arguments)
      #expect(program.status == 0, "\(program.errors)")
      outputs.append(Self.withoutTimes(program.output))
      weights.append(
        try ["last.npz", "best.npz", "last.json"].map {
          try Data(contentsOf: out.appending(path: $0))
        })
    }
    #expect(!outputs[0].isEmpty)
    #expect(outputs == Array(repeating: outputs[0], count: 3))
    #expect(weights == Array(repeating: weights[0], count: 3))
  }

  /// What does not depend on how fast it went.
  private static func withoutTimes(_ output: String) -> String {
    output.replacing(#/  \d+ characters\/s.*/#, with: "")
  }
}
