/// Which steps are certainly done before another one starts, by data and control dependencies.
///
/// One bit for each pair, so for plans of up to some thousand steps.
struct Ancestors {
  private let words: Int
  private var bits: [UInt64]

  /// - Parameter dependencies: For each step the earlier steps that it waits for.
  init(_ dependencies: [[Int]]) {
    let count = dependencies.count
    let words = (count + 63) / 64
    self.words = words
    bits = [UInt64](repeating: 0, count: count * words)
    bits.withUnsafeMutableBufferPointer { bits in
      for step in 0..<count {
        let row = step * words
        for earlier in dependencies[step] {
          let other = earlier * words
          for word in 0...(earlier / 64) { bits[row + word] |= bits[other + word] }
          bits[row + earlier / 64] |= 1 << UInt64(earlier % 64)
        }
      }
    }
  }

  /// Whether step `a` is done whenever step `b` starts.
  func contains(_ a: Int, before b: Int) -> Bool {
    bits[b * words + a / 64] >> UInt64(a % 64) & 1 == 1
  }
}
