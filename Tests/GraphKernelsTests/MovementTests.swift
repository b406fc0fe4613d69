import CKernels
import GraphKernels
import Testing

@Suite("Broadcasting and movement")
struct MovementTests {
  /// The elements of `shape` broadcast to `output`.
  private func broadcast<Element>(_ x: [Element], _ shape: [Int], to output: [Int]) -> [Element] {
    let padded = Array(repeating: 1, count: output.count - shape.count) + shape
    let strides = StridedCopy.denseStrides(of: padded)
    return (0..<output.reduce(1, *)).map { index in
      var (rest, position) = (index, 0)
      for axis in output.indices.reversed() {
        if padded[axis] != 1 { position += rest % output[axis] * strides[axis] }
        rest /= output[axis]
      }
      return x[position]
    }
  }

  @Test(
    "Broadcast operands meet as NumPy has it, whatever ranges a plan is run in",
    arguments: [
      ([2, 3], [2, 3], [2, 3]), ([4, 5], [4, 5], [5]), ([4, 5], [4, 1], [4, 5]),
      ([4, 5], [4, 1], [1, 5]), ([3, 4, 5], [4, 1], [3, 1, 5]), ([7], [], [7]), ([], [], []),
      ([2, 0, 3], [2, 0, 3], [3]), ([2, 3, 4, 5], [3, 1, 5], [2, 1, 4, 1]), ([1, 1], [1], [1, 1]),
    ])
  func broadcasting(output: [Int], left: [Int], right: [Int]) throws {
    let plan = try #require(BroadcastPlan(output: output, operands: [left, right]))
    let x = (0..<left.reduce(1, *)).map { Float($0) }
    let y = (0..<right.reduce(1, *)).map { Float($0 * 100) }
    let count = output.reduce(1, *)
    #expect(plan.count == count)
    let expected = zip(broadcast(x, left, to: output), broadcast(y, right, to: output)).map(+)
    let add = try #require(KernelTable.best.pointee.add.f32)
    for step in [1, 3, max(count, 1)] {
      var out = [Float](repeating: -1, count: count + 1)
      out.withUnsafeMutableBytes { target in
        x.withUnsafeBytes { p in
          y.withUnsafeBytes { q in
            guard let to = target.baseAddress, let a = p.baseAddress, let b = q.baseAddress else {
              return
            }
            for begin in stride(from: 0, to: count, by: step) {
              plan.run(
                add, elements: begin..<min(begin + step, count), out: to, x: a, y: b, outputSize: 4,
                operandSize: 4)
            }
          }
        }
      }
      #expect(Array(out.dropLast()) == expected)
    }
  }

  @Test("A plan merges what moves alike and refuses what does not broadcast")
  func merging() {
    let same = BroadcastPlan(output: [3, 4, 5], operands: [[3, 4, 5], [3, 4, 5]])
    #expect(same?.runCount == 1 && same?.runStrides == [1, 1])
    let scalar = BroadcastPlan(output: [3, 4], operands: [[3, 4], []])
    #expect(scalar?.runCount == 1 && scalar?.runStrides == [1, 0])
    let row = BroadcastPlan(output: [3, 4, 5], operands: [[3, 4, 5], [4, 5]])
    #expect(row?.runCount == 3 && row?.runLength == 20)
    let column = BroadcastPlan(output: [3, 4], operands: [[3, 4], [3, 1]])
    #expect(column?.runCount == 3 && column?.runStrides == [1, 0])
    #expect(BroadcastPlan(output: [3, 4], operands: [[3, 4], [3]]) == nil)
    #expect(BroadcastPlan(output: [4], operands: [[3, 4]]) == nil)
  }

  @Test("Selection broadcasts three operands")
  func selection() throws {
    let plan = try #require(BroadcastPlan(output: [2, 3], operands: [[2, 1], [3], []]))
    let condition: [UInt8] = [1, 0], x: [Int64] = [1, 2, 3], y: [Int64] = [9]
    var out = [Int64](repeating: 0, count: 6)
    plan.run(
      KernelTable.best.pointee.select.bytes8, elements: 0..<6, out: &out, condition: condition,
      x: x,
      y: y, size: 8)
    #expect(out == [1, 2, 3, 9, 9, 9])
  }

  private func transposed<Element>(_ x: [Element], _ shape: [Int], _ permutation: [Int])
    -> [Element]
  {
    let strides = StridedCopy.denseStrides(of: shape)
    let result = permutation.map { shape[$0] }
    return (0..<x.count).map { index in
      var (rest, position) = (index, 0)
      for axis in result.indices.reversed() {
        position += rest % result[axis] * strides[permutation[axis]]
        rest /= result[axis]
      }
      return x[position]
    }
  }

  private func copy<Element>(_ plan: StridedCopy, _ x: [Element], into out: [Element]) -> [Element]
  {
    var out = out
    x.withUnsafeBytes { source in
      out.withUnsafeMutableBytes { target in
        guard let from = source.baseAddress, let to = target.baseAddress else { return }
        for unit in (0..<plan.unitCount).reversed() {
          plan.run(units: unit..<unit + 1, out: to, x: from)
        }
      }
    }
    return out
  }

  @Test(
    "Transposition permutes any axes of any element size",
    arguments: [
      ([3, 4], [1, 0]), ([70, 133], [1, 0]), ([2, 3, 4], [2, 0, 1]), ([2, 3, 4], [1, 0, 2]),
      ([2, 3, 4, 5], [3, 1, 2, 0]), ([5], [0]), ([], []), ([1, 6, 1], [2, 1, 0]),
      ([0, 3], [1, 0]),
      ([2, 65, 66], [0, 2, 1]),
    ])
  func transposition(shape: [Int], permutation: [Int]) {
    func check<Element: Equatable>(_ make: (Int) -> Element) {
      let x = (0..<shape.reduce(1, *)).map(make)
      let plan = StridedCopy(
        transposing: shape, permutation: permutation, elementSize: MemoryLayout<Element>.stride)
      let out = copy(plan, x, into: Array(repeating: make(0), count: x.count))
      #expect(out == transposed(x, shape, permutation))
    }
    check { UInt8(truncatingIfNeeded: $0) }
    check { Int16(truncatingIfNeeded: $0) }
    check { Float($0) }
    check { Int64($0) }
  }

  @Test("A strided copy slices, reverses, tiles and concatenates")
  func stridedCopies() {
    let x = (0..<12).map { Int32($0) }  // [3, 4]
    let slice = StridedCopy(
      shape: [2, 2], outputStrides: [2, 1], inputStrides: [4, 2], inputOffset: 5, elementSize: 4)
    #expect(copy(slice, x, into: [0, 0, 0, 0]) == [5, 7, 9, 11])
    let reverse = StridedCopy(
      shape: [3, 4], outputStrides: [4, 1], inputStrides: [4, -1], inputOffset: 3, elementSize: 4)
    #expect(copy(reverse, x, into: x) == [3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8])
    let tile = StridedCopy(
      shape: [2, 3], outputStrides: [3, 1], inputStrides: [0, 1], elementSize: 4)
    #expect(copy(tile, x, into: Array(repeating: 9, count: 6)) == [0, 1, 2, 0, 1, 2])
    let pad = StridedCopy(
      shape: [3, 4], outputStrides: [6, 1], inputStrides: [4, 1], outputOffset: 7, elementSize: 4)
    let padded = copy(pad, x, into: Array(repeating: -1, count: 30))
    #expect(
      padded[7..<11] == [0, 1, 2, 3] && padded[19..<23] == [8, 9, 10, 11] && padded[11] == -1)
  }

  @Test("Rows are gathered, added and made one-hot by their indices")
  func indexedRows() throws {
    let x = (0..<12).map { Float($0) }
    var out = [Float](repeating: -1, count: 9)
    let indices: [Int32] = [3, 0, 3]
    #expect(
      IndexedRows.gather(
        out: &out, x: x, indices: indices, positions: 0..<3, rowCount: 4, rowBytes: 12) == nil)
    #expect(out == [9, 10, 11, 0, 1, 2, 9, 10, 11])
    #expect(
      IndexedRows.gather(
        out: &out, x: x, indices: [1, 2, 4] as [Int64], positions: 1..<3, rowCount: 4, rowBytes: 12)
        == 2)
    #expect(sg_find_outside_i32([0, 4, -1], 3, 4) == 1)

    let add = try #require(KernelTable.best.pointee.add.f32)
    var sums = [Float](repeating: 0, count: 8)
    let updates: [Float] = [1, 2, 10, 20, 100, 200]
    for rows in [2..<4, 0..<2] {
      IndexedRows.scatterAdd(
        add, out: &sums, updates: updates, indices: [3, 1, 3] as [Int64], count: 3, rows: rows,
        rowLength: 2, elementSize: 4)
    }
    #expect(sums == [0, 0, 10, 20, 0, 0, 101, 202])

    var hot = [Float](repeating: 7, count: 12)
    IndexedRows.oneHot(
      out: &hot, indices: [2, -1, 0, 3] as [Int32], outer: 0..<2, depth: 3, inner: 2, on: 1, off: 0)
    #expect(hot == [0, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0])
  }

  @Test("Ranges and running totals")
  func sequences() {
    var values = [Float](repeating: 0, count: 4)
    Sequences.range(out: &values, start: 1, step: -0.5, elements: 0..<4)
    #expect(values == [1, 0.5, 0, -0.5])
    var integers = [Int32](repeating: 0, count: 3)
    Sequences.range(out: &integers, start: 5, step: 3, elements: 0..<3)
    #expect(integers == [5, 8, 11])
    let x: [Int64] = [1, 2, 3, 4, 5, 6]  // [1, 3, 2]
    func total(_ exclusive: Bool, _ reverse: Bool) -> [Int64] {
      var out = x
      Sequences.accumulate(
        out: &out, x: x, outer: 0..<1, n: 3, inner: 2, initial: 0, exclusive: exclusive,
        reverse: reverse, &+)
      return out
    }
    #expect(total(false, false) == [1, 2, 4, 6, 9, 12])
    #expect(total(true, false) == [0, 0, 1, 2, 4, 6])
    #expect(total(false, true) == [9, 12, 8, 10, 5, 6])
    #expect(total(true, true) == [8, 10, 5, 6, 0, 0])
  }
}
