import TestPrograms
import Testing

@Suite("Small examples")
struct SmallExampleTests {
  private func lines(_ name: String) throws -> [String] {
    let program = try ProgramProcess(name)
    #expect(program.status == 0, "\(program.errors)")
    return program.output.split(separator: "\n").map(String.init)
  }

  @Test("Quickstart finds slope and offset")
  func quickstart() throws {
    let lines = try lines("Quickstart")
    #expect(lines.count == 6)
    #expect(lines.first?.hasPrefix("step  0  loss 7.") == true)
    #expect(lines.last == "y = 3.00 x + 2.00")
  }

  @Test("LinearRegression finds what Quickstart finds")
  func linearRegression() throws {
    let lines = try lines("LinearRegression")
    #expect(lines.suffix(2) == ["w = 3.00", "b = 2.00"])
    #expect(try lines.prefix(5) == self.lines("Quickstart").prefix(5))
  }

  @Test("ReloadGraph goes on with the same bits")
  func reloadGraph() throws {
    let lines = try lines("ReloadGraph")
    #expect(lines.count == 5)
    #expect(lines.last == "the same bits: true", "\(lines)")
    #expect(lines[1].suffix(6) == lines[3].suffix(6))
  }

  @Test("MLP tells the spirals apart")
  func mlp() throws {
    let lines = try lines("MLP")
    #expect(lines.count == 4)
    #expect(lines.last?.hasSuffix("right 100 %") == true, "\(lines)")
  }

  @Test("CustomCell is what the library's cell is, and learns")
  func customCell() throws {
    let lines = try lines("CustomCell")
    #expect(lines.first == "the library's cell differs by less than 0.000001: true")
    #expect(lines.last?.hasSuffix("right 16 of 16") == true, "\(lines)")
  }

  @Test("WhileLoops computes what Python computes")
  func whileLoops() throws {
    #expect(
      try lines("WhileLoops") == [
        "6 takes 8 turns", "7 takes 16 turns", "27 takes 111 turns",
        "root 1.4142  slope 0.3536", "root 3.0000  slope 0.1667",
        "sums [ 1.  3.  6. 10. 15.]", "squares [ 1.  4.  9. 16. 25.]", "primes below 100: 25",
      ])
  }
}
