import GraphArrays
import GraphEngine
import Testing

private struct Memory: TensorStructure {
  var hidden: Tensor
  var slots: [Tensor]

  mutating func visit(_ body: (inout Tensor) -> Void) {
    hidden.visit(body)
    slots.visit(body)
  }
}

@Suite("Structures")
struct StructureTests {
  private static func placeholders(_ graph: Graph) -> Memory {
    Memory(
      hidden: graph.placeholder(.float32, shape: [2]),
      slots: (0..<2).map { _ in graph.placeholder(.float32, shape: []) })
  }

  @Test("A structure is fetched as its values, read through its properties, and fed back")
  func roundTrip() throws {
    let graph = Graph()
    let state = Self.placeholders(graph)
    let next = Memory(hidden: state.hidden * 2, slots: state.slots.map { $0 + 1 })
    let session = try Session(graph)
    let feeds: Feeds = [state.hidden: [1.0, 2.0], state.slots: [NDArray(3.0), NDArray(4.0)]]
    let first = try session.run(next, feeding: feeds)
    #expect(first.hidden == NDArray([2.0, 4.0]))
    #expect(first.slots == [NDArray(4.0), NDArray(5.0)])
    let second = try session.run(next, feeding: [state: first])
    #expect(second.hidden == NDArray([4.0, 8.0]))
    #expect(second.slots.map { $0.scalar() } == [5, 6])
  }

  @Test("Structures of several types stand side by side")
  func tuples() throws {
    let graph = Graph()
    let state = Self.placeholders(graph)
    let both = StructureTuple(state, state.hidden + 1)
    let session = try Session(graph)
    let feeds: Feeds = [state.hidden: [1.0, 2.0], state.slots: [NDArray(3.0), NDArray(4.0)]]
    let value = try session.run(both, feeding: feeds)
    #expect(value.parts.0.hidden == NDArray([1.0, 2.0]))
    #expect(value.parts.1 == NDArray([2.0, 3.0]))
  }

  @Test("A callable takes and returns structures")
  func callables() throws {
    let graph = Graph()
    let state = Self.placeholders(graph)
    let next = Memory(hidden: state.hidden * 2, slots: state.slots)
    let session = try Session(graph)
    let step = try session.makeCallable(feeds: state, fetches: next)
    let feeds: Feeds = [state.hidden: [1.0, 2.0], state.slots: [NDArray(3.0), NDArray(4.0)]]
    var value = try session.run(next, feeding: feeds)
    for _ in 0..<3 { value = try step(value) }
    #expect(value.hidden == NDArray([16.0, 32.0]))
  }

  @Test("A structure is refused where the number of values is another one")
  func mismatch() throws {
    let graph = Graph()
    let state = Self.placeholders(graph)
    let session = try Session(graph)
    #expect {
      _ = try session.run(state.hidden, feeding: [state: [NDArray(1.0)]])
    } throws: { error in
      "\(error)".contains("got 1 arrays, wants 3")
    }
  }
}
