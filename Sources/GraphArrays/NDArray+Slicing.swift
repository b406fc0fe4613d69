/// What a subscript takes for one axis: an index, or a range such as `1..<3`, `2...`, `...4`.
public protocol AxisIndex {
  /// The part of the axis that is meant.
  var selection: AxisSelection { get }
}

/// A part of one axis. Negative numbers count from the end, as in NumPy.
public enum AxisSelection: Sendable, Hashable {
  /// One element; the axis disappears.
  case index(Int)
  /// The elements from `lower` up to but without `upper`; nil stands for the end of the axis.
  case range(lower: Int?, upper: Int?)
}

extension Int: AxisIndex {
  /// One element; the axis disappears.
  public var selection: AxisSelection { .index(self) }
}

extension Range: AxisIndex where Bound == Int {
  /// The elements of the range.
  public var selection: AxisSelection { .range(lower: lowerBound, upper: upperBound) }
}

extension ClosedRange: AxisIndex where Bound == Int {
  /// The elements of the range.
  public var selection: AxisSelection {
    // `...(-1)` reaches the last element, behind which lies the end rather than element 0.
    .range(lower: lowerBound, upper: upperBound == -1 ? nil : upperBound + 1)
  }
}

extension PartialRangeFrom: AxisIndex where Bound == Int {
  /// The elements from the bound to the end.
  public var selection: AxisSelection { .range(lower: lowerBound, upper: nil) }
}

extension PartialRangeUpTo: AxisIndex where Bound == Int {
  /// The elements before the bound.
  public var selection: AxisSelection { .range(lower: nil, upper: upperBound) }
}

extension PartialRangeThrough: AxisIndex where Bound == Int {
  /// The elements up to and with the bound.
  public var selection: AxisSelection {
    .range(lower: nil, upper: upperBound == -1 ? nil : upperBound + 1)
  }
}

extension NDArray {
  /// A copy of a part: `a[2]`, `a[1..<3]`, `a[0..., 3]`, `a[-1, ..<2]`.
  ///
  /// One index or range for each axis from the first; axes without one are taken whole. An index
  /// drops its axis. Indices have to lie within the axes; `slice(_:)` throws instead.
  public subscript(indices: any AxisIndex...) -> NDArray {
    do {
      return try slice(indices)
    } catch {
      preconditionFailure(error.description)
    }
  }

  /// A copy of a part, as the subscript makes it.
  /// - Throws: `ArrayError` where an index lies outside its axis or there are more than axes.
  public func slice(_ indices: [any AxisIndex]) throws(ArrayError) -> NDArray {
    if let failure = storage.failure { throw failure }
    guard indices.count <= rank else {
      throw ArrayError(description: "\(indices.count) indices into \(dtype)\(shape)")
    }
    let strides = NDArray.strides(shape)
    var part = StridedPart(offset: 0, shape: [], strides: [])
    for axis in shape.indices {
      let size = shape[axis]
      let selection =
        axis < indices.count ? indices[axis].selection : .range(lower: nil, upper: nil)
      switch selection {
      case .index(let index):
        let position = index < 0 ? index &+ size : index
        guard (0..<size).contains(position) else {
          throw ArrayError(
            description: "index \(index) is outside axis \(axis) of \(dtype)\(shape)")
        }
        part.offset += position * strides[axis]
      case .range(let lower, let upper):
        let start = lower.map { $0 < 0 ? $0 &+ size : $0 } ?? 0
        let end = upper.map { $0 < 0 ? $0 &+ size : $0 } ?? size
        guard start >= 0, start <= end, end <= size else {
          throw ArrayError(
            description: "the range from \(lower.map { "\($0)" } ?? "the start") up to "
              + "\(upper.map { "\($0)" } ?? "the end") is outside axis \(axis) of "
              + "\(dtype)\(shape)")
        }
        part.offset += start * strides[axis]
        part.shape.append(end - start)
        part.strides.append(strides[axis])
      }
    }
    return copied(part)
  }
}

/// Elements of an array at regular distances.
struct StridedPart {
  /// The position of the first one.
  var offset: Int
  /// How many there are along each axis.
  var shape: [Int]
  /// The distance along each axis, in elements.
  var strides: [Int]
}

extension NDArray {
  /// The distance between neighbours along each axis in row-major order, in elements.
  static func strides(_ shape: [Int]) -> [Int] {
    var strides = Array(repeating: 1, count: shape.count)
    for axis in shape.indices.reversed().dropFirst() {
      strides[axis] = strides[axis + 1] * Swift.max(shape[axis + 1], 1)
    }
    return strides
  }

  /// A row-major copy of a part, which lies within the array.
  func copied(_ part: StridedPart) -> NDArray {
    if dtype == .string {
      var strings: [[UInt8]] = []
      part.forEachRow { start, length, stride in
        for i in 0..<length { strings.append(storage.strings[start + i * stride]) }
      }
      return NDArray(shape: part.shape, strings: strings)
    }
    defer { withExtendedLifetime(storage) {} }
    return NDArray(dtype: dtype, shape: part.shape) { bytes in
      guard var target = bytes.baseAddress else { return }
      let size = dtype.byteSize
      part.forEachRow { start, length, stride in
        let source = storage.pointer + start * size
        if stride == 1 {
          target.copyMemory(from: source, byteCount: length * size)
        } else {
          for i in 0..<length {
            (target + i * size).copyMemory(from: source + i * stride * size, byteCount: size)
          }
        }
        target += length * size
      }
    }
  }
}

extension StridedPart {
  /// Calls `body` with start, length and stride of each run along the last axis, in row-major order.
  func forEachRow(_ body: (_ start: Int, _ length: Int, _ stride: Int) -> Void) {
    guard !shape.contains(0) else { return }
    guard let length = shape.last, let stride = strides.last else {
      body(offset, 1, 1)
      return
    }
    let outer = shape.count - 1
    var index = Array(repeating: 0, count: outer)
    var start = offset
    while true {
      body(start, length, stride)
      // The next row: the last outer axis counts fastest.
      var axis = outer - 1
      while axis >= 0 {
        index[axis] += 1
        start += strides[axis]
        if index[axis] < shape[axis] { break }
        start -= shape[axis] * strides[axis]
        index[axis] = 0
        axis -= 1
      }
      if axis < 0 { return }
    }
  }
}
