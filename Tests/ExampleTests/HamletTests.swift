import Foundation
import StaticGraph
import TestPrograms
import Testing

@Suite("HamletLSTM, small")
struct HamletTests {
  private static let text = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Fixtures/hamlet/sample.txt").path

  private let scratch: ScratchDirectory

  init() throws { scratch = try ScratchDirectory() }

  /// A tiny model: 1,842 characters, 16 units, batches of 4 times 10.
  private func hamlet(
    _ out: String, _ options: String = "", interruptedAfter mark: String? = nil
  ) throws -> ProgramProcess {
    let common = ["--text", Self.text, "--out", scratch.path(out), "--seed", "1"]
    let size = "--units 16 --batch 4 --time 10 --characters 50 --fast-loss"
    let rest = "\(size) \(options)".split(separator: " ").map(String.init)
    return try ProgramProcess("HamletLSTM", common + rest, interruptedAfter: mark)
  }

  private func bytes(_ out: String, _ file: String) throws -> Data {
    try Data(contentsOf: scratch.url.appending(path: out).appending(path: file))
  }

  private func epochs(_ program: ProgramProcess) -> [String] {
    program.output.split(separator: "\n").filter { $0.hasPrefix("Epoch") }.map(String.init)
  }

  @Test("An epoch tells its loss and the validation's, and characters are written at the end")
  func training() throws {
    let program = try hamlet("a", "--epochs 3")
    #expect(program.status == 0, "\(program.errors)")
    let lines = epochs(program)
    #expect(lines.count == 3)
    #expect(lines[0].wholeMatch(of: #/Epoch  1 loss \d+\.\d{4}/#) != nil, "\(lines)")
    #expect(program.output.contains("(bigram 2.5325)"))
    let parts = program.output.components(separatedBy: "The model goes on:\n")
    #expect(parts.count == 2 && parts[1].count == 51, "50 characters and the end of the line")
  }

  @Test(
    "Two epochs, resumed for two more, are four epochs bit for bit",
    arguments: ["", "--carry-state"])
  func resume(option: String) throws {
    #expect(try hamlet("whole", "--epochs 4 --layers 2 \(option)").status == 0)
    #expect(try hamlet("parts", "--epochs 2 --layers 2 \(option)").status == 0)
    let rest = try hamlet("parts", "--resume --epochs 2")
    #expect(epochs(rest).count == 2)
    for file in ["last.npz", "best.npz", "last.json"] {
      #expect(try bytes("whole", file) == bytes("parts", file), "\(file)")
    }
  }

  @Test("An interrupt ends the step, saves, tells how to go on and exits with 130")
  func interrupt() throws {
    let stopped = try hamlet("stopped", "--epochs 4000", interruptedAfter: "Epoch  1")
    #expect(stopped.status == 130)
    #expect(stopped.output.contains("--resume --out \(scratch.path("stopped"))"))
    let position = try JSONSerialization.jsonObject(with: bytes("stopped", "last.json"))
    let done = try #require((position as? [String: Any])?["epochs"] as? Int)
    #expect(try hamlet("stopped", "--resume --epochs \(done + 2)").status == 0)
    #expect(try hamlet("whole", "--epochs \(done + 2)").status == 0)
    #expect(try bytes("stopped", "last.npz") == bytes("whole", "last.npz"))
  }

  @Test("Text is written from what is kept alone: sampled, greedily, by window")
  func generation() throws {
    #expect(try hamlet("a", "--epochs 1").status == 0)
    for option in ["", "--greedy", "--window", "--window --greedy"] {
      let arguments = ["--generate-only", "--seed", "2", "--out", scratch.path("a")]
      let more = option.split(separator: " ").map(String.init) + ["--characters", "20"]
      let first = try ProgramProcess("HamletLSTM", arguments + more)
      let second = try ProgramProcess("HamletLSTM", arguments + more)
      #expect(first.status == 0, "\(option): \(first.errors)")
      #expect(first.output == second.output, "the same seed writes the same text")
      let written = first.output.components(separatedBy: "The model goes on:\n").last
      #expect(written?.count == 21)
    }
  }

  @Test("A loss that is no number stops with the step and the first operation that made it")
  func notANumber() throws {
    let program = try hamlet("a", "--epochs 2 --learning-rate 1e38 --clip-norm 0")
    #expect(program.status != 0)
    #expect(program.errors.contains("epoch 1, step 2: "), "\(program.errors)")
    #expect(program.errors.contains(" makes "), "\(program.errors)")
  }

  @Test("Trained and written from files it does what it does declared, to the bit")
  func files() throws {
    let options = "--epochs 2 --layers 2 --carry-state"
    #expect(try hamlet("declared", options).status == 0)
    let out = scratch.path("graphs")
    #expect(try hamlet("none", "--layers 2 --write-graphs \(out)").status == 0)
    let loaded = try hamlet(
      "loaded",
      "\(options) --graph \(out)/hamlet-lstm.pbtxt "
        + "--writing-graph \(out)/hamlet-generate.pbtxt")
    #expect(loaded.status == 0, "\(loaded.errors)")
    for file in ["last.npz", "best.npz"] {
      #expect(try bytes("declared", file) == bytes("loaded", file), "\(file)")
    }
    let resumed = try hamlet("loaded", "--resume --epochs 1")
    #expect(resumed.status == 0 && epochs(resumed).count == 1, "\(resumed.errors)")
    let arguments = ["--generate-only", "--seed", "1", "--characters", "20"]
    let (mine, theirs) = try (
      ProgramProcess("HamletLSTM", arguments + ["--out", scratch.path("declared")]),
      ProgramProcess(
        "HamletLSTM",
        arguments + [
          "--out", scratch.path("declared"), "--writing-graph", "\(out)/hamlet-generate.pbtxt",
        ])
    )
    #expect(mine.status == 0 && mine.output == theirs.output, "\(theirs.errors)")
    let wrong = try hamlet("wrong", "--graph \(out)/hamlet-generate.pbtxt")
    #expect(wrong.status == 1 && wrong.errors.contains("has no tensor"), "\(wrong.errors)")
  }

  @Test("Wrong options and texts are told")
  func mistakes() throws {
    #expect(try hamlet("a", "--keep-prob 0").status == 64)
    let empty = try hamlet("a", "--batch 1000")
    #expect(empty.status == 1)
    #expect(empty.errors.contains("too few for one batch of 1000 rows of 10"), "\(empty.errors)")
    let none = try ProgramProcess("HamletLSTM", ["--generate-only", "--out", scratch.path("none")])
    #expect(none.errors.contains("there is no model in"), "\(none.errors)")
  }
}
