import GraphArrays
import GraphEngine
import Testing

@Suite("Indices that are known when the graph runs")
struct RunTimeIndexTests {
  let graph = Graph()
  let values = NDArray(
    (0..<24).map { Double($0) }, shape: [4, 3, 2], dtype: .float32)

  @Test("name slices, in a plan with fixed types")
  func slices() throws {
    let x = graph.placeholder(.float32, shape: [4, 3, 2])
    let i = graph.placeholder(.int32, shape: [])
    let (row, column) = (x[i], x[..., i, SliceEntry(by: -1)])
    let part = slice(x, begin: stack([i, i, graph.constant(0)]), size: [1, 2, 2])
    let session = try Session(graph)
    let feeds: Feeds = [x: values, i: 1]
    let (a, b, c) = try session.run(row, column, part, feeding: feeds)
    #expect(a.scalars(as: Float.self) == [6, 7, 8, 9, 10, 11])
    #expect(b.scalars(as: Float.self) == [3, 2, 9, 8, 15, 14, 21, 20])
    #expect(c.scalars(as: Float.self) == [8, 9, 10, 11])
    let last = try session.run(row, feeding: [x: values, i: -1])
    #expect(last.scalars(as: Float.self) == [18, 19, 20, 21, 22, 23])
  }

  @Test("fail out of range, with value and position")
  func failures() throws {
    let x = graph.placeholder(.float32, shape: [nil, 3, 2])
    let i = graph.placeholder(.int32, shape: [])
    let ids = graph.placeholder(.int64, shape: [nil, 2])
    let (row, rows, places) = (x[i], gather(x, ids), gatherND(x, ids))
    let sums = unsortedSegmentSum(graph.ones([2, 2]), ids, segments: 4)
    let session = try Session(graph)
    func message(_ tensor: Tensor, _ feeds: Feeds) -> String? {
      do {
        _ = try session.run(tensor, feeding: feeds)
        return nil
      } catch {
        return (error as? SessionError)?.message
      }
    }
    #expect(
      message(row, [x: values, i: 4]) == "slice index 4 of dimension 0 out of bounds.")
    #expect(
      message(rows, [x: values, ids: [[0, 3], [4, -1]]]) == "indices[1,0] = 4 is not in [0, 4)")
    #expect(
      message(places, [x: values, ids: [[0, 2], [1, 3]]])
        == "indices[1] = [1, 3] does not index into param shape [4,3,2]")
    #expect(
      message(sums, [ids: [[0, -1], [9, 1]]])
        == "segment_ids[1,0] = 9 is out of range [0, 4)")
  }

  @Test("and shapes that depend on values")
  func dataDependent() throws {
    let x = graph.placeholder(.float32, shape: [nil])
    let kept = booleanMask(x, x .> 1)
    let (distinct, places) = unique(x)
    let sum = reduceSum(kept)
    let session = try Session(graph)
    for _ in 0..<2 {
      let (a, b, c, d) = try session.run(
        kept, distinct, places, sum, feeding: [x: [3, 1, 2, 3, 0]])
      #expect(a.scalars(as: Float.self) == [3, 2, 3])
      #expect(b.scalars(as: Float.self) == [3, 1, 2, 0])
      #expect(c.scalars(as: Int.self) == [0, 1, 2, 0, 3])
      #expect(d.scalar() == 8)
    }
    let (none, total) = try session.run(kept, sum, feeding: [x: [0, 1]])
    #expect(none.shape == [0])
    #expect(total.scalar() == 0)
  }

  @Test("give sparse gradients, of which loops and sums take part")
  func sparse() throws {
    let x = graph.placeholder(.float32, shape: [4, 2])
    let ids = graph.placeholder(.int32, shape: [nil])
    let loss = reduceSum(square(gather(x, ids)))
    let gradient = try #require(gradients(of: loss, withRespectTo: [x])[0])
    #expect(gradient.indexedSlices != nil)
    let table: [[Float]] = [[1, 2], [3, 4], [5, 6], [7, 8]]
    let value = try Session(graph).run(gradient, feeding: [x: table, ids: [2, 0, 2]])
    #expect(value.scalars(as: Float.self) == [2, 4, 0, 0, 20, 24, 0, 0])
  }

  @Test("mask sequences")
  func masks() throws {
    let lengths = graph.placeholder(.int32, shape: [nil])
    let (full, fixed) = (
      sequenceMask(lengths), sequenceMask(lengths, maxLength: 2, dtype: .float32)
    )
    let (a, b) = try Session(graph).run(full, fixed, feeding: [lengths: [1, 0, 3]])
    #expect(
      a == NDArray([true, false, false, false, false, false, true, true, true], shape: [3, 3]))
    #expect(b.scalars(as: Float.self) == [1, 0, 0, 0, 1, 1])
  }
}
