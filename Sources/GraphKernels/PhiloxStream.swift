internal import CKernels

/// The random stream of one operation: Philox4x32-10 with TensorFlow's distributions, which gives
/// the values that TensorFlow gives on a CPU for the same seeds.
///
/// A stream is a value: its key (`seed`) and the 128-bit counter at which it stands (`seed2` is
/// the upper half). An execution fills its outputs from the present position, in any number of
/// parts, and then advances by `reserved(count)` counters, whatever it has drawn.
///
/// Source: Salmon, Moraes, Dror, Shaw, Parallel Random Numbers: As Easy as 1, 2, 3, SC 2011, and
/// TensorFlow's `random_distributions.h` and `multinomial_op.cc`.
package struct PhiloxStream: Sendable, Hashable {
  private var key: UInt64
  private var low: UInt64 = 0
  private var high: UInt64

  /// The stream of an operation with the attributes `seed` and `seed2`, from its beginning.
  package init(seed: Int64, seed2: Int64) {
    key = UInt64(bitPattern: seed)
    high = UInt64(bitPattern: seed2)
  }

  /// The counters that an execution with `count` outputs advances by: 256 for each.
  package static func reserved(_ count: Int) -> UInt64 { UInt64(count) * 256 }

  /// The counters that drawing `samples` classes for each of `rows` rows advances by.
  package static func reservedByMultinomial(rows: Int, samples: Int) -> UInt64 {
    UInt64(rows * ((samples + 3) / 4 * 4) * 2) * 256
  }

  /// Moves on by `counters`.
  package mutating func advance(by counters: UInt64) {
    var stream = value
    sg_philox_advance(&stream, counters)
    (low, high) = (stream.position_low, stream.position_high)
  }

  private var value: sg_philox { sg_philox(key: key, position_low: low, position_high: high) }

  private func fill<Scalar>(
    _ outputs: Range<Int>, _ out: UnsafeMutablePointer<Scalar>,
    _ function: (UnsafePointer<sg_philox>, UnsafeMutablePointer<Scalar>, Int, Int) -> Void
  ) {
    withUnsafePointer(to: value) {
      function($0, out + outputs.lowerBound, outputs.lowerBound, outputs.upperBound)
    }
  }

  /// Fills `outputs` of the array at `out` with uniform values in [0, 1).
  package func uniform(_ outputs: Range<Int>, out: UnsafeMutablePointer<Float>) {
    fill(outputs, out, sg_random_uniform_f32)
  }

  /// Fills `outputs` of the array at `out` with uniform values in [0, 1).
  package func uniform(_ outputs: Range<Int>, out: UnsafeMutablePointer<Double>) {
    fill(outputs, out, sg_random_uniform_f64)
  }

  /// Fills `outputs` of the array at `out` with normal values of mean 0 and variance 1.
  package func normal(_ outputs: Range<Int>, out: UnsafeMutablePointer<Float>) {
    fill(outputs, out, sg_random_normal_f32)
  }

  /// Fills `outputs` of the array at `out` with normal values of mean 0 and variance 1.
  package func normal(_ outputs: Range<Int>, out: UnsafeMutablePointer<Double>) {
    fill(outputs, out, sg_random_normal_f64)
  }

  /// Fills `outputs` of the array at `out` with normal values within two standard deviations.
  package func truncatedNormal(_ outputs: Range<Int>, out: UnsafeMutablePointer<Float>) {
    fill(outputs, out, sg_random_truncated_normal_f32)
  }

  /// Fills `outputs` of the array at `out` with normal values within two standard deviations.
  package func truncatedNormal(_ outputs: Range<Int>, out: UnsafeMutablePointer<Double>) {
    fill(outputs, out, sg_random_truncated_normal_f64)
  }

  /// Fills `outputs` of the array at `out` with values in `low..<high`, which must not be empty.
  package func uniform(
    _ outputs: Range<Int>, out: UnsafeMutablePointer<Int32>, low: Int32, high: Int32
  ) {
    let range = UInt32(bitPattern: high &- low)
    fill(outputs, out) { sg_random_uniform_i32($0, $1, $2, $3, low, range) }
  }

  /// Fills `outputs` of the array at `out` with values in `low..<high`, which must not be empty.
  package func uniform(
    _ outputs: Range<Int>, out: UnsafeMutablePointer<Int64>, low: Int64, high: Int64
  ) {
    let range = UInt64(bitPattern: high &- low)
    fill(outputs, out) { sg_random_uniform_i64($0, $1, $2, $3, low, range) }
  }

  /// Draws classes `[rows, samples]` from unnormalised log-probabilities `[rows, classes]`.
  ///
  /// A row's draws follow those of the row before it in the stream, as in TensorFlow with one
  /// thread; with more, TensorFlow's result depends on their number. Logits that are not finite
  /// are never drawn; a row without finite ones gives `classes`.
  ///
  /// - Parameters:
  ///   - rows: The rows to draw for; `out` and `logits` are the bases of the whole arrays.
  ///   - cumulative: Room for `classes` values.
  package func multinomial(
    rows: Range<Int>, out: UnsafeMutablePointer<Int64>, logits: UnsafePointer<Float>,
    cumulative: UnsafeMutablePointer<Double>, classes: Int, samples: Int
  ) {
    withUnsafePointer(to: value) {
      sg_random_multinomial_f32(
        $0, out, logits, cumulative, rows.lowerBound, rows.upperBound, classes, samples)
    }
  }

  /// Draws classes `[rows, samples]` from unnormalised log-probabilities `[rows, classes]`; see
  /// the overload for `Float`.
  package func multinomial(
    rows: Range<Int>, out: UnsafeMutablePointer<Int64>, logits: UnsafePointer<Double>,
    cumulative: UnsafeMutablePointer<Double>, classes: Int, samples: Int
  ) {
    withUnsafePointer(to: value) {
      sg_random_multinomial_f64(
        $0, out, logits, cumulative, rows.lowerBound, rows.upperBound, classes, samples)
    }
  }
}
