import CKernels
import Dispatch
import GraphKernels
import Testing

@Suite("Matrix products")
struct MatrixProductTests {
  private let shapes = [
    (1, 1, 1), (1, 7, 5), (3, 1, 4), (2, 3, 0), (0, 3, 2), (5, 6, 7), (17, 33, 19), (1, 300, 64),
    (50, 257, 131), (129, 65, 200), (300, 40, 90), (130, 520, 64),
    (20, 1050, 520), (1030, 20, 530), (90, 300, 1100),
  ]

  private func naive<Scalar: Numeric>(
    _ a: [Scalar], _ b: [Scalar], _ m: Int, _ n: Int, _ k: Int, _ ta: Bool, _ tb: Bool
  ) -> [Scalar] {
    var c = [Scalar](repeating: 0, count: m * n)
    for i in 0..<m {
      for l in 0..<k {
        for j in 0..<n {
          c[i * n + j] += a[ta ? l * m + i : i * k + l] * b[tb ? j * k + l : l * n + j]
        }
      }
    }
    return c
  }

  private func run<Scalar: ProductScalar>(
    _ plan: MatrixProduct, _ a: [Scalar], _ b: [Scalar], into c: [Scalar], blocks: [Int],
    accumulate: Bool
  ) -> [Scalar] {
    var c = c + [0]
    c.withUnsafeMutableBufferPointer { target in
      (a + [0]).withUnsafeBufferPointer { left in
        (b + [0]).withUnsafeBufferPointer { right in
          guard let to = target.baseAddress, let p = left.baseAddress, let q = right.baseAddress
          else { return }
          for block in blocks { plan.run(block: block, a: p, b: q, c: to, accumulate: accumulate) }
        }
      }
    }
    return c.dropLast()
  }

  @Test("agree with plain loops for all transpositions and odd sizes")
  func agreement() {
    for (m, n, k) in shapes {
      for (ta, tb) in [(false, false), (true, false), (false, true), (true, true)] {
        var values = TestValues()
        let a = values.array(m * k), b = values.array(k * n), c = values.array(m * n)
        let plan = MatrixProduct(m: m, n: n, k: k, transposeA: ta, transposeB: tb)
        let blocks = Array(0..<plan.blockCount)
        let reference = naive(a, b, m, n, k, ta, tb)
        let tolerance = max(2e-5, 2e-7 * Double(k))
        let product = run(plan, a, b, into: c, blocks: blocks, accumulate: false)
        #expect(zip(product, reference).allSatisfy { abs($0 - $1) < 1e-11 }, "\((m, n, k, ta, tb))")
        let sum = run(plan, a, b, into: c, blocks: blocks, accumulate: true)
        #expect(zip(sum, zip(reference, c)).allSatisfy { abs($0 - $1.0 - $1.1) < 1e-11 })
        let singles = run(
          plan, a.map { Float($0) }, b.map { Float($0) }, into: c.map { Float($0) }, blocks: blocks,
          accumulate: false)
        #expect(
          zip(singles, reference).allSatisfy { abs(Double($0) - $1) < tolerance },
          "\((m, n, k, ta, tb))"
        )
        let (x, y) = (a.map { Int32($0 * 1e6) }, b.map { Int32($0 * 1e6) })
        var integers = [Int64](repeating: 3, count: m * n + 1)
        let wide = (x.map { Int64($0) } + [0], y.map { Int64($0) } + [0])
        integers.withUnsafeMutableBufferPointer { target in
          wide.0.withUnsafeBufferPointer { left in
            wide.1.withUnsafeBufferPointer { right in
              guard let to = target.baseAddress, let p = left.baseAddress, let q = right.baseAddress
              else { return }
              for block in blocks { plan.run(block: block, a: p, b: q, c: to) }
            }
          }
        }
        #expect(integers.dropLast() == naive(wide.0, wide.1, m, n, k, ta, tb)[...])
      }
    }
  }

  @Test(
    "give the sums of the right operand's columns beside the product, which they leave as it is")
  func sums() {
    for (m, n, k) in shapes + [(40, 2100, 1100), (2100, 70, 40)] where n > 0 && m > 0 {
      for (ta, tb) in [(false, false), (true, false), (false, true)] {
        var values = TestValues()
        let a = values.array(m * k).map { Float($0) }, b = values.array(k * n).map { Float($0) }
        let plan = MatrixProduct(m: m, n: n, k: k, transposeA: ta, transposeB: tb)
        let blocks = Array(0..<plan.blockCount)
        let depth = 5
        let ids = (0..<k).map { Int32($0 * 7 % (depth + 2)) - 1 }
        var sums = [Float](repeating: .nan, count: n)
        var segments = [Float](repeating: .nan, count: depth * n)
        var product = [Float](repeating: .nan, count: m * n)
        product.withUnsafeMutableBufferPointer { target in
          sums.withUnsafeMutableBufferPointer { row in
            segments.withUnsafeMutableBufferPointer { rows in
              (a + [0]).withUnsafeBufferPointer { left in
                (b + [0]).withUnsafeBufferPointer { right in
                  (ids + [0]).withUnsafeBufferPointer { ids in
                    guard let to = target.baseAddress, let p = left.baseAddress,
                      let q = right.baseAddress, let out = rows.baseAddress,
                      let ids = ids.baseAddress
                    else { return }
                    let wanted = ColumnSums(
                      total: row.baseAddress,
                      segments: .init(
                        out: out, count: depth, ids: .int32(ids), stride: n))
                    for block in blocks.reversed() {
                      plan.run(block: block, a: p, b: q, c: to, sums: wanted)
                    }
                  }
                }
              }
            }
          }
        }
        let plain = run(plan, a, b, into: product, blocks: blocks, accumulate: false)
        #expect(product.map(\.bitPattern) == plain.map(\.bitPattern), "\((m, n, k, ta, tb))")
        let tolerance = max(1e-5, 1e-6 * Double(k))
        for j in 0..<n {
          let column = (0..<k).map { Double(b[tb ? j * k + $0 : $0 * n + j]) }
          #expect(abs(Double(sums[j]) - column.reduce(0, +)) < tolerance, "\((m, n, k, ta, tb))")
          for id in 0..<depth {
            let sum = zip(column, ids).reduce(0) { $1.1 == Int32(id) ? $0 + $1.0 : $0 }
            #expect(abs(Double(segments[id * n + j]) - sum) < tolerance, "\((m, n, k, ta, tb))")
          }
        }
      }
    }
  }

  @Test("are cut where operands are packed least, and into blocks of some rows and columns")
  func grid() {
    // A weight gradient: each of its operands is packed once for each piece of the other's axis.
    let gradient = MatrixProduct(m: 512, n: 2048, k: 2500, transposeA: true)
    #expect(gradient.blockCount == 4)
    #expect((0..<4).allSatisfy { gradient.area(of: $0).rows == 0..<512 })
    // Many rows and few columns: rows are cut.
    let narrow = MatrixProduct(m: 2500, n: 65, k: 512)
    #expect(narrow.blockCount == 2)
    #expect((0..<2).allSatisfy { narrow.area(of: $0).columns == 0..<65 })
    for (m, n) in [(1, 1), (33, 70), (64, 4096), (4096, 64)] {
      let plan = MatrixProduct(m: m, n: n, k: 4096)
      let areas = (0..<plan.blockCount).map { plan.area(of: $0) }
      #expect(areas.reduce(0) { $0 + $1.rows.count * $1.columns.count } == m * n)
    }
  }

  @Test("have the same bits in whatever order blocks run")
  func order() {
    for (m, n, k) in [(50, 2048, 120), (700, 300, 200), (128, 128, 128), (520, 512, 600)] {
      var values = TestValues()
      let a = values.array(m * k).map { Float($0) }, b = values.array(k * n).map { Float($0) }
      let plan = MatrixProduct(m: m, n: n, k: k)
      #expect(plan.blockCount > 1)
      let zero = [Float](repeating: 0, count: m * n)
      let blocks = Array(0..<plan.blockCount)
      let forward = run(plan, a, b, into: zero, blocks: blocks, accumulate: false)
      let backward = run(plan, a, b, into: zero, blocks: blocks.reversed(), accumulate: false)
      #expect(forward.map(\.bitPattern) == backward.map(\.bitPattern))
      let memory = UnsafeMutableBufferPointer<Float>.allocate(capacity: m * n)
      defer { memory.deallocate() }
      a.withUnsafeBufferPointer { left in
        b.withUnsafeBufferPointer { right in
          guard let to = memory.baseAddress, let p = left.baseAddress, let q = right.baseAddress
          else { return }
          // Blocks write disjoint parts of the output and the pointers outlive the call.
          nonisolated(unsafe) let (output, x, y) = (to, p, q)
          DispatchQueue.concurrentPerform(iterations: plan.blockCount) {
            plan.run(block: $0, a: x, b: y, c: output)
          }
        }
      }
      #expect(memory.map(\.bitPattern) == forward.map(\.bitPattern))
    }
  }

  @Test("are one chain of multiply-adds for each 512 terms, whatever is packed of the operands")
  func chains() {
    // Only the portable loops may round products, on machines without fused instructions.
    let mayRound = String(cString: KernelTable.best.pointee.name) == "portable"
    let (m, n, k) = (1100, 70, 530)
    var values = TestValues()
    let a = values.array(m * k).map { Float($0) }, b = values.array(k * n).map { Float($0) }
    let c = values.array(m * n).map { Float($0) }
    var turned = [Float](repeating: 0, count: m * k)
    for i in 0..<m { for l in 0..<k { turned[l * m + i] = a[i * k + l] } }
    for transposed in [false, true] {
      let plan = MatrixProduct(m: m, n: n, k: k, transposeA: transposed)
      let sum = run(
        plan, transposed ? turned : a, b, into: c, blocks: Array(0..<plan.blockCount),
        accumulate: true)
      for i in stride(from: 0, to: m, by: 37) {
        for j in 0..<n {
          var (fused, separate) = (c[i * n + j], c[i * n + j])
          for first in stride(from: 0, to: k, by: 512) {
            var chain: Float = 0, rounded: Float = 0
            for l in first..<min(k, first + 512) {
              chain.addProduct(a[i * k + l], b[l * n + j])
              rounded += a[i * k + l] * b[l * n + j]
            }
            fused += chain
            separate += rounded
          }
          let value = sum[i * n + j]
          #expect(value == fused || mayRound && value == separate, "\((i, j))")
        }
      }
    }
  }

  @Test("broadcast the leading axes of stacks")
  func batches() throws {
    let (m, n, k) = (3, 4, 5)
    let product = MatrixProduct(m: m, n: n, k: k)
    let plan = try #require(
      BatchedMatrixProduct(batch: [2, 3], batchA: [2, 1], batchB: [3], product: product))
    var values = TestValues()
    let a = values.array(2 * m * k), b = values.array(3 * k * n)
    var c = [Double](repeating: 0, count: 6 * m * n)
    c.withUnsafeMutableBufferPointer { target in
      a.withUnsafeBufferPointer { left in
        b.withUnsafeBufferPointer { right in
          guard let to = target.baseAddress, let p = left.baseAddress, let q = right.baseAddress
          else { return }
          for block in 0..<plan.blockCount { plan.run(block: block, a: p, b: q, c: to) }
        }
      }
    }
    for i in 0..<2 {
      for j in 0..<3 {
        let reference = naive(
          Array(a[i * m * k..<(i + 1) * m * k]), Array(b[j * k * n..<(j + 1) * k * n]), m, n, k,
          false,
          false)
        let part = c[(i * 3 + j) * m * n..<(i * 3 + j + 1) * m * n]
        #expect(zip(part, reference).allSatisfy { abs($0 - $1) < 1e-12 })
      }
    }
    #expect(BatchedMatrixProduct(batch: [2], batchA: [3], batchB: [2], product: product) == nil)
  }
}
