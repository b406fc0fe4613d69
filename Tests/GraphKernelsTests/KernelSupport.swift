import CKernels
import GraphKernels

/// Lengths around the widths of vectors.
let lengths = [0, 1, 3, 4, 7, 8, 15, 16, 17, 31, 33, 100]

/// Elements by which arrays are moved away from the alignment of a vector.
let misalignments = [0, 1, 3]

/// Runs `loop` over `x`, whose memory and the output's start `misalignment` elements late.
func apply<In, Out>(
  _ loop: UnaryLoop, _ x: [In], misalignment: Int = 0, filler: In, of _: Out.Type, zero: Out
) -> [Out] {
  let input = Array(repeating: filler, count: misalignment) + x
  var output = Array(repeating: zero, count: misalignment + x.count + 1)
  input.withUnsafeBytes { source in
    output.withUnsafeMutableBytes { target in
      guard let from = source.baseAddress, let to = target.baseAddress else { return }
      loop(
        to + misalignment * MemoryLayout<Out>.stride,
        from + misalignment * MemoryLayout<In>.stride, x.count)
    }
  }
  return Array(output.dropFirst(misalignment).dropLast())
}

/// Runs `loop` in place.
func applyInPlace<Element>(_ loop: UnaryLoop, _ x: [Element]) -> [Element] {
  var memory = x
  memory.withUnsafeMutableBytes { bytes in
    guard let base = bytes.baseAddress else { return }
    loop(base, base, x.count)
  }
  return memory
}

/// Runs `loop` over `x` and `y`, either of which may have one element for all.
func apply<In, Out>(
  _ loop: BinaryLoop, _ x: [In], _ y: [In], count: Int, misalignment: Int = 0, filler: In,
  zero: Out
) -> [Out] {
  let left = Array(repeating: filler, count: misalignment) + x
  let right = Array(repeating: filler, count: misalignment) + y
  var output = Array(repeating: zero, count: misalignment + count + 1)
  left.withUnsafeBytes { p in
    right.withUnsafeBytes { q in
      output.withUnsafeMutableBytes { target in
        guard let from = p.baseAddress, let and = q.baseAddress, let to = target.baseAddress else {
          return
        }
        let stride = MemoryLayout<In>.stride
        loop(
          to + misalignment * MemoryLayout<Out>.stride, from + misalignment * stride,
          and + misalignment * stride, count, x.count == count ? 1 : 0, y.count == count ? 1 : 0)
      }
    }
  }
  return Array(output.dropFirst(misalignment).dropLast())
}

/// The distance of `value` from `reference` in units of the last place of `Float`.
func ulps(_ value: Float, _ reference: Double) -> Double {
  let nearest = Float(reference)
  if nearest.isNaN { return value.isNaN ? 0 : .infinity }
  if nearest == value { return 0 }
  if value.isNaN || !reference.isFinite { return .infinity }
  let unit = nearest.isFinite ? nearest.ulp : Float.greatestFiniteMagnitude.ulp
  let got = value.isFinite ? Double(value) : (value < 0 ? -0x1p128 : 0x1p128)
  return abs(got - reference) / Double(unit)
}

/// The distance of `value` from `reference` in units of the last place.
func ulps(_ value: Double, _ reference: Double) -> Double {
  if reference.isNaN { return value.isNaN ? 0 : .infinity }
  if value == reference { return 0 }
  return abs(value - reference) / reference.ulp
}

/// A linear congruential generator, so that tests draw the same values each time.
struct TestValues {
  private var state: UInt64 = 0x2545_F491_4F6C_DD1D

  /// A value in `-1 ..< 1`.
  mutating func next() -> Double {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Double(Int64(bitPattern: state) >> 11) * 0x1p-52
  }

  /// `count` values in `-scale ..< scale`.
  mutating func array(_ count: Int, scale: Double = 1) -> [Double] {
    (0..<count).map { _ in next() * scale }
  }
}
