/// A concrete value: element type, shape and elements in row-major order.
///
/// Copies share their elements, which never change. What cannot be made (a ragged literal, values
/// that do not fit) is an array that knows why: feeding it throws that reason, reading its elements
/// stops with it, and `validated()` asks for it.
public struct NDArray: Sendable {
  /// The type of the elements.
  public let dtype: DType

  /// The size of each axis; empty for a scalar.
  public let shape: [Int]

  /// The number of elements: the product of `shape`, 1 for a scalar.
  public let count: Int

  /// The elements.
  @usableFromInline
  package let storage: ArrayStorage

  /// An array of the elements in `storage`.
  ///
  /// `storage` holds exactly the bytes, or strings, that `shape` asks for.
  package init(dtype: DType, shape: [Int], storage: ArrayStorage) {
    self.dtype = dtype
    self.shape = shape
    self.storage = storage
    count = NDArray.checkedCount(shape)
    let expected = count * (dtype == .string ? 1 : dtype.byteSize)
    let actual = dtype == .string ? storage.strings.count : storage.byteCount
    precondition(
      expected <= actual, "\(dtype)\(shape) needs \(expected) bytes or strings, not \(actual)")
  }

  /// An array whose elements `body` writes, all of them.
  package init<Failure: Error>(
    dtype: DType, shape: [Int],
    uninitializedBytes body: (UnsafeMutableRawBufferPointer) throws(Failure) -> Void
  ) throws(Failure) {
    let byteCount = NDArray.checkedByteCount(shape, dtype)
    let storage = ArrayStorage(byteCount: byteCount)
    try body(UnsafeMutableRawBufferPointer(start: storage.pointer, count: byteCount))
    self.init(dtype: dtype, shape: shape, storage: storage)
  }

  /// An array of zeros (false, empty strings), or of whatever the memory holds.
  package init(dtype: DType, shape: [Int], zeroed: Bool) {
    if dtype == .string {
      self.init(
        shape: shape, strings: Array(repeating: [], count: NDArray.checkedCount(shape)))
      return
    }
    let byteCount = NDArray.checkedByteCount(shape, dtype)
    self.init(
      dtype: dtype, shape: shape, storage: ArrayStorage(byteCount: byteCount, zeroed: zeroed))
  }

  /// A string array of these bytes.
  package init(shape: [Int], strings: [[UInt8]]) {
    self.init(dtype: .string, shape: shape, storage: ArrayStorage(strings: strings))
  }

  /// An array that could not be made, and why.
  init(failure: ArrayError) {
    self.init(dtype: .float32, shape: [0], storage: ArrayStorage(failure: failure))
  }

  private static func checkedCount(_ shape: [Int]) -> Int {
    guard let count = Shape.elementCount(shape) else {
      preconditionFailure("no array has the shape \(shape)")
    }
    return count
  }

  private static func checkedByteCount(_ shape: [Int], _ dtype: DType) -> Int {
    guard let byteCount = NDArray.byteCount(dtype, shape) else {
      preconditionFailure("no array is a \(dtype)\(shape)")
    }
    return byteCount
  }

  /// The bytes of an array of this type and shape; nil where that is no `Int`.
  ///
  /// For readers of files, which must not make an array before they know that it can be made.
  package static func byteCount(_ dtype: DType, _ shape: [Int]) -> Int? {
    guard let count = Shape.elementCount(shape) else { return nil }
    let (bytes, overflow) = count.multipliedReportingOverflow(by: dtype.byteSize)
    return overflow ? nil : bytes
  }
}

extension NDArray {
  /// The number of axes.
  public var rank: Int { shape.count }

  /// The bytes of the elements; 0 for strings.
  public var byteCount: Int { count * dtype.byteSize }

  /// The array itself if it could be made.
  /// - Throws: `ArrayError`, the reason why it could not.
  public func validated() throws(ArrayError) -> NDArray { try ndarray(nil) }

  /// A number, string or nested array as an array of `dtype`, or of its natural type: `float32` for
  /// fractions, `int32` for integers.
  ///
  /// Where that cannot be made, using the array tells why; `value.ndarray(dtype)` throws at once.
  public init(_ value: some NDArrayConvertible, dtype: DType? = nil) {
    do {
      self = try value.ndarray(dtype)
    } catch {
      self.init(failure: error)
    }
  }

  /// The array of `values`, in row-major order, as elements of `dtype` or of their natural type:
  /// `float32` for `Double`, `int32` for `Int`.
  ///
  /// Where the values do not fit the type or are not as many as `shape` asks for, using the array
  /// tells why.
  public init<Scalar: ArrayScalar>(_ values: [Scalar], shape: [Int], dtype: DType? = nil) {
    guard Shape.elementCount(shape) == values.count else {
      self.init(
        failure: ArrayError(description: "\(values.count) values do not fill the shape \(shape)"))
      return
    }
    do {
      self = try values.withUnsafeBufferPointer { buffer throws(ArrayError) in
        try NDArray(converting: buffer, shape: shape, dtype: dtype)
      }
    } catch {
      self.init(failure: error)
    }
  }

  /// The string array of `values`, in row-major order.
  ///
  /// Where the values are not as many as `shape` asks for, using the array tells why.
  public init(_ values: [String], shape: [Int]) {
    guard Shape.elementCount(shape) == values.count else {
      self.init(
        failure: ArrayError(description: "\(values.count) values do not fill the shape \(shape)"))
      return
    }
    self.init(shape: shape, strings: values.map { Array($0.utf8) })
  }

  /// A scalar of the type with the same representation: `float64` for `Double`, `int64` for `Int`.
  public init<Scalar: ArrayScalar>(scalar value: Scalar) { self.init(value, dtype: Scalar.dtype) }
}

extension NDArray {
  /// Zeros; false for `bool`, empty strings for `string`.
  public static func zeros(_ shape: [Int], _ dtype: DType = .float32) -> NDArray {
    NDArray(dtype: dtype, shape: shape, zeroed: true)
  }

  /// Ones; true for `bool`.
  public static func ones(_ shape: [Int], _ dtype: DType = .float32) -> NDArray {
    dtype == .bool ? full(shape, true) : full(shape, 1, dtype)
  }

  /// An array whose elements are all `value`, of `dtype` or of the value's natural type.
  ///
  /// Where the value does not fit, using the array tells why.
  public static func full(
    _ shape: [Int], _ value: some NDArrayConvertible, _ dtype: DType? = nil
  ) -> NDArray {
    let element: NDArray
    do {
      element = try value.ndarray(dtype)
    } catch {
      return NDArray(failure: error)
    }
    guard element.count == 1 else {
      return NDArray(failure: ArrayError(description: "full takes one value, not \(element.shape)"))
    }
    let count = NDArray.checkedCount(shape)
    if element.dtype == .string {
      return NDArray(
        shape: shape, strings: Array(repeating: element.storage.strings[0], count: count))
    }
    return NDArray(dtype: element.dtype, shape: shape) { bytes in
      let size = element.dtype.byteSize
      for position in 0..<count {
        bytes.baseAddress?.advanced(by: position * size)
          .copyMemory(from: element.storage.pointer, byteCount: size)
      }
    }
  }

  /// `start, start + step, ...` up to but without `end`, shape `[ceil((end - start) / step)]`.
  ///
  /// Empty where `end` lies behind `start`. As `numpy.arange` for integers.
  public static func arange(
    _ start: Int, _ end: Int, step: Int = 1, _ dtype: DType = .int32
  ) -> NDArray {
    NDArray(Array(stride(from: start, to: end, by: step)), dtype: dtype)
  }

  /// `0, 1, ...` up to but without `end`, shape `[end]`.
  public static func arange(_ end: Int, _ dtype: DType = .int32) -> NDArray {
    arange(0, end, dtype)
  }

  /// `count` numbers from `start` to `end`, both included, at equal distances, shape `[count]`.
  ///
  /// One number is `start`. Computed in double precision as `numpy.linspace` does:
  /// `start + i * ((end - start) / (count - 1))`, the last one `end` itself.
  public static func linspace(
    _ start: Double, _ end: Double, count: Int, _ dtype: DType = .float32
  ) -> NDArray {
    let step = (end - start) / Double(Swift.max(count - 1, 1))
    var values = (0..<Swift.max(count, 0)).map { start + Double($0) * step }
    if values.count > 1 { values[values.count - 1] = end }
    return NDArray(values, dtype: dtype)
  }
}
