import CKernels
import Foundation
import GraphKernels
import Testing

private struct BinaryCase: Sendable {
  var name: String
  var path: any KeyPath<sg_kernels, sg_binary> & Sendable
  var bound: Double
  var reference: @Sendable (Double, Double) -> Double

  init(
    _ name: String, _ path: any KeyPath<sg_kernels, sg_binary> & Sendable, _ bound: Double,
    _ reference: @escaping @Sendable (Double, Double) -> Double
  ) {
    (self.name, self.path, self.bound, self.reference) = (name, path, bound, reference)
  }
}

@Sendable private func modulus(_ x: Double, _ y: Double) -> Double {
  let r = fmod(x, y)
  return r != 0 && (r < 0) != (y < 0) ? r + y : r
}

private let binaryCases: [BinaryCase] = [
  BinaryCase("add", \.add, 0.5, +),
  BinaryCase("sub", \.sub, 0.5, -),
  BinaryCase("mul", \.mul, 0.5, *),
  BinaryCase("div", \.div, 0.5, /),
  BinaryCase("floor_div", \.floor_div, 0.5) { (Double(Float($0 / $1))).rounded(.down) },
  BinaryCase("floor_mod", \.floor_mod, 0.5, modulus),
  BinaryCase("truncate_mod", \.truncate_mod, 0.5) { fmod($0, $1) },
  BinaryCase("maximum", \.maximum, 0) { $0.isNaN || $1.isNaN ? .nan : max($0, $1) },
  BinaryCase("minimum", \.minimum, 0) { $0.isNaN || $1.isNaN ? .nan : min($0, $1) },
  BinaryCase("pow", \.pow, 4) { pow($0, $1) },
  BinaryCase("squared_difference", \.squared_difference, 4) { ($0 - $1) * ($0 - $1) },
  BinaryCase("atan2", \.atan2, 4) { atan2($0, $1) },
  BinaryCase("div_no_nan", \.div_no_nan, 0.5) { $1 == 0 ? 0 : $0 / $1 },
  BinaryCase("mul_no_nan", \.mul_no_nan, 0.5) { $1 == 0 ? 0 : $0 * $1 },
  BinaryCase("xdivy", \.xdivy, 0.5) { $0 == 0 ? 0 : $0 / $1 },
  BinaryCase("xlogy", \.xlogy, 4) { $0 == 0 ? 0 : $0 * log($1) },
  BinaryCase("tanh_grad", \.tanh_grad, 4) { y, dy in dy * (1 - Double(Float(y * y))) },
  BinaryCase("sigmoid_grad", \.sigmoid_grad, 4) { y, dy in dy * y * (1 - y) },
  BinaryCase("sqrt_grad", \.sqrt_grad, 4) { y, dy in dy == 0 ? 0 : dy * 0.5 / y },
  BinaryCase("rsqrt_grad", \.rsqrt_grad, 4) { y, dy in dy == 0 ? 0 : dy * -0.5 * (y * y * y) },
  BinaryCase("reciprocal_grad", \.reciprocal_grad, 4) { y, dy in dy == 0 ? 0 : -dy * (y * y) },
  BinaryCase("relu_grad", \.relu_grad, 0) { dy, x in x > 0 ? dy : 0 },
  BinaryCase("relu6_grad", \.relu6_grad, 0) { dy, x in x > 0 && x < 6 ? dy : 0 },
  BinaryCase("softplus_grad", \.softplus_grad, 4) { dy, x in dy / (1 + exp(-x)) },
  BinaryCase("softsign_grad", \.softsign_grad, 4) { dy, x in dy / ((1 + abs(x)) * (1 + abs(x))) },
  BinaryCase("elu_grad", \.elu_grad, 4) { dy, y in y < 0 ? dy * (y + 1) : dy },
  BinaryCase("selu_grad", \.selu_grad, 4) { dy, y in
    y < 0 ? dy * (y + 1.7580993408473769) : dy * 1.0507009873554805
  },
]

private func samples(_ count: Int) -> (x: [Double], y: [Double]) {
  var values = TestValues()
  var x = values.array(count, scale: 0.9), y = values.array(count, scale: 0.9)
  for i in stride(from: 5, to: count, by: 9) { x[i] *= 11 }
  for i in stride(from: 3, to: count, by: 8) { y[i] *= 13 }
  for (i, special) in [0, -0.0, 1, -1, 6, .infinity, .nan].enumerated() {
    if 7 * i + 1 < count { x[7 * i + 1] = special }
    if 5 * i + 2 < count { y[5 * i + 2] = special }
  }
  return (x, y)
}

@Suite("Binary loops")
struct BinaryKernelTests {
  @Test("lie within their bounds of a double reference, whatever the strides and alignment")
  func accuracy() {
    for table in KernelTable.all {
      let set = String(cString: table.pointee.name)
      for binary in binaryCases {
        guard let f32 = table.pointee[keyPath: binary.path].f32,
          let f64 = table.pointee[keyPath: binary.path].f64
        else {
          Issue.record("\(binary.name) lacks a floating-point loop")
          continue
        }
        for length in lengths where length > 0 {
          let (x64, y64) = samples(length)
          let x = x64.map { Float($0) }, y = y64.map { Float($0) }
          for misalignment in misalignments {
            for (p, q) in [(x, y), ([x[length / 2]], y), (x, [y[length / 2]]), ([x[0]], [y[0]])] {
              let result: [Float] = apply(
                f32, p, q, count: length, misalignment: misalignment, filler: 9, zero: 0)
              for i in 0..<length {
                let (a, b) = (
                  Double(p[p.count == length ? i : 0]), Double(q[q.count == length ? i : 0])
                )
                let exact = binary.reference(a, b)
                // A difference may cancel: the error is then one of the operands' last place.
                let slack = abs(Double(result[i]) - exact) <= 1e-7
                if !(ulps(result[i], exact) <= binary.bound || (binary.bound > 1 && slack)) {
                  Issue.record("\(set) \(binary.name)(\(a), \(b)) = \(result[i]), not \(exact)")
                }
              }
            }
            let wide: [Double] = apply(
              f64, x64, y64, count: length, misalignment: misalignment, filler: 9, zero: 0)
            for i in 0..<length {
              let exact = binary.reference(x64[i], y64[i])
              let close = abs(wide[i] - exact) <= 1e-6 * max(1, abs(exact))
              #expect(
                close || wide[i] == exact || (wide[i].isNaN && exact.isNaN),
                "\(set) \(binary.name)(\(x64[i]), \(y64[i])) = \(wide[i]), not \(exact)")
            }
          }
          let apart: [Float] = apply(f32, x, y, count: length, filler: 9, zero: 0)
          var together = x
          together.withUnsafeMutableBytes { memory in
            y.withUnsafeBytes { other in
              guard let base = memory.baseAddress, let right = other.baseAddress else { return }
              f32(base, base, right, length, 1, 1)
            }
          }
          #expect(together.map(\.bitPattern) == apart.map(\.bitPattern), "\(set) \(binary.name)")
        }
      }
    }
  }

  @Test("divide integers as TensorFlow does and never trap")
  func integerDivision() {
    let x: [Int32] = [7, -7, 7, -7, .min, .min, 5, 0, 1, -1, 6, -6, .max, 2, 3, 4, 9]
    let y: [Int32] = [2, 2, -2, -2, -1, 0, 0, 3, -1, 1, 3, 3, -1, 2, 5, 6, 4]
    func reference(_ f: (Int, Int) -> Int) -> [Int32] {
      zip(x, y).map { $1 == 0 ? 0 : Int32(truncatingIfNeeded: f(Int($0), Int($1))) }
    }
    func floorMod(_ a: Int, _ b: Int) -> Int { ((a % b) + b) % b }
    for table in KernelTable.all {
      let cases: [(sg_binary, (Int, Int) -> Int)] = [
        (table.pointee.truncate_div, { $0 / $1 }),
        (table.pointee.truncate_mod, { $0 % $1 }),
        (table.pointee.floor_div, { ($0 - floorMod($0, $1)) / $1 }),
        (table.pointee.floor_mod, floorMod),
      ]
      for (binary, f) in cases {
        guard let i32 = binary.i32, let i64 = binary.i64, let u8 = binary.u8 else { continue }
        let narrow: [Int32] = apply(i32, x, y, count: x.count, filler: 1, zero: 0)
        #expect(narrow == reference(f))
        let wide: [Int64] = apply(
          i64, x.map { Int64($0) }, y.map { Int64($0) }, count: x.count, filler: 1, zero: 0)
        #expect(wide.map { Int32(truncatingIfNeeded: $0) } == reference(f))
        let bytes: [UInt8] = apply(
          u8, [7, 0, 255, 9], [2, 3, 16, 0], count: 4, filler: UInt8(1), zero: 0)
        #expect(bytes == [UInt8(f(7, 2)), 0, UInt8(f(255, 16)), 0])
        let least: [Int64] = apply(
          i64, [.min, .min], [-1, 0], count: 2, filler: Int64(1), zero: 5)
        #expect(least[1] == 0)
      }
      guard let power = table.pointee.pow.i32 else { continue }
      let powers: [Int32] = apply(
        power, [2, -3, 0, 7, 2], [10, 3, 0, 1, -1], count: 5, filler: Int32(1), zero: 9)
      #expect(powers == [1024, -27, 1, 7, 0])
    }
    #expect(sg_find_zero_i32([3, 0, 1], 3) == 1)
    #expect(sg_find_zero_i64([3, 2, 1], 3) == 3)
    #expect(sg_find_zero_u8([0], 1) == 0)
    #expect(sg_find_negative_i32([3, 0, -1], 3) == 2)
    #expect(sg_find_negative_i64([-3], 1) == 0)
  }

  @Test("do wrapping integer arithmetic")
  func integerArithmetic() {
    for table in KernelTable.all {
      let kernels = table.pointee
      let cases: [(sg_binary, (Int64, Int64) -> Int64)] = [
        (kernels.add, { $0 &+ $1 }), (kernels.sub, { $0 &- $1 }), (kernels.mul, { $0 &* $1 }),
        (kernels.maximum, max), (kernels.minimum, min),
        (kernels.squared_difference, { ($0 &- $1) &* ($0 &- $1) }),
      ]
      for length in lengths where length > 0 {
        let x = (0..<length).map { Int64($0) &* 6_148_914_691_236_517_205 &+ 77 }
        let y = (0..<length).map { Int64(length - $0) &* 4_611_686_018_427_387_905 &- 3 }
        for (binary, f) in cases {
          guard let i32 = binary.i32, let i64 = binary.i64, let u8 = binary.u8 else { continue }
          let wide: [Int64] = apply(i64, x, y, count: length, misalignment: 1, filler: 1, zero: 0)
          #expect(wide == zip(x, y).map { f($0, $1) })
          let a = x.map { Int32(truncatingIfNeeded: $0) },
            b = y.map { Int32(truncatingIfNeeded: $0) }
          let narrow: [Int32] = apply(i32, a, [b[0]], count: length, filler: 1, zero: 0)
          #expect(narrow == a.map { Int32(truncatingIfNeeded: f(Int64($0), Int64(b[0]))) })
          let c = x.map { UInt8(truncatingIfNeeded: $0) },
            d = y.map { UInt8(truncatingIfNeeded: $0) }
          let bytes: [UInt8] = apply(u8, c, d, count: length, filler: 1, zero: 0)
          #expect(bytes == zip(c, d).map { UInt8(truncatingIfNeeded: f(Int64($0), Int64($1))) })
        }
      }
    }
  }
}
