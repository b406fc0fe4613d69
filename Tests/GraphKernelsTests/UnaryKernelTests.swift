import CKernels
import Foundation
import GraphKernels
import Testing

private struct UnaryCase: Sendable {
  var name: String
  var path: any KeyPath<sg_kernels, sg_unary> & Sendable
  var reference: @Sendable (Double) -> Double
  /// Largest error in units of the last place, of Float and of Double.
  var bounds: (Double, Double) = (4, 4)

  init(
    _ name: String, _ path: any KeyPath<sg_kernels, sg_unary> & Sendable,
    _ bounds: (Double, Double) = (4, 4),
    _ reference: @escaping @Sendable (Double) -> Double
  ) {
    (self.name, self.path, self.reference, self.bounds) = (name, path, reference, bounds)
  }
}

private let selu = (scale: 1.0507009873554805, scaleAlpha: 1.7580993408473769)
private let unaryCases: [UnaryCase] = [
  UnaryCase("identity", \.identity, (0, 0)) { $0 },
  UnaryCase("neg", \.neg, (0, 0)) { -$0 },
  UnaryCase("abs", \.abs, (0, 0)) { abs($0) },
  UnaryCase("sign", \.sign, (0, 0)) { $0.isNaN ? $0 : $0 > 0 ? 1 : $0 < 0 ? -1 : 0 },
  UnaryCase("square", \.square, (0.5, 0)) { $0 * $0 },
  UnaryCase("sqrt", \.sqrt, (0.5, 0)) { $0.squareRoot() },
  UnaryCase("rsqrt", \.rsqrt, (1.5, 0)) { 1 / $0.squareRoot() },
  UnaryCase("reciprocal", \.reciprocal, (0.5, 0)) { 1 / $0 },
  UnaryCase("exp", \.exp) { exp($0) },
  UnaryCase("expm1", \.expm1) { expm1($0) },
  UnaryCase("log", \.log) { log($0) },
  UnaryCase("log1p", \.log1p) { log1p($0) },
  UnaryCase("sin", \.sin) { sin($0) },
  UnaryCase("cos", \.cos) { cos($0) },
  UnaryCase("tan", \.tan) { tan($0) },
  UnaryCase("asin", \.asin) { asin($0) },
  UnaryCase("acos", \.acos) { acos($0) },
  UnaryCase("atan", \.atan) { atan($0) },
  UnaryCase("sinh", \.sinh) { sinh($0) },
  UnaryCase("cosh", \.cosh) { cosh($0) },
  UnaryCase("tanh", \.tanh) { tanh($0) },
  UnaryCase("asinh", \.asinh) { asinh($0) },
  UnaryCase("acosh", \.acosh) { acosh($0) },
  UnaryCase("atanh", \.atanh) { atanh($0) },
  UnaryCase("sigmoid", \.sigmoid) { $0 < 0 ? exp($0) / (1 + exp($0)) : 1 / (1 + exp(-$0)) },
  UnaryCase("softplus", \.softplus) { ($0 > 0 ? $0 : 0) + log1p(exp(-abs($0))) },
  UnaryCase("softsign", \.softsign) { $0 / (1 + abs($0)) },
  UnaryCase("erf", \.erf) { erf($0) },
  UnaryCase("erfc", \.erfc) { erfc($0) },
  UnaryCase("lgamma", \.lgamma) { lgamma($0) },
  UnaryCase("relu", \.relu, (0, 0)) { $0 < 0 ? 0 : $0 },
  UnaryCase("relu6", \.relu6, (0, 0)) { $0 < 0 ? 0 : $0 > 6 ? 6 : $0 },
  UnaryCase("elu", \.elu) { $0 < 0 ? expm1($0) : $0 },
  UnaryCase("selu", \.selu) { $0 < 0 ? selu.scaleAlpha * expm1($0) : selu.scale * $0 },
  UnaryCase("floor", \.floor, (0, 0)) { $0.rounded(.down) },
  UnaryCase("ceil", \.ceil, (0, 0)) { $0.rounded(.up) },
  UnaryCase("rint", \.rint, (0, 0)) { $0.rounded(.toNearestOrEven) },
]

/// Values of every magnitude and all special ones.
private let probes: [Double] = {
  var values = TestValues()
  var result: [Double] = [
    0, -0.0, 1, -1, 0.5, -0.5, 1.5, 2.5, -2.5, 6, 7, .infinity, -.infinity, .nan, 1e-40, -1e-40,
    88.7, 88.8, -87.5, -103, -104.5, 1e30, -1e30, 3e38, 1e-30, 0.9277, 0.9278, 8388607.5, 1e6, 2e6,
  ]
  for scale in [1e-6, 1e-2, 1, 3, 20, 100, 1000] { result += values.array(60, scale: scale) }
  return result
}()

@Suite("Unary loops")
struct UnaryKernelTests {
  @Test("lie within their bounds of a double reference, whatever the length and alignment")
  func accuracy() {
    for table in KernelTable.all {
      for unary in unaryCases {
        guard let f32 = table.pointee[keyPath: unary.path].f32,
          let f64 = table.pointee[keyPath: unary.path].f64
        else {
          Issue.record("\(unary.name) lacks a floating-point loop")
          continue
        }
        let set = String(cString: table.pointee.name)
        let singles = probes.map { Float($0) }
        let exact = singles.map { unary.reference(Double($0)) }
        let whole = apply(f32, singles, filler: 9, of: Float.self, zero: 0)
        for (index, value) in whole.enumerated()
        where !(ulps(value, exact[index]) <= unary.bounds.0) {
          Issue.record("\(set) \(unary.name)(\(singles[index])) = \(value), not \(exact[index])")
        }
        let doubles = apply(f64, probes, filler: 9, of: Double.self, zero: 0)
        for (x, value) in zip(probes, doubles)
        where !(ulps(value, unary.reference(x)) <= unary.bounds.1) {
          Issue.record("\(set) \(unary.name)(\(x)) = \(value), not \(unary.reference(x))")
        }
        for length in lengths {
          for misalignment in misalignments {
            let x = Array(singles.prefix(length)), y = Array(probes.prefix(length))
            let a = apply(
              f32, x, misalignment: misalignment, filler: 9, of: Float.self, zero: 0)
            #expect(
              a.map(\.bitPattern) == whole.prefix(length).map(\.bitPattern),
              "\(set) \(unary.name) f32 \(length) \(misalignment)")
            let b = apply(
              f64, y, misalignment: misalignment, filler: 9, of: Double.self, zero: 0)
            #expect(
              b.map(\.bitPattern) == doubles.prefix(length).map(\.bitPattern),
              "\(set) \(unary.name) f64 \(length) \(misalignment)")
            #expect(applyInPlace(f32, x).map(\.bitPattern) == a.map(\.bitPattern))
            #expect(applyInPlace(f64, y).map(\.bitPattern) == b.map(\.bitPattern))
          }
        }
      }
    }
  }

  @Test("keep the sign of zero and saturate exactly")
  func specials() {
    for table in KernelTable.all {
      let odd: [KeyPath<sg_kernels, sg_unary>] = [
        \.tanh, \.expm1, \.log1p, \.sin, \.tan, \.erf, \.relu, \.floor, \.ceil, \.rint, \.softsign,
      ]
      for path in odd {
        guard let loop = table.pointee[keyPath: path].f32 else { continue }
        let result = apply(loop, [-0.0, 0], filler: Float(1), of: Float.self, zero: 1)
        #expect(result == [0, 0] && result[0].sign == .minus && result[1].sign == .plus, "\(path)")
      }
      guard let tanh = table.pointee.tanh.f32, let sigmoid = table.pointee.sigmoid.f32,
        let exp = table.pointee.exp.f32, let erf = table.pointee.erf.f32
      else { continue }
      let far: [Float] = [.infinity, -.infinity, 200, -200, 3e38, -3e38]
      #expect(apply(tanh, far, filler: 0, of: Float.self, zero: 0) == [1, -1, 1, -1, 1, -1])
      #expect(apply(erf, far, filler: 0, of: Float.self, zero: 0) == [1, -1, 1, -1, 1, -1])
      #expect(apply(sigmoid, far, filler: 0, of: Float.self, zero: 0) == [1, 0, 1, 0, 1, 0])
      let grown: [Float] = [.infinity, 0, .infinity, 0, .infinity, 0]
      #expect(apply(exp, far, filler: 0, of: Float.self, zero: 0) == grown)
    }
  }

  @Test("wrap integers and classify values")
  func integersAndPredicates() {
    for table in KernelTable.all {
      let kernels = table.pointee
      guard let neg = kernels.neg.i32, let absolute = kernels.abs.i64,
        let square = kernels.square.i32,
        let sign = kernels.sign.i64, let not = kernels.logical_not.boolean,
        let nan = kernels.isnan.f32, let infinite = kernels.isinf.f64,
        let finite = kernels.isfinite.f32
      else {
        Issue.record("a loop is missing")
        continue
      }
      for length in lengths {
        let x = (0..<length).map { Int32(truncatingIfNeeded: $0 &* 715_827_883) &+ .min }
        let wide = x.map { Int64($0) << 32 }
        #expect(apply(neg, x, filler: 0, of: Int32.self, zero: 0) == x.map { 0 &- $0 })
        #expect(apply(square, x, filler: 0, of: Int32.self, zero: 0) == x.map { $0 &* $0 })
        #expect(
          apply(absolute, wide, filler: 0, of: Int64.self, zero: 0)
            == wide.map { $0 < 0 ? 0 &- $0 : $0 })
        #expect(apply(sign, wide, filler: 0, of: Int64.self, zero: 0) == wide.map { $0.signum() })
        let flags = (0..<length).map { UInt8($0 % 3 == 0 ? 1 : 0) }
        #expect(apply(not, flags, filler: 0, of: UInt8.self, zero: 7) == flags.map { 1 - $0 })
        let mixed: [Double] = (0..<length).map {
          [1, .nan, .infinity, -.infinity, 0, .leastNonzeroMagnitude][$0 % 6]
        }
        let singles = mixed.map { Float($0) }
        #expect(
          apply(nan, singles, misalignment: 1, filler: 0, of: UInt8.self, zero: 7)
            == mixed.map { $0.isNaN ? 1 : 0 })
        #expect(
          apply(finite, singles, filler: 0, of: UInt8.self, zero: 7)
            == mixed.map { $0.isFinite ? 1 : 0 })
        #expect(
          apply(infinite, mixed, filler: 0, of: UInt8.self, zero: 7)
            == mixed.map { $0.isInfinite ? 1 : 0 })
      }
    }
  }
}
