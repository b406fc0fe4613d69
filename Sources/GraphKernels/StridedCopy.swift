internal import CKernels

/// A planned copy between two strided views of one shape: slices, transpositions, concatenation,
/// splitting, padding, tiling and reversal are all copies of this form.
///
/// Axes along which both sides move alike are merged. The last axis of what remains, and the one
/// along which the source moves least, form a plane that is copied in square tiles (or in whole
/// rows, where both sides are contiguous); the others are walked over.
package struct StridedCopy: Sendable, Hashable {
  private struct Axis: Sendable, Hashable {
    var count: Int
    var output: Int
    var input: Int
  }

  /// Rows of a plane that one unit of work copies.
  private static let rowsPerUnit = 64

  private var outer: [Axis] = []
  private var rows = Axis(count: 1, output: 0, input: 0)
  private var columns = Axis(count: 1, output: 1, input: 1)
  private let outputOffset: Int
  private let inputOffset: Int
  private let elementSize: Int

  /// The number of units of work, which may run in any order.
  package let unitCount: Int

  /// Plans a copy.
  ///
  /// - Parameters:
  ///   - shape: The shape of both views.
  ///   - outputStrides: How far the output moves along each axis, in elements.
  ///   - inputStrides: The same of the input; 0 repeats, a negative stride reverses.
  ///   - outputOffset: The output's element with index zero.
  ///   - inputOffset: The input's element with index zero.
  ///   - elementSize: The bytes of an element: 1, 2, 4 or 8.
  package init(
    shape: [Int], outputStrides: [Int], inputStrides: [Int], outputOffset: Int = 0,
    inputOffset: Int = 0, elementSize: Int
  ) {
    self.outputOffset = outputOffset
    self.inputOffset = inputOffset
    self.elementSize = elementSize
    var axes: [Axis] = []
    for index in shape.indices where shape[index] != 1 {
      let axis = Axis(
        count: shape[index], output: outputStrides[index], input: inputStrides[index])
      if let last = axes.last, last.output == axis.output * axis.count,
        last.input == axis.input * axis.count
      {
        axes[axes.count - 1] = Axis(
          count: last.count * axis.count, output: axis.output, input: axis.input)
      } else {
        axes.append(axis)
      }
    }
    if let last = axes.popLast() { columns = last }
    if columns.output == 1, columns.input == 1 {
      if let last = axes.popLast() { rows = last }
    } else if let least = axes.indices.min(by: { abs(axes[$0].input) < abs(axes[$1].input) }) {
      rows = axes.remove(at: least)
    }
    outer = axes
    let unitsPerPlane = (rows.count + Self.rowsPerUnit - 1) / Self.rowsPerUnit
    unitCount = shape.contains(0) ? 0 : outer.reduce(unitsPerPlane) { $0 * $1.count }
  }

  /// Plans the transposition of a dense array: axis `i` of the result is axis `permutation[i]`.
  ///
  /// - Parameters:
  ///   - shape: The shape of the input.
  ///   - permutation: A permutation of the axes.
  ///   - elementSize: The bytes of an element: 1, 2, 4 or 8.
  package init(transposing shape: [Int], permutation: [Int], elementSize: Int) {
    let strides = Self.denseStrides(of: shape)
    let result = permutation.map { shape[$0] }
    self.init(
      shape: result, outputStrides: Self.denseStrides(of: result),
      inputStrides: permutation.map { strides[$0] }, elementSize: elementSize)
  }

  /// The strides of a dense row-major array, in elements.
  package static func denseStrides(of shape: [Int]) -> [Int] {
    var strides = shape
    var stride = 1
    for axis in shape.indices.reversed() {
      strides[axis] = stride
      stride *= shape[axis]
    }
    return strides
  }

  /// Copies the units in `units`; `out` and `x` are the bases of the arrays.
  package func run(
    units: Range<Int>, out: UnsafeMutableRawPointer, x: UnsafeRawPointer
  ) {
    let unitsPerPlane = (rows.count + Self.rowsPerUnit - 1) / Self.rowsPerUnit
    for unit in units {
      var (rest, slab) = unit.quotientAndRemainder(dividingBy: unitsPerPlane)
      let first = slab * Self.rowsPerUnit
      var output = outputOffset + first * rows.output
      var input = inputOffset + first * rows.input
      for axis in outer.reversed() {
        let (quotient, index) = rest.quotientAndRemainder(dividingBy: axis.count)
        output += index * axis.output
        input += index * axis.input
        rest = quotient
      }
      sg_copy_plane(
        out + output * elementSize, x + input * elementSize,
        min(Self.rowsPerUnit, rows.count - first), columns.count, rows.output, columns.output,
        rows.input, columns.input, elementSize)
    }
  }
}
