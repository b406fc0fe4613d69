import CKernels
import GraphKernels
import Testing

@Suite("Comparisons, selection and casts")
struct ComparisonKernelTests {
  @Test("Comparisons of each type agree with Swift's")
  func comparisons() {
    for table in KernelTable.all {
      let kernels = table.pointee
      let cases: [(sg_binary, (Double, Double) -> Bool)] = [
        (kernels.equal, { $0 == $1 }), (kernels.not_equal, { $0 != $1 }),
        (kernels.less, { $0 < $1 }),
        (kernels.less_equal, { $0 <= $1 }), (kernels.greater, { $0 > $1 }),
        (kernels.greater_equal, { $0 >= $1 }),
      ]
      for length in lengths where length > 0 {
        let x = (0..<length).map { $0 % 7 }, y = (0..<length).map { ($0 * 5) % 6 }
        for (binary, f) in cases {
          let expected = zip(x, y).map { UInt8(f(Double($0), Double($1)) ? 1 : 0) }
          func check<Element>(_ loop: BinaryLoop?, _ make: (Int) -> Element) {
            guard let loop else { return }
            let result: [UInt8] = apply(
              loop, x.map(make), y.map(make), count: length, misalignment: 1, filler: make(1),
              zero: 7)
            #expect(result == expected)
          }
          check(binary.f32) { Float($0) }
          check(binary.f64) { Double($0) }
          check(binary.i32) { Int32($0) }
          check(binary.i64) { Int64($0) }
          check(binary.u8) { UInt8($0) }
        }
      }
      guard let equal = kernels.equal.f32, let unequal = kernels.not_equal.f32,
        let less = kernels.less.i32, let and = kernels.logical_and.boolean,
        let or = kernels.logical_or.boolean
      else { continue }
      let nan: [Float] = [.nan, 1, -0.0]
      let same: [UInt8] = apply(equal, nan, [.nan, .nan, 0], count: 3, filler: 0, zero: 7)
      #expect(same == [0, 0, 1])
      let other: [UInt8] = apply(unequal, nan, [.nan, .nan, 0], count: 3, filler: 0, zero: 7)
      #expect(other == [1, 1, 0])
      let negative: [UInt8] = apply(less, [Int32.min, 1], [0, -1], count: 2, filler: 0, zero: 7)
      #expect(negative == [1, 0])
      let p: [UInt8] = [0, 0, 1, 1], q: [UInt8] = [0, 1, 0, 1]
      #expect(apply(and, p, q, count: 4, filler: 0, zero: 7) == [UInt8](arrayLiteral: 0, 0, 0, 1))
      #expect(apply(or, p, q, count: 4, filler: 0, zero: 7) == [UInt8](arrayLiteral: 0, 1, 1, 1))
    }
  }

  @Test("Selection takes either operand by the condition, with any strides")
  func selection() {
    func check<Element: Equatable>(_ loop: SelectLoop, _ make: (Int) -> Element) {
      for length in lengths where length > 0 {
        let flags = (0..<length).map { UInt8($0 % 3 == 1 ? 1 : 0) }
        let x = (0..<length).map { make($0) }, y = (0..<length).map { make(100 + $0) }
        for mask in 0..<8 {
          let (sc, sx, sy) = (mask & 1, mask >> 1 & 1, mask >> 2)
          var out = [make(0)] + x
          out.withUnsafeMutableBytes { memory in
            flags.withUnsafeBufferPointer { c in
              x.withUnsafeBytes { p in
                y.withUnsafeBytes { q in
                  guard let to = memory.baseAddress, let condition = c.baseAddress,
                    let left = p.baseAddress, let right = q.baseAddress
                  else { return }
                  loop(
                    to + MemoryLayout<Element>.stride, condition, left, right, length, sc, sx, sy)
                }
              }
            }
          }
          let expected = (0..<length).map { flags[$0 * sc] == 1 ? x[$0 * sx] : y[$0 * sy] }
          #expect(Array(out.dropFirst()) == expected, "\(length) \(mask)")
        }
      }
    }
    for table in KernelTable.all {
      check(table.pointee.select[byteCount: 1]) { UInt8(truncatingIfNeeded: $0) }
      check(table.pointee.select[byteCount: 4]) { Float($0) }
      check(table.pointee.select[byteCount: 8]) { Int64($0) }
    }
  }

  @Test("Casts follow TensorFlow where values do not fit")
  func casts() {
    let reals: [Float] = [300, -1, 256.7, 3e9, -3e9, .nan, .infinity, -1.9, 0, 1e30, 2_147_483_520]
    for table in KernelTable.all {
      func cast<In, Out>(_ x: [In], _ from: KernelType, _ to: KernelType, _ zero: Out) -> [Out] {
        apply(
          table.cast(from: from, to: to), x, misalignment: 1, filler: x[0], of: Out.self, zero: zero
        )
      }
      let low = Int32.min
      #expect(
        cast(reals, SG_F32, SG_I32, Int32(0))
          == [300, -1, 256, low, low, low, low, -1, 0, low, 2_147_483_520])
      #expect(cast(reals, SG_F32, SG_U8, UInt8(0)) == [44, 255, 0, 0, 0, 0, 0, 255, 0, 0, 128])
      #expect(
        cast(reals, SG_F32, SG_I64, Int64(0))
          == [
            300, -1, 256, 3_000_000_000, -3_000_000_000, .min, .min, -1, 0, .min, 2_147_483_520,
          ])
      #expect(cast(reals, SG_F32, SG_BOOL, UInt8(7)) == [1, 1, 1, 1, 1, 1, 1, 1, 0, 1, 1])
      let doubles: [Double] = [2_147_483_647.9, -2_147_483_648.9, 5e9, 0.1, -.infinity]
      #expect(cast(doubles, SG_F64, SG_I32, Int32(0)) == [.max, .min, .min, 0, .min])
      #expect(cast(doubles, SG_F64, SG_F32, Float(0)) == doubles.map { Float($0) })
      let integers: [Int64] = [1 << 40 + 7, -1, 255, 0, 16_777_217]
      #expect(
        cast(integers, SG_I64, SG_U8, UInt8(0)) == integers.map { UInt8(truncatingIfNeeded: $0) })
      #expect(
        cast(integers, SG_I64, SG_I32, Int32(0)) == integers.map { Int32(truncatingIfNeeded: $0) })
      #expect(cast(integers, SG_I64, SG_F32, Float(0)) == integers.map { Float($0) })
      #expect(cast(integers, SG_I64, SG_BOOL, UInt8(0)) == [1, 1, 1, 0, 1])
      #expect(cast([0, 1, 255] as [UInt8], SG_U8, SG_F64, Double(9)) == [0, 1, 255])
      #expect(cast([0, 1, 1] as [UInt8], SG_BOOL, SG_I64, Int64(9)) == [0, 1, 1])
      let identity = cast(doubles, SG_F64, SG_F64, Double(0))
      #expect(identity == doubles)
    }
  }
}
