import GraphArrays
import GraphEngine
import Testing

/// Parts of arrays that plans leave where they are.
@Suite("Slices of whole rows")
struct ViewTests {
  private let x = samples([48, 16], seed: 1)

  /// Values of a graph over `x` `[48, 16]`, compared for some numbers of workers.
  private func values(
    _ declare: (Graph, _ x: Tensor) -> [Tensor]
  ) throws -> [[Double]] {
    var all: [[[Double]]] = []
    for workers in [1, 2, 4] {
      let graph = Graph()
      let fed = graph.placeholder(.float64, shape: [48, 16], name: "x")
      let fetches = declare(graph, fed)
      if let error = graph.error { throw error }
      let session = try Session(graph, options: .init(workers: workers))
      for _ in 0..<2 {
        all.append(
          try session.run(fetches, feeding: [fed: x]).map { $0.scalars(as: Double.self) })
      }
    }
    #expect(all.allSatisfy { $0 == all[0] })
    return all[0]
  }

  private func rows(_ range: Range<Int>, of elements: [Double]) -> [Double] {
    Array(elements[range.lowerBound * 16..<range.upperBound * 16])
  }

  @Test("are not copied where nobody keeps them")
  func explained() throws {
    let graph = Graph()
    let fed = graph.placeholder(.float64, shape: [48, 16], name: "x")
    let aligned = tanh(slice(fed, begin: [8, 0], size: [16, 16]))
    let columns = tanh(slice(fed, begin: [0, 4], size: [48, 8]))
    let text = try Session(graph).explain(aligned, columns, shapes: [fed: [48, 16]])
    let lines = text.split(separator: "\n").filter { $0.contains("Slice") }
    #expect(lines.count == 2, "\(text)")
    #expect(lines.count { $0.contains("where it is") } == 1)
  }

  @Test("keep what they are part of for as long as they are read")
  func lifetimes() throws {
    let tanhs = try values { _, x in [tanh(x)] }[0]
    let found = try values { _, x in
      let whole = tanh(x)
      let part = slice(whole, begin: [16, 0], size: [16, 16])
      // Others that would like the memory of the whole, of its size and in its place.
      var other = whole * 2
      for _ in 0..<8 { other = reduceSum(other * 0.5 + 1, axis: 0, keepDims: true) + other }
      let late = part + 0 * other[0..<16]
      return [late, slice(part, begin: [4, 0], size: [4, 16]) * 1, reduceSum(other)]
    }
    #expect(found[0] == rows(16..<32, of: tanhs))
    #expect(found[1] == rows(20..<24, of: tanhs))
  }

  @Test("can be fetched, fed through, and assigned to variables")
  func kept() throws {
    let found = try values { _, x in
      let part = slice(x, begin: [8, 0], size: [8, 16])
      let made = slice(exp(x * 0), begin: [8, 0], size: [8, 16])
      return [part, made, part + made]
    }
    let expected = rows(8..<16, of: x.scalars(as: Double.self))
    #expect(found[0] == expected)
    #expect(found[1] == [Double](repeating: 1, count: 128))
    #expect(found[2] == expected.map { $0 + 1 })

    let graph = Graph()
    let fed = graph.placeholder(.float64, shape: [48, 16], name: "x")
    let variable = graph.variable("v", shape: [8, 16], .float64, initializer: .zeros)
    let update = assign(variable, slice(fed, begin: [8, 0], size: [8, 16]))
    let part = slice(variable, begin: [4, 0], size: [4, 16]) * 1
    let session = try Session(graph)
    try session.run(graph.globalVariablesInitializer())
    try session.run(update, feeding: [fed: x])
    #expect(
      try session.run(part).scalars(as: Double.self)
        == rows(12..<16, of: x.scalars(as: Double.self)))
  }

  @Test("of what a loop carries or gives are right in every turn")
  func loops() throws {
    let found = try values { graph, x in
      let (_, last) = whileLoop(graph.constant(0), x) { i, _ in
        i .< 3
      } body: { i, h in
        let upper = slice(h, begin: [0, 0], size: [24, 16])
        let lower = slice(h, begin: [24, 0], size: [24, 16])
        return (i + 1, concat([lower + 1, upper * 2], axis: 0))
      }
      let first = slice(x, begin: [8, 0], size: [8, 16])
      let stack = scan(reshape(x, [6, 8, 16]), initial: first) { x, h in
        let lower = slice(h, begin: [4, 0], size: [4, 16])
        return h + x * concat([lower, slice(x, begin: [0, 0], size: [4, 16])], axis: 0)
      }
      return [
        slice(last, begin: [24, 0], size: [24, 16]) * 1,
        slice(stack, begin: [2, 0, 0], size: [2, 8, 16]) * 1,
      ]
    }
    var h = x.scalars(as: Double.self)
    for _ in 0..<3 { h = h[384...].map { $0 + 1 } + h[..<384].map { $0 * 2 } }
    #expect(found[0] == Array(h[384...]))
    let all = x.scalars(as: Double.self)
    var state = Array(all[128..<256])
    var states: [[Double]] = []
    for turn in 0..<6 {
      let row = Array(all[turn * 128..<turn * 128 + 128])
      let factor = state[64...] + row[..<64]
      state = zip(state, zip(row, factor)).map { $0 + $1.0 * $1.1 }
      states.append(state)
    }
    let expected = states[2] + states[3]
    #expect(zip(found[1], expected).allSatisfy { abs($0 - $1) < 1e-12 * max(1, abs($1)) })
  }
}
