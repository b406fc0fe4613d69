import TestPrograms
import Testing

/// Blocks of memory that a training step through a callable asks for, once all is warm.
///
/// The steps of a plan, and the turns of its loops, ask for none. What is left belongs to the run as
/// a whole: its state, the arrays of feeds and fetches, and for each new value of a variable the
/// object that holds its memory, which the session keeps while older values may still be read. The
/// memory itself comes back from earlier runs. Counted in a process of its own, in optimised builds:
/// others box values that the optimiser keeps in registers.
@Suite("Memory that a run asks for", .serialized)
struct AllocationTests {
  private static var isOptimised: Bool {
    #if DEBUG
      false
    #else
      true
    #endif
  }

  private func blocks(workers: Int, time: Int, layers: Int) throws -> Int {
    let probe = try ProgramProcess("AllocationProbe", ["\(workers)", "\(time)", "\(layers)"])
    let output = probe.output.split(separator: "\n").first.map(String.init)
    return try #require(output.flatMap { Int($0) }, "\(probe.errors)")
  }

  @Test("does not grow with the turns of loops", .enabled(if: isOptimised))
  func turns() throws {
    let few = try blocks(workers: 1, time: 10, layers: 1)
    #expect(try blocks(workers: 1, time: 40, layers: 1) == few)
    // Which worker finds which step differs from run to run.
    let shared = try blocks(workers: 2, time: 10, layers: 1)
    #expect(try blocks(workers: 2, time: 40, layers: 1) <= shared + 12)
  }

  @Test(
    "is a few blocks for the run and for each new value of a variable", .enabled(if: isOptimised),
    arguments: [1, 2])
  func updates(layers: Int) throws {
    // Kernel and bias of each layer and of the dense one, each with Adam's two moments, and the two
    // powers of its rates of decay.
    let values = 3 * 2 * (layers + 1) + 2
    #expect(try blocks(workers: 1, time: 10, layers: layers) <= 16 + 5 * values)
    #expect(try blocks(workers: 2, time: 10, layers: layers) <= 16 + 8 * values)
  }

  @Test("can be counted")
  func count() throws {
    #expect(try blocks(workers: 1, time: 2, layers: 1) > 0)
  }
}
