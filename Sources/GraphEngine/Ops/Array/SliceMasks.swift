internal import GraphArrays

/// Which entries of a strided slice are more than a range: bit `i` speaks of entry `i`.
package struct SliceMasks: Sendable, Hashable {
  /// Entries whose begin is the first element.
  package var begin = 0
  /// Entries whose end is behind the last element.
  package var end = 0
  /// The entry that stands for all axes which no other entry speaks of.
  package var ellipsis = 0
  /// Entries that are new axes of extent 1.
  package var newAxis = 0
  /// Entries that are an index: their axis is dropped.
  package var shrinkAxis = 0

  package init(
    begin: Int = 0, end: Int = 0, ellipsis: Int = 0, newAxis: Int = 0, shrinkAxis: Int = 0
  ) {
    self.begin = begin
    self.end = end
    self.ellipsis = ellipsis
    self.newAxis = newAxis
    self.shrinkAxis = shrinkAxis
  }

  /// The masks with an entry before the others that takes the whole of an axis.
  var afterWholeAxis: SliceMasks {
    SliceMasks(
      begin: begin << 1 | 1, end: end << 1 | 1, ellipsis: ellipsis << 1, newAxis: newAxis << 1,
      shrinkAxis: shrinkAxis << 1)
  }
}

/// A strided slice spelled out: what each axis of the operand contributes, and the result's axes.
///
/// Follows TensorFlow's `ValidateStridedSliceOp` (`strided_slice_op.cc`).
struct SliceSpecification: Sendable {
  /// What is taken of one axis of the operand.
  struct Axis: Sendable {
    /// Position among begin, end and strides; nil for axes that the ellipsis stands for.
    var entry: Int?
    var takesFirst: Bool
    var takesLast: Bool
    var isIndex: Bool
    var stride: Int?
    /// The first element that is taken, where known.
    var first: Int?
    /// How many elements are taken, where known.
    var count: Int?
  }

  /// Where an axis of the result comes from.
  enum Result: Sendable {
    case axis(Int)
    case new
  }

  var axes: [Axis]
  var results: [Result]

  /// The shape of the result, as far as it is known.
  var shape: Shape {
    Shape(
      dimensions: results.map { result in
        if case .axis(let axis) = result { axes[axis].count } else { 1 }
      })
  }

  /// The specification for an operand of these extents.
  ///
  /// - Parameters:
  ///   - begin: As far as known; all three have one length.
  /// - Throws: `GraphError` where entries are too many, a stride is zero or an index out of range.
  init(
    dimensions: [Int?], begin: [Int?], end: [Int?], strides: [Int?], masks: SliceMasks
  ) throws(GraphError) {
    (axes, results) = ([], [])
    try expand(rank: dimensions.count, entries: begin.count, strides: strides, masks)
    for axis in axes.indices {
      let entry = axes[axis].entry
      try resolve(
        axis, extent: dimensions[axis], begin: entry.flatMap { begin[$0] },
        end: entry.flatMap { end[$0] })
    }
  }

  /// Lays the entries over the axes.
  private mutating func expand(
    rank: Int, entries: Int, strides: [Int?], _ masks: SliceMasks
  ) throws(GraphError) {
    func has(_ mask: Int, _ entry: Int) -> Bool { entry < Int.bitWidth && mask >> entry & 1 == 1 }
    let full = Axis(
      entry: nil, takesFirst: true, takesLast: true, isIndex: false, stride: 1)
    var sawEllipsis = false
    /// Entries behind this one that stand for an axis of the operand.
    func axesBehind(_ entry: Int) -> Int {
      (entry + 1..<entries).count { !has(masks.newAxis, $0) }
    }
    for entry in 0..<entries {
      if has(masks.ellipsis, entry) {
        guard !sawEllipsis else {
          throw GraphError(.invalidArgument, "Multiple ellipses in slice spec not allowed")
        }
        sawEllipsis = true
        while axes.count < rank - axesBehind(entry) {
          results.append(.axis(axes.count))
          axes.append(full)
        }
      } else if has(masks.newAxis, entry) {
        results.append(.new)
      } else {
        guard axes.count < rank else {
          throw GraphError(
            .invalidArgument,
            "Index out of range using input dim \(axes.count); input has only \(rank) dims")
        }
        let isIndex = has(masks.shrinkAxis, entry)
        if !isIndex { results.append(.axis(axes.count)) }
        axes.append(
          Axis(
            entry: entry, takesFirst: has(masks.begin, entry), takesLast: has(masks.end, entry),
            isIndex: isIndex, stride: strides[entry]))
      }
    }
    while axes.count < rank {
      results.append(.axis(axes.count))
      axes.append(full)
    }
  }

  private mutating func resolve(
    _ axis: Int, extent: Int?, begin: Int?, end: Int?
  ) throws(GraphError) {
    var taken = axes[axis]
    defer { axes[axis] = taken }
    if taken.isIndex { taken.count = 1 }
    guard let stride = taken.stride else { return }
    guard stride != 0 else {
      throw GraphError(.invalidArgument, "strides[\(taken.entry ?? axis)] must be non-zero")
    }
    if taken.isIndex, stride < 0 {
      throw GraphError(.invalidArgument, "only stride 1 allowed on non-range indexing.")
    }
    guard let extent else { return }
    if taken.isIndex {
      guard let begin else { return }
      taken.first = try Self.index(begin, extent: extent, axis: axis)
      return
    }
    if taken.takesFirst || begin != nil {
      taken.first = Self.bound(
        taken.takesFirst ? nil : begin, stride > 0 ? 0 : extent - 1, extent, stride)
    }
    guard let first = taken.first, taken.takesLast || end != nil else { return }
    let last = Self.bound(taken.takesLast ? nil : end, stride > 0 ? extent : -1, extent, stride)
    taken.count = Self.count(first, last, stride)
  }

  /// An index counted from 0.
  static func index(_ value: Int, extent: Int, axis: Int) throws(GraphError) -> Int {
    let index = value < 0 ? value + extent : value
    guard index >= 0, index < extent else {
      throw GraphError(
        .invalidArgument, "slice index \(value) of dimension \(axis) out of bounds.")
    }
    return index
  }

  /// A bound of a range, counted from 0 and held within the axis; `standard` where it is not given.
  static func bound(_ value: Int?, _ standard: Int, _ extent: Int, _ stride: Int) -> Int {
    guard let value else { return standard }
    let (low, high) = stride > 0 ? (0, extent) : (-1, extent - 1)
    return min(max(value < 0 ? value + extent : value, low), high)
  }

  /// How many elements there are from `first` up to but without `last`.
  static func count(_ first: Int, _ last: Int, _ stride: Int) -> Int {
    let interval = last - first
    guard interval != 0, (interval < 0) == (stride < 0) else { return 0 }
    return interval / stride + (interval % stride == 0 ? 0 : 1)
  }
}
