import CKernels
import Foundation
import GraphKernels
import Testing

@Suite("Reductions and rows")
struct ReductionKernelTests {
  private let shapes = [
    (1, 0, 1), (2, 0, 3), (1, 1, 1), (3, 5, 1), (2, 17, 1), (1, 100, 1), (1, 5000, 1), (2, 3, 4),
    (2, 7, 33), (1, 1100, 5), (1, 9, 300), (3, 2, 129), (1, 40_000, 1),
  ]

  private func reduce<In, Out>(
    _ loop: ReductionLoop, _ x: [In], _ shape: (Int, Int, Int), zero: Out
  ) -> [Out] {
    var out = Array(repeating: zero, count: shape.0 * shape.2)
    (x + [x.first].compactMap { $0 }).withUnsafeBytes { source in
      out.withUnsafeMutableBytes { target in
        guard let to = target.baseAddress else { return }
        let from = source.baseAddress ?? UnsafeRawPointer(to)
        for outer in (0..<shape.0).reversed() {
          loop(to, from, outer, outer + 1, shape.1, shape.2)
        }
      }
    }
    return out
  }

  private func expected<Element, Result>(
    _ x: [Element], _ shape: (Int, Int, Int), _ initial: Result, _ f: (Result, Element) -> Result
  ) -> [Result] {
    (0..<shape.0 * shape.2).map { index in
      let (outer, inner) = index.quotientAndRemainder(dividingBy: shape.2)
      return (0..<shape.1).reduce(initial) { f($0, x[(outer * shape.1 + $1) * shape.2 + inner]) }
    }
  }

  @Test("Sums, products and extremes agree with plain loops, identities included")
  func reductions() {
    for table in KernelTable.all {
      let kernels = table.pointee
      guard let sum = kernels.sum.f32, let wideSum = kernels.sum.f64, let sum32 = kernels.sum.i32,
        let product = kernels.prod.f32, let product64 = kernels.prod.i64, let max = kernels.max.f32,
        let least = kernels.min.f64, let max32 = kernels.max.i32, let min8 = kernels.min.u8,
        let any = kernels.any.boolean, let all = kernels.all.boolean
      else {
        Issue.record("a reduction is missing")
        continue
      }
      for shape in shapes {
        var values = TestValues()
        let x = values.array(shape.0 * shape.1 * shape.2)
        let singles = x.map { Float($0) }, integers = x.map { Int32($0 * 0x1p31) }
        let exact = expected(singles, shape, 0.0) { $0 + Double($1) }
        for (a, b) in zip(reduce(sum, singles, shape, zero: Float(7)), exact) {
          #expect(abs(Double(a) - b) <= 1e-7 * Swift.max(1, abs(b)), "\(shape)")
        }
        for (a, b) in zip(reduce(wideSum, x, shape, zero: 7.0), expected(x, shape, 0.0, +)) {
          #expect(abs(a - b) <= 1e-12 * Double(Swift.max(1, shape.1)), "\(shape)")
        }
        let near = singles.map { 1 + $0 / 1000 }
        let products = expected(near, shape, 1.0) { $0 * Double($1) }
        for (a, b) in zip(reduce(product, near, shape, zero: Float(7)), products) {
          #expect(abs(Double(a) - b) <= 1e-6 * abs(b), "\(shape)")
        }
        #expect(reduce(sum32, integers, shape, zero: 7) == expected(integers, shape, Int32(0), &+))
        let wide = integers.map { Int64($0) | 1 }
        #expect(reduce(product64, wide, shape, zero: 7) == expected(wide, shape, Int64(1), &*))
        #expect(
          reduce(max, singles, shape, zero: 7)
            == expected(singles, shape, -Float.infinity, Swift.max))
        #expect(reduce(least, x, shape, zero: 7) == expected(x, shape, Double.infinity, Swift.min))
        #expect(
          reduce(max32, integers, shape, zero: 7) == expected(integers, shape, .min, Swift.max))
        let bytes = integers.map { UInt8(truncatingIfNeeded: $0) }
        #expect(reduce(min8, bytes, shape, zero: 7) == expected(bytes, shape, .max, Swift.min))
        let flags = bytes.map { UInt8($0 % 9 == 0 ? 1 : 0) }
        #expect(reduce(any, flags, shape, zero: 7) == expected(flags, shape, 0, |))
        #expect(
          reduce(all, flags.map { 1 - $0 }, shape, zero: 7)
            == expected(flags.map { 1 - $0 }, shape, 1, &))
      }
      let special: [Float] = [1, .nan, 2, 3]
      #expect(reduce(max, special, (1, 4, 1), zero: Float(0))[0].isNaN)
      #expect(reduce(max, special, (1, 2, 2), zero: Float(0))[1].isNaN)
      let many = Array(repeating: Float(0.1), count: 1 << 20)
      #expect(abs(reduce(sum, many, (1, 1 << 20, 1), zero: Float(0))[0] - 104857.6) < 0.01)
    }
  }

  @Test("A reduction split by columns has the same bits")
  func columns() {
    for table in KernelTable.all {
      guard let whole = table.pointee.sum.f32, let part = table.pointee.sum_columns.f32 else {
        continue
      }
      var values = TestValues()
      let (n, inner) = (700, 203)
      let x = values.array(n * inner).map { Float($0) }
      let reference = reduce(whole, x, (1, n, inner), zero: Float(0))
      var out = Array(repeating: Float(0), count: inner)
      out.withUnsafeMutableBufferPointer { target in
        x.withUnsafeBufferPointer { source in
          guard let to = target.baseAddress, let from = source.baseAddress else { return }
          for begin in stride(from: 0, to: inner, by: 31) {
            part(to + begin, from + begin, n, inner, min(31, inner - begin))
          }
        }
      }
      #expect(out.map(\.bitPattern) == reference.map(\.bitPattern))
    }
  }

  @Test("argmax and argmin give the first of equals and pass over NaN")
  func extremes() {
    for table in KernelTable.all {
      let kernels = table.pointee
      func find(_ loop: sg_arg_i64_fn, _ x: [Float], _ shape: (Int, Int, Int)) -> [Int64] {
        var out = Array(repeating: Int64(-1), count: shape.0 * shape.2)
        x.withUnsafeBytes { source in
          guard let from = source.baseAddress else { return }
          out.withUnsafeMutableBufferPointer { target in
            guard let to = target.baseAddress else { return }
            loop(to, from, 0, shape.0, shape.1, shape.2)
          }
        }
        return out
      }
      let nan = Float.nan, infinity = Float.infinity
      #expect(find(kernels.argmax_i64.f32, [nan, 1, 2, nan, 2], (1, 5, 1)) == [2])
      #expect(find(kernels.argmax_i64.f32, [nan, -infinity, nan, nan], (2, 2, 1)) == [0, 0])
      #expect(find(kernels.argmin_i64.f32, [nan, 3, 1, nan, 1, 0], (1, 3, 2)) == [1, 2])
      for shape in shapes where shape.1 > 0 {
        var values = TestValues()
        let x = values.array(shape.0 * shape.1 * shape.2).map { Float(($0 * 20).rounded()) }
        func reference(_ better: @escaping (Float, Float) -> Bool) -> [Int64] {
          (0..<shape.0 * shape.2).map { index in
            let (o, i) = index.quotientAndRemainder(dividingBy: shape.2)
            func at(_ step: Int) -> Float { x[(o * shape.1 + step) * shape.2 + i] }
            return Int64((0..<shape.1).reduce(0) { better(at($1), at($0)) ? $1 : $0 })
          }
        }
        #expect(find(kernels.argmax_i64.f32, x, shape) == reference(>), "\(shape)")
        #expect(find(kernels.argmin_i64.f32, x, shape) == reference(<), "\(shape)")
      }
    }
  }

  @Test("Softmax and cross-entropy agree with formulas in double")
  func rows() {
    for table in KernelTable.all {
      let kernels = table.pointee
      for columns in lengths where columns > 0 {
        let rows = 3
        var values = TestValues()
        let x = values.array(rows * columns, scale: 12).map { Float($0) }
        let labels = (0..<rows).map { Int32(($0 * 7) % columns) }
        var softmax = x, logSoftmax = x, sparse = x, dense = x
        var sparseLoss = [Float](repeating: 0, count: rows), denseLoss = sparseLoss
        var oneHot = [Float](repeating: 0, count: rows * columns)
        for r in 0..<rows { oneHot[r * columns + Int(labels[r])] = 1 }
        softmax.withUnsafeMutableBytes { memory in
          guard let base = memory.baseAddress else { return }
          kernels.softmax.f32(base, base, rows, columns)
        }
        logSoftmax.withUnsafeMutableBytes { memory in
          guard let base = memory.baseAddress else { return }
          kernels.log_softmax.f32(base, base, rows, columns)
        }
        let bad = kernels.sparse_cross_entropy.f32_labels_i32(
          &sparseLoss, &sparse, x, labels, rows, columns)
        #expect(bad == rows)
        kernels.dense_cross_entropy.f32(&denseLoss, &dense, x, oneHot, rows, columns)
        for r in 0..<rows {
          let row = x[r * columns..<(r + 1) * columns].map { Double($0) }
          let most = row.max() ?? 0
          let sum = row.reduce(0) { $0 + exp($1 - most) }
          let loss = log(sum) - (row[Int(labels[r])] - most)
          #expect(abs(Double(sparseLoss[r]) - loss) <= 2e-6 * max(1, loss))
          #expect(abs(Double(denseLoss[r]) - loss) <= 2e-6 * max(1, loss))
          for c in 0..<columns {
            let (index, p) = (r * columns + c, exp(row[c] - most) / sum)
            // x - max is rounded to Float: half a unit of 24 in the exponent.
            #expect(ulps(softmax[index], p) <= 20)
            #expect(abs(Double(logSoftmax[index]) - (row[c] - most - log(sum))) <= 4e-6)
            #expect(abs(Double(sparse[index]) - (p - Double(oneHot[index]))) <= 1e-6)
            #expect(abs(Double(dense[index]) - (p - Double(oneHot[index]))) <= 1e-6)
          }
        }
        let wrong: [Int64] = [0, Int64(columns), -1]
        var loss = [Double](repeating: 5, count: 3), backprop = x.map { Double($0) }
        let logits = backprop
        let found = kernels.sparse_cross_entropy.f64_labels_i64(
          &loss, &backprop, logits, wrong, rows, columns)
        #expect(found == 1 && loss == [5, 5, 5])
      }
      var empty: [Float] = [-.infinity, -.infinity]
      empty.withUnsafeMutableBytes { memory in
        guard let base = memory.baseAddress else { return }
        kernels.softmax.f32(base, base, 1, 2)
      }
      #expect(empty[0].isNaN && empty[1].isNaN)
    }
  }

  @Test("Updates of training follow their formulas, in place as apart")
  func training() {
    for table in KernelTable.all {
      let kernels = table.pointee
      for length in lengths where length > 0 {
        var values = TestValues()
        let start = values.array(length), g = values.array(length), m = values.array(length)
        let v = values.array(length).map(abs)
        for nesterov in [false, true] {
          var a = start, b = m, c = v
          kernels.apply_adam.f64(
            &a, &b, &c, start, m, v, g, length, 0.01, 0.9, 0.99, 1e-8, nesterov ? 1 : 0)
          var d = start.map { Float($0) }, e = m.map { Float($0) }
          kernels.apply_momentum.f32(
            &d, &e, start.map { Float($0) }, m.map { Float($0) }, g.map { Float($0) }, length, 0.1,
            0.9, nesterov ? 1 : 0)
          for i in 0..<length {
            let mean = m[i] + (g[i] - m[i]) * (1 - 0.9),
              square = v[i] + (g[i] * g[i] - v[i]) * (1 - 0.99)
            let step = nesterov ? g[i] * (1 - 0.9) + 0.9 * mean : mean
            #expect(abs(b[i] - mean) < 1e-12 && abs(c[i] - square) < 1e-12)
            #expect(abs(a[i] - (start[i] - step * 0.01 / (square.squareRoot() + 1e-8))) < 1e-9)
            let total = m[i] * 0.9 + g[i]
            let moved = nesterov ? g[i] * 0.1 + total * 0.9 * 0.1 : total * 0.1
            #expect(
              abs(Double(e[i]) - total) < 1e-6 && abs(Double(d[i]) - (start[i] - moved)) < 1e-6)
          }
        }
        var out = start
        kernels.add_scaled.f64(&out, start, g, length, 3)
        #expect(zip(out, zip(start, g)).allSatisfy { abs($0 - ($1.0 + 3 * $1.1)) < 1e-12 })
        kernels.apply_gradient_descent.f64(&out, start, g, length, 3)
        #expect(zip(out, zip(start, g)).allSatisfy { abs($0 - ($1.0 - 3 * $1.1)) < 1e-12 })
        kernels.leaky_relu.f64(&out, start, length, 0.2)
        #expect(out == start.map { $0 > 0 ? $0 : 0.2 * $0 })
        kernels.leaky_relu_grad.f64(&out, g, start, length, 0.2)
        #expect(out == zip(g, start).map { $1 > 0 ? $0 : 0.2 * $0 })
        kernels.bias_add.f64(&out, start, g, 1, length)
        #expect(out == zip(start, g).map(+))
      }
    }
  }
}
