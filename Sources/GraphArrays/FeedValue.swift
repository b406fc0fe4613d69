/// What can be fed: numbers, strings, nested arrays of them, `NDArray`, and what a run returned for a
/// structure.
///
/// The element type is the reader's: `0.5` fed to a float64 placeholder is a float64, `2.5` fed to an
/// int32 one throws.
public protocol FeedValue: Sendable {
  /// The value as an array of element type `dtype`; nil asks for the value's own.
  ///
  /// Numbers and nested arrays of them take any numeric type that they fit: an integer type holds
  /// integers of its range (`2.0` fits `int32`, `2.5` does not); a floating type takes the nearest
  /// value of a fraction but integers only if they are exact, as they are up to 2^24 in `float32`.
  /// Truth values and strings fit their own type only. An `NDArray` is never converted.
  /// - Throws: `ArrayError` where a value does not fit or a nested array is ragged, with the place.
  func ndarray(_ dtype: DType?) throws(ArrayError) -> NDArray

  /// The values for each tensor of a structure, in order; the value itself for one tensor.
  var leaves: [any FeedValue] { get }
}

extension FeedValue {
  /// The value itself: it is for one tensor.
  public var leaves: [any FeedValue] { [self] }
}

/// A feed value that may also stand beside a tensor in a formula: `x * 2`, `x + [1, 2, 3]`.
public protocol NDArrayConvertible: FeedValue {}

extension ArrayScalar {
  /// The value as a scalar array.
  /// - Throws: `ArrayError` where the value does not fit `dtype`.
  public func ndarray(_ dtype: DType?) throws(ArrayError) -> NDArray {
    try withUnsafePointer(to: self) { pointer throws(ArrayError) in
      try NDArray(
        converting: UnsafeBufferPointer(start: pointer, count: 1), shape: [], dtype: dtype)
    }
  }
}

extension String: NDArrayConvertible {
  /// The UTF-8 bytes as a scalar string array.
  /// - Throws: `ArrayError` where another type than `string` is asked for.
  public func ndarray(_ dtype: DType?) throws(ArrayError) -> NDArray {
    guard dtype == nil || dtype == .string else {
      throw ArrayError(description: "\"\(self)\" does not fit \(dtype ?? .string)")
    }
    return NDArray(shape: [], strings: [Array(utf8)])
  }
}

extension NDArray: NDArrayConvertible {
  /// The array itself, never converted.
  /// - Throws: `ArrayError` where `dtype` is another than the array's, or the array is one that could
  ///   not be made.
  public func ndarray(_ dtype: DType?) throws(ArrayError) -> NDArray {
    if let failure = storage.failure { throw failure }
    guard let dtype, dtype != self.dtype else { return self }
    throw ArrayError(description: "got \(self.dtype)\(shape), wants \(dtype)")
  }
}

extension Array: NDArrayConvertible where Element: NDArrayConvertible {}

extension Array: FeedValue where Element: FeedValue {
  /// The values for each tensor of a structure: those of all elements, in order.
  public var leaves: [any FeedValue] { flatMap(\.leaves) }

  /// The elements as an array with one more axis in front than each of them has.
  ///
  /// An empty array has shape `[0]`, whatever its nesting.
  /// - Throws: `ArrayError` where an element does not fit, or elements differ in shape.
  public func ndarray(_ dtype: DType?) throws(ArrayError) -> NDArray {
    if let scalar = Element.self as? any ArrayScalar.Type {
      return try numbers(scalar, dtype)
    }
    if let strings = (self as Any) as? [String], dtype == nil || dtype == .string {
      return NDArray(shape: [count], strings: strings.map { Array<UInt8>($0.utf8) })
    }
    var parts: [NDArray] = []
    parts.reserveCapacity(count)
    for (position, element) in enumerated() {
      do {
        parts.append(try element.ndarray(dtype))
      } catch {
        throw error.within(position)
      }
    }
    // Without a type asked for, integers beyond int32 make the whole array int64.
    if dtype == nil, Set(parts.map(\.dtype)) == [.int32, .int64] { return try ndarray(.int64) }
    return try NDArray(stacking: parts, emptyDType: dtype ?? .float32)
  }

  private func numbers<Scalar: ArrayScalar>(
    _ type: Scalar.Type, _ dtype: DType?
  ) throws(ArrayError) -> NDArray {
    try withUnsafeBufferPointer { buffer throws(ArrayError) in
      // Rebound because `Element` is `Scalar`: the caller found it as `Element.self`.
      try NDArray(
        converting: UnsafeRawBufferPointer(buffer).assumingMemoryBound(to: type), shape: [count],
        dtype: dtype)
    }
  }
}

extension NDArray {
  /// The array of `values`, in row-major order, as elements of `dtype` or of their natural type.
  ///
  /// `shape` has as many elements as there are values.
  /// - Throws: `ArrayError` where a value does not fit, with its place.
  init<Scalar: ArrayScalar>(
    converting values: UnsafeBufferPointer<Scalar>, shape: [Int], dtype: DType?
  ) throws(ArrayError) {
    let target = dtype ?? Scalar.naturalDType
    let storage = ArrayStorage(byteCount: values.count * target.byteSize)
    guard let position = Scalar.write(values, as: target, to: storage.pointer) else {
      self.init(dtype: target, shape: shape, storage: storage)
      return
    }
    if dtype == nil && target == .int32 {
      try self.init(converting: values, shape: shape, dtype: .int64)
      return
    }
    throw ArrayError(
      reason: "\(values[position]) does not fit \(target)",
      place: NDArray.place(of: position, in: shape))
  }

  /// The arrays along a new first axis.
  /// - Throws: `ArrayError` where they differ in type or shape.
  init(stacking parts: [NDArray], emptyDType: DType) throws(ArrayError) {
    guard let first = parts.first else {
      self.init(dtype: emptyDType, shape: [0], zeroed: true)
      return
    }
    for (position, part) in parts.enumerated() {
      if let failure = part.storage.failure { throw failure.within(position) }
      guard part.shape == first.shape else {
        throw ArrayError(
          reason: "ragged array: shape \(part.shape) beside \(first.shape)", place: [position])
      }
      guard part.dtype == first.dtype else {
        throw ArrayError(reason: "\(part.dtype) beside \(first.dtype)", place: [position])
      }
    }
    let shape = [parts.count] + first.shape
    if first.dtype == .string {
      self.init(shape: shape, strings: parts.flatMap(\.storage.strings))
      return
    }
    self.init(dtype: first.dtype, shape: shape) { bytes in
      let size = first.byteCount
      for (position, part) in parts.enumerated() where size > 0 {
        bytes.baseAddress?.advanced(by: position * size)
          .copyMemory(from: part.storage.pointer, byteCount: size)
      }
    }
  }

  /// The indices of the element at a position in row-major order.
  static func place(of position: Int, in shape: [Int]) -> [Int] {
    var rest = position
    var indices: [Int] = []
    for size in shape.reversed() where size > 0 {
      indices.append(rest % size)
      rest /= size
    }
    return indices.reversed()
  }
}
