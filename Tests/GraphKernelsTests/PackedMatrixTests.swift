import CKernels
import GraphKernels
import Testing

/// A left operand, a right one, what is added, and the product of a scalar loop.
private struct ProductCase<Scalar: ProductScalar> {
  /// Rows of operands and results are longer than what belongs to the product.
  static var slack: Int { 3 }

  let m: Int, n: Int, k: Int
  let x: [Scalar], w: [Scalar], addend: [Scalar]
  let ids: [Int64]
  static var tableRows: Int { 5 }

  init(m: Int, n: Int, k: Int) {
    var values = TestValues()
    (self.m, self.n, self.k) = (m, n, k)
    x = values.array(m * (k + Self.slack)).map { Scalar($0) }
    w = values.array(k * n).map { Scalar($0) }
    addend = values.array(max(m, Self.tableRows) * (n + Self.slack)).map { Scalar($0) }
    ids = (0..<m).map { [0, 4, 2, -1, 5, .max, .min, 3][$0 % 8] }
  }

  /// What `start` gives and one sum for each 1024 terms: a chain of fused multiply-adds, or of
  /// products and sums.
  func reference(fused: Bool, start: (_ row: Int, _ column: Int) -> Scalar) -> [Scalar] {
    var result: [Scalar] = []
    for i in 0..<m {
      for j in 0..<n {
        var element = start(i, j)
        for first in stride(from: 0, to: k, by: 1024) {
          var sum: Scalar = 0
          for l in first..<min(k, first + 1024) {
            let (a, b) = (x[i * (k + Self.slack) + l], w[l * n + j])
            sum = fused ? sum.addingProduct(a, b) : sum + a * b
          }
          element += sum
        }
        result.append(element)
      }
    }
    return result
  }

  var transposed: [Scalar] {
    (0..<n).flatMap { j in (0..<k).map { l in w[l * n + j] } }
  }

  /// The left operand as `[k, m]`.
  var xByColumns: [Scalar] {
    (0..<k).flatMap { l in (0..<m).map { i in x[i * (k + Self.slack) + l] } } + [0]
  }

  /// The start of a row of the addend.
  func added(_ row: Int, _ column: Int) -> Scalar { addend[row * (n + Self.slack) + column] }
}

@Suite("Products with a packed right-hand side")
struct PackedMatrixTests {
  private static let shapes = [
    (1, 1, 1), (1, 33, 7), (2, 16, 3), (3, 17, 5), (4, 65, 9), (5, 1, 40), (6, 31, 2), (7, 100, 3),
    (8, 32, 0), (9, 15, 11), (13, 64, 4), (50, 40, 6), (67, 33, 5), (131, 5, 3), (3, 20, 2051),
    (7, 130, 4), (12, 90, 2), (25, 48, 1030),
  ]

  /// Calls `body` with the packed matrix, in memory that starts `misalignment` elements late.
  private func withPacked<Scalar: ProductScalar, Result>(
    _ layout: PackedMatrix<Scalar>, _ w: [Scalar], stride: Int, transposed: Bool = false,
    misalignment: Int = 0, _ body: (UnsafePointer<Scalar>) -> Result
  ) -> Result {
    let packed = UnsafeMutablePointer<Scalar>.allocate(
      capacity: layout.elementCount + misalignment)
    defer { packed.deallocate() }
    return (w + [0]).withUnsafeBufferPointer { source in
      let base = packed + misalignment
      if let from = source.baseAddress {
        for panel in (0..<layout.panelCount).reversed() {
          layout.pack(
            panel..<panel + 1, of: from, stride: stride, transposed: transposed, into: base)
        }
      }
      return body(UnsafePointer(base))
    }
  }

  private func multiply<Scalar: ProductScalar>(
    _ product: ProductCase<Scalar>, _ packed: UnsafePointer<Scalar>,
    _ kernels: KernelTable, rowCuts: [Int], panelCuts: [Int], initial: [Scalar]? = nil,
    byColumns: Bool = false,
    addend: (
      _ rows: UnsafePointer<Scalar>, _ out: UnsafePointer<Scalar>, _ ids: UnsafePointer<Int64>
    )
      -> PackedMatrix<Scalar>.Addend
  ) -> [Scalar] {
    let layout = PackedMatrix<Scalar>(k: product.k, n: product.n)
    let stride = product.n + ProductCase<Scalar>.slack
    var out = initial ?? Array(repeating: 77, count: product.m * stride)
    out.withUnsafeMutableBufferPointer { target in
      (byColumns ? product.xByColumns : product.x).withUnsafeBufferPointer { x in
        product.addend.withUnsafeBufferPointer { rows in
          product.ids.withUnsafeBufferPointer { ids in
            guard let to = target.baseAddress, let from = x.baseAddress,
              let add = rows.baseAddress, let names = ids.baseAddress
            else { return }
            for (r, s) in zip(rowCuts, rowCuts.dropFirst()) {
              for (p, q) in zip(panelCuts, panelCuts.dropFirst()) {
                layout.multiply(
                  rows: r..<s, panels: p..<q, packed: packed, x: from,
                  xStride: byColumns ? 1 : product.k + ProductCase<Scalar>.slack,
                  xStep: byColumns ? product.m : 1,
                  addend: addend(add, UnsafePointer(to), names), out: to, outStride: stride,
                  kernels: kernels)
              }
            }
          }
        }
      }
    }
    // What lies between the rows is not touched.
    for row in 0..<product.m {
      for column in product.n..<stride {
        #expect(out[row * stride + column] == initial?[row * stride + column] ?? 77)
      }
    }
    return (0..<product.m).flatMap { out[$0 * stride..<$0 * stride + product.n] }
  }

  private func check<Scalar: ProductScalar>(_: Scalar.Type) {
    for (m, n, k) in Self.shapes {
      let product = ProductCase<Scalar>(m: m, n: n, k: k)
      let layout = PackedMatrix<Scalar>(k: k, n: n)
      let stride = n + ProductCase<Scalar>.slack
      let table = ProductCase<Scalar>.tableRows
      let whole = ([0, m], [0, layout.panelCount])
      let starts: [(Int, Int) -> Scalar] = [
        { _, _ in 0 }, { product.added(0, $1) }, { product.added($0, $1) },
        { row, column in
          (0..<Int64(table)).contains(product.ids[row])
            ? product.added(Int(product.ids[row]), column) : 0
        },
      ]
      let fused = starts.map { product.reference(fused: true, start: $0) }
      let separate = starts.map { product.reference(fused: false, start: $0) }
      for kernels in KernelTable.all {
        let name = String(cString: kernels.pointee.name)
        withPacked(layout, product.w, stride: n, misalignment: name == "portable" ? 1 : 0) {
          packed in
          let results = [
            multiply(product, packed, kernels, rowCuts: whole.0, panelCuts: whole.1) { _, _, _ in
              .zero
            },
            multiply(product, packed, kernels, rowCuts: whole.0, panelCuts: whole.1) {
              rows, _, _ in .row(rows)
            },
            multiply(product, packed, kernels, rowCuts: whole.0, panelCuts: whole.1) {
              rows, _, _ in .matrix(rows, stride: stride)
            },
            multiply(product, packed, kernels, rowCuts: whole.0, panelCuts: whole.1) {
              rows, _, ids in .rows64(of: rows, stride: stride, count: table, ids: ids)
            },
          ]
          for (form, result) in results.enumerated() {
            // Only the portable loops may round products, on machines without fused instructions.
            let agrees =
              result == fused[form] || name == "portable" && result == separate[form]
            #expect(agrees, "\(name) \(Scalar.self) \((m, n, k)) addend \(form)")
          }
          let accumulated = multiply(
            product, packed, kernels, rowCuts: whole.0, panelCuts: whole.1,
            initial: Array(product.addend.prefix(m * stride))
          ) { _, out, _ in .matrix(out, stride: stride) }
          #expect(accumulated == results[2], "\(name) \(Scalar.self) \((m, n, k)) accumulated")
          let cut = multiply(
            product, packed, kernels, rowCuts: [0, m / 3, m / 3 + m / 2, m],
            panelCuts: Array(0...layout.panelCount)
          ) { rows, _, ids in .rows64(of: rows, stride: stride, count: table, ids: ids) }
          #expect(cut == results[3], "\(name) \(Scalar.self) \((m, n, k)) cut")
          let byColumns = multiply(
            product, packed, kernels, rowCuts: [0, m / 2, m], panelCuts: whole.1, byColumns: true
          ) { _, _, _ in .zero }
          #expect(byColumns == results[0], "\(name) \(Scalar.self) \((m, n, k)) by columns")
        }
      }
    }
  }

  @Test("are sums of multiply-adds, however they are cut, in Float")
  func singles() { check(Float.self) }

  @Test("are sums of multiply-adds, however they are cut, in Double")
  func doubles() { check(Double.self) }

  @Test("take int32 ids as they take int64 ids")
  func narrowIDs() {
    let product = ProductCase<Float>(m: 21, n: 40, k: 6)
    let layout = PackedMatrix<Float>(k: 6, n: 40)
    let ids = product.ids.map { Int32(clamping: $0) }
    withPacked(layout, product.w, stride: 40) { packed in
      let wide = multiply(
        product, packed, .best, rowCuts: [0, 21], panelCuts: [0, layout.panelCount]
      ) { rows, _, ids in .rows64(of: rows, stride: 43, count: 5, ids: ids) }
      ids.withUnsafeBufferPointer { ids in
        guard let names = ids.baseAddress else { return }
        let narrow = multiply(
          product, packed, .best, rowCuts: [0, 21], panelCuts: [0, layout.panelCount]
        ) { rows, _, _ in .rows32(of: rows, stride: 43, count: 5, ids: names) }
        #expect(narrow == wide)
      }
    }
  }

  /// The product of a case whose operands lie elsewhere: rows of `x` in reverse order, in pieces
  /// of two terms with a hole after each, and `w` where it is.
  private func scattered(_ product: ProductCase<Float>, _ kernels: KernelTable) throws -> [Float] {
    let (m, n, k) = (product.m, product.n, product.k)
    let layout = try #require(PackedMatrix<Float>(inPlace: k, n: n, stride: n))
    var x = Array(repeating: Float.nan, count: m * k / 2 * 3)
    for i in 0..<m {
      for l in 0..<k {
        x[(m - 1 - i) * (k / 2 * 3) + l / 2 * 3 + l % 2] =
          product.x[i * (k + ProductCase<Float>.slack) + l]
      }
    }
    let rows = (0..<m).map { (m - 1 - $0) * (k / 2 * 3) }
    let pieces = (0..<k / 2).map { $0 * 3 }
    var out = Array(repeating: Float.nan, count: m * n)
    for panel in (0..<layout.panelCount).reversed() {
      layout.multiply(
        rows: 0..<m, panels: panel..<panel + 1, packed: product.w, x: x, xStride: 0,
        places: .init(rows: rows, pieces: pieces, pieceLength: 2), addend: .zero, out: &out,
        outStride: n, isDescending: true, kernels: kernels)
    }
    return out
  }

  @Test("have the same bits where rows, pieces of them and the other operand lie anywhere")
  func places() throws {
    for (m, n, k) in [(1, 16, 2), (7, 32, 6), (20, 96, 40), (70, 144, 10), (3, 64, 0)] {
      let product = ProductCase<Float>(m: m, n: n, k: k)
      let layout = PackedMatrix<Float>(k: k, n: n)
      for kernels in KernelTable.all {
        let plain = withPacked(layout, product.w, stride: n) { packed in
          multiply(product, packed, kernels, rowCuts: [0, m], panelCuts: [0, layout.panelCount]) {
            _, _, _ in .zero
          }
        }
        let name = String(cString: kernels.pointee.name)
        #expect(try scattered(product, kernels) == plain, "\(name) \((m, n, k))")
      }
    }
  }

  @Test("are read in place only with whole lines of columns, and rows that lie close together")
  func inPlace() {
    #expect(PackedMatrix<Float>(inPlace: 9, n: 32, stride: 32) != nil)
    #expect(PackedMatrix<Float>(inPlace: 9, n: 31, stride: 32) == nil)
    #expect(PackedMatrix<Float>(inPlace: 9, n: 32, stride: 4096) == nil)
    #expect(PackedMatrix<Double>(inPlace: 9, n: 8, stride: 8) != nil)
    #expect(PackedMatrix<Double>(inPlace: 9, n: 12, stride: 12) == nil)
  }

  @Test("are packed row by row as all at once")
  func rowsOfPanels() {
    for (k, n) in [(7, 130), (12, 64), (3, 5)] {
      let product = ProductCase<Float>(m: 1, n: n, k: k)
      let layout = PackedMatrix<Float>(k: k, n: n)
      let all = withPacked(layout, product.w, stride: n) {
        Array(UnsafeBufferPointer(start: $0, count: layout.elementCount))
      }
      for transposed in [false, true] {
        var parts = Array(repeating: Float.nan, count: layout.elementCount)
        for rows in [0..<1, 1..<k] {
          let source = transposed ? product.transposed : product.w
          source.withUnsafeBufferPointer { source in
            guard let base = source.baseAddress else { return }
            layout.pack(
              rows: rows, of: base + rows.lowerBound * (transposed ? 1 : n),
              stride: transposed ? k : n, transposed: transposed, into: &parts)
          }
        }
        #expect(parts == all)
      }
    }
  }

  private func checkPacking<Scalar: ProductScalar>(_: Scalar.Type) {
    for (k, n) in [
      (1, 1), (5, 33), (16, 32), (17, 64), (40, 300), (0, 3), (3, 31), (19, 71), (16, 6),
    ] {
      let product = ProductCase<Scalar>(m: 1, n: n, k: k)
      let layout = PackedMatrix<Scalar>(k: k, n: n)
      let width = PackedMatrix<Scalar>.panelColumns
      let plain = withPacked(layout, product.w, stride: n) {
        Array(UnsafeBufferPointer(start: $0, count: layout.elementCount))
      }
      let turned = withPacked(layout, product.transposed, stride: k, transposed: true) {
        Array(UnsafeBufferPointer(start: $0, count: layout.elementCount))
      }
      #expect(turned == plain, "\((k, n))")
      for j in 0..<layout.panelCount * width {
        for l in 0..<k {
          let value = plain[(j / width * k + l) * width + j % width]
          #expect(value == (j < n ? product.w[l * n + j] : 0))
        }
      }
    }
  }

  @Test("are packed alike from a matrix and from its transpose, with zeros beyond the last column")
  func packing() {
    checkPacking(Float.self)
    checkPacking(Double.self)
  }
}
