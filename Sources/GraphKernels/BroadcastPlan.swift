/// How an elementwise loop walks over operands that are broadcast to one shape.
///
/// Adjacent axes along which every operand moves alike are merged. What remains is an innermost
/// run, along which each operand has a stride of 0 or 1, and outer axes. No broadcasting, or a
/// scalar operand, leave one run; `[n, m] op [m]` and `[n, m] op [n, 1]` leave `n`.
///
/// A plan is run for any range of output elements: an element's value never depends on where a
/// range begins or ends.
package struct BroadcastPlan: Sendable, Hashable {
  /// An outer axis: its length and how far each operand moves along it.
  private struct Axis: Sendable, Hashable {
    var count: Int
    var strides: [Int]
  }

  /// The number of output elements.
  package let count: Int
  /// The number of output elements of a run.
  package let runLength: Int
  /// The stride of each operand along a run, 0 or 1.
  package let runStrides: [Int]
  /// The outer axes, the slowest first.
  private let axes: [Axis]

  /// The number of runs.
  package var runCount: Int { runLength == 0 ? 0 : count / runLength }

  /// A plan for operands of the given shapes, or nil where one does not broadcast to `output`.
  ///
  /// - Parameters:
  ///   - output: The shape of the result.
  ///   - operands: The operands' shapes; axes are aligned at the end, as in NumPy.
  package init?(output: [Int], operands: [[Int]]) {
    guard operands.allSatisfy({ $0.count <= output.count }) else { return nil }
    var merged: [Axis] = []
    var strides = operands.map { _ in 1 }
    for back in 0..<output.count {
      let count = output[output.count - 1 - back]
      var moves: [Int] = []
      for (index, shape) in operands.enumerated() {
        let length = back < shape.count ? shape[shape.count - 1 - back] : 1
        guard length == count || length == 1 else { return nil }
        moves.append(length == 1 ? 0 : strides[index])
        strides[index] *= length
      }
      if count == 1 { continue }
      if let last = merged.last, zip(moves, last.strides).allSatisfy({ $0 == $1 * last.count }) {
        merged[merged.count - 1].count *= count
      } else {
        merged.append(Axis(count: count, strides: moves))
      }
    }
    count = output.reduce(1, *)
    runLength = count == 0 ? 0 : merged.first?.count ?? 1
    runStrides = merged.first?.strides ?? operands.map { _ in 0 }
    axes = Array(merged.dropFirst().reversed())
  }

  /// Where `operand` stands at the start of run `run`, in elements.
  func offset(ofRun run: Int, operand: Int) -> Int {
    var rest = run
    var offset = 0
    var level = axes.count - 1
    while level >= 0 {
      let (quotient, remainder) = rest.quotientAndRemainder(dividingBy: axes[level].count)
      offset += remainder * axes[level].strides[operand]
      rest = quotient
      level -= 1
    }
    return offset
  }

  /// Calls `body` for each part of a run within `elements` with the first output element, the
  /// number of elements, the run and the position in it.
  func forEachPart(
    of elements: Range<Int>,
    _ body: (_ output: Int, _ count: Int, _ run: Int, _ position: Int) -> Void
  ) {
    if elements.isEmpty { return }
    var (run, position) = elements.lowerBound.quotientAndRemainder(dividingBy: runLength)
    var output = elements.lowerBound
    while output < elements.upperBound {
      let count = min(runLength - position, elements.upperBound - output)
      body(output, count, run, position)
      output += count
      run += 1
      position = 0
    }
  }

  /// Runs a binary loop for the outputs in `elements`.
  ///
  /// - Parameters:
  ///   - out, x, y: The bases of the whole arrays; `out` may be an operand that is not broadcast.
  ///   - outputSize: The bytes of an output element.
  ///   - operandSize: The bytes of an operand's element.
  package func run(
    _ loop: BinaryLoop, elements: Range<Int>, out: UnsafeMutableRawPointer, x: UnsafeRawPointer,
    y: UnsafeRawPointer, outputSize: Int, operandSize: Int
  ) {
    let (sx, sy) = (runStrides[0], runStrides[1])
    forEachPart(of: elements) { output, count, run, position in
      let i = offset(ofRun: run, operand: 0) + position * sx
      let j = offset(ofRun: run, operand: 1) + position * sy
      loop(out + output * outputSize, x + i * operandSize, y + j * operandSize, count, sx, sy)
    }
  }

  /// Runs a selection for the outputs in `elements`: operand 0 is the condition, 1 and 2 the
  /// values.
  ///
  /// - Parameter size: The bytes of an element of `out`, `x` and `y`.
  package func run(
    _ loop: SelectLoop, elements: Range<Int>, out: UnsafeMutableRawPointer,
    condition: UnsafePointer<UInt8>, x: UnsafeRawPointer, y: UnsafeRawPointer, size: Int
  ) {
    let (sc, sx, sy) = (runStrides[0], runStrides[1], runStrides[2])
    forEachPart(of: elements) { output, count, run, position in
      let h = offset(ofRun: run, operand: 0) + position * sc
      let i = offset(ofRun: run, operand: 1) + position * sx
      let j = offset(ofRun: run, operand: 2) + position * sy
      loop(
        out + output * size, condition + h, x + i * size, y + j * size, count, sc, sx, sy)
    }
  }
}
