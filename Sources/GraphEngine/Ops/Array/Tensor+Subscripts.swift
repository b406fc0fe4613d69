internal import GraphArrays

/// One entry of a subscript of a tensor: an index, a range, a new axis, or all the rest.
///
/// `x[0]`, `x[-1]`, `x[1..<3]`, `x[2...]`, `x[..., 0]`, `x[i]` with a scalar tensor `i`,
/// `x[newAxis]`, `x[SliceEntry(from: 10, to: 0, by: -2)]`.
public protocol SliceIndex: Sendable {
  /// The entry that this stands for.
  var sliceEntry: SliceEntry { get }
}

/// An entry of a subscript of a tensor, spelled out.
public struct SliceEntry: SliceIndex {
  enum Kind: Sendable {
    case index(any TensorConvertible)
    case range(from: (any TensorConvertible)?, to: (any TensorConvertible)?, by: Int)
    case newAxis
    case ellipsis
  }

  let kind: Kind

  init(_ kind: Kind) { self.kind = kind }

  /// Elements from `from` up to but without `to`, in steps of `by`.
  ///
  /// Bounds are integers or scalar integer tensors, counted from the end where negative; nil is the
  /// end of the axis that lies in the direction of the step.
  public init(
    from: (any TensorConvertible)? = nil, to: (any TensorConvertible)? = nil, by: Int = 1
  ) {
    kind = .range(from: from, to: to, by: by)
  }

  /// The entry itself.
  public var sliceEntry: SliceEntry { self }
}

/// A new axis of extent 1, in a subscript. TF: `tf.newaxis`.
public let newAxis = SliceEntry(.newAxis)

extension Int: SliceIndex {
  /// An index, counted from the end where negative; its axis is dropped.
  public var sliceEntry: SliceEntry { SliceEntry(.index(self)) }
}
extension Tensor: SliceIndex {
  /// An index that is known when the graph runs: a scalar integer tensor.
  public var sliceEntry: SliceEntry { SliceEntry(.index(self)) }
}
extension Swift.Range<Int>: SliceIndex {
  /// A range.
  public var sliceEntry: SliceEntry { SliceEntry(from: lowerBound, to: upperBound) }
}
extension ClosedRange<Int>: SliceIndex {
  /// A range whose last element is taken.
  public var sliceEntry: SliceEntry {
    SliceEntry(from: lowerBound, to: upperBound == -1 ? nil : upperBound.next)
  }
}
extension PartialRangeFrom<Int>: SliceIndex {
  /// All from an element on.
  public var sliceEntry: SliceEntry { SliceEntry(from: lowerBound) }
}
extension PartialRangeUpTo<Int>: SliceIndex {
  /// All before an element.
  public var sliceEntry: SliceEntry { SliceEntry(to: upperBound) }
}
extension PartialRangeThrough<Int>: SliceIndex {
  /// All up to an element, which is taken.
  public var sliceEntry: SliceEntry { SliceEntry(to: upperBound == -1 ? nil : upperBound.next) }
}

extension Int {
  /// The number after this one; the last one has none after it and is beyond every extent.
  fileprivate var next: Int { self == .max ? self : self + 1 }
}

extension Tensor {
  /// A part of this tensor: `x[0]`, `x[1..<3, newAxis]`, `x[i]`. TF: `x[...]`, a strided slice.
  ///
  /// Ranges are held within the extents; an index out of range is a mistake.
  public subscript(entries: any SliceIndex...) -> Tensor { sliced(entries.map(\.sliceEntry)) }

  /// A part of this tensor by its last axes: `x[..., 0]`.
  public subscript(_: UnboundedRange, entries: any SliceIndex...) -> Tensor {
    sliced([SliceEntry(.ellipsis)] + entries.map(\.sliceEntry))
  }

  /// A part of this tensor by its first and last axes: `x[0, ..., 1]`.
  public subscript(
    first: any SliceIndex, _: UnboundedRange, entries: any SliceIndex...
  ) -> Tensor {
    sliced([first.sliceEntry, SliceEntry(.ellipsis)] + entries.map(\.sliceEntry))
  }

  private func sliced(_ entries: [SliceEntry]) -> Tensor {
    var masks = SliceMasks()
    var begin: [any TensorConvertible] = []
    var end: [any TensorConvertible] = []
    var strides: [Int] = []
    for (i, entry) in entries.enumerated() {
      let bit = 1 << i
      var (first, last, stride): (any TensorConvertible, any TensorConvertible, Int) = (0, 0, 1)
      switch entry.kind {
      case .newAxis: masks.newAxis |= bit
      case .ellipsis: masks.ellipsis |= bit
      case .index(let index):
        masks.shrinkAxis |= bit
        (first, last) = (index, (index as? Int).map(\.next) ?? index)
      case .range(let from, let to, let by):
        if from == nil { masks.begin |= bit }
        if to == nil { masks.end |= bit }
        (first, last, stride) = (from ?? 0, to ?? 0, by)
      }
      begin.append(first)
      end.append(last)
      strides.append(stride)
    }
    return graph.declare("strided_slice") { name in
      // Indices of int64 make all bounds int64.
      let isInt64 = (begin + end).contains { ($0 as? Tensor)?.dtype == .int64 }
      let dtype: DType = isInt64 ? .int64 : .int32
      return graph.tensor(
        StridedSlice(masks: masks),
        [
          self, bounds(begin, dtype), bounds(end, dtype),
          graph.constant(strides, dtype: dtype, name: "stack"),
        ], name: name)
    }
  }

  /// A vector of bounds: a constant where all are numbers.
  private func bounds(_ values: [any TensorConvertible], _ dtype: DType) -> Tensor {
    let numbers = values.compactMap { $0 as? Int }
    if numbers.count == values.count {
      return graph.constant(numbers, dtype: dtype, name: "stack")
    }
    let parts = values.map { value -> Tensor in
      guard let tensor = value as? Tensor else {
        return graph.operand(value, dtype: dtype, name: "stack/bound")
      }
      return tensor.dtype == dtype ? tensor : cast(tensor, to: dtype)
    }
    return stack(parts, name: "stack")
  }
}
