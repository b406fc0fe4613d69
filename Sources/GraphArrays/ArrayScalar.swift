/// A Swift type that stands for one element of an array.
///
/// The standard number types and `Bool` conform; `String` arrays are read through
/// `NDArray.strings`. The requirements beside `dtype` serve conversions between element types.
public protocol ArrayScalar: NDArrayConvertible, BitwiseCopyable {
  /// The element type with the same representation: `float64` for `Double`, `int64` for `Int`.
  static var dtype: DType { get }

  /// What a value becomes where no element type is asked for: `float32` for `Double`, `int32` for
  /// `Int`; values that do not fit `int32` become `int64`.
  static var naturalDType: DType { get }

  /// The nearest value: rounded to a floating type, truncated towards zero and held within the range
  /// of an integer type (NaN gives 0), true where it is not zero.
  init(casting value: Double)

  /// The nearest value in a floating type, the low bits in an integer type, true where it is not zero.
  init(casting value: Int64)

  /// The value if it fits: rounded to a floating type but not to infinity, exact in an integer type.
  init?(fitting value: Double)

  /// The value if it is exact in this type.
  init?(fitting value: Int64)

  /// The value as a `Double`, rounded to nearest; a truth value is 0 or 1.
  var elementAsDouble: Double { get }

  /// The value as an `Int64`, as `init(casting:)` has it; a truth value is 0 or 1.
  var elementAsInt64: Int64 { get }

  /// Writes `values` to `destination` as elements of `dtype`; returns the position of the first
  /// one that does not fit, nil where all were written.
  ///
  /// `destination` has room for all of them. Unsafe because it is called once for a whole array.
  static func write(
    _ values: UnsafeBufferPointer<Self>, as dtype: DType, to destination: UnsafeMutableRawPointer
  ) -> Int?
}

extension ArrayScalar {
  /// Writes `values` to `destination` as elements of `dtype`; returns the position of the first
  /// one that does not fit, nil where all were written.
  public static func write(
    _ values: UnsafeBufferPointer<Self>, as dtype: DType, to destination: UnsafeMutableRawPointer
  ) -> Int? {
    switch dtype {
    case .float32: fit(values, Float.self, destination)
    case .float64: fit(values, Double.self, destination)
    case .int32: fit(values, Int32.self, destination)
    case .int64: fit(values, Int64.self, destination)
    case .uint8: fit(values, UInt8.self, destination)
    case .bool: fit(values, Bool.self, destination)
    default: values.isEmpty ? nil : 0
    }
  }

  @inline(__always)
  private static func fit<Target: ArrayScalar>(
    _ values: UnsafeBufferPointer<Self>, _ type: Target.Type, _ destination: UnsafeMutableRawPointer
  ) -> Int? {
    guard let source = values.baseAddress, !values.isEmpty else { return nil }
    if Self.dtype == Target.dtype {
      destination.copyMemory(
        from: source, byteCount: values.count * MemoryLayout<Self>.stride)
      return nil
    }
    if Self.dtype == .bool || Target.dtype == .bool { return 0 }
    let elements = destination.bindMemory(to: Target.self, capacity: values.count)
    for (position, value) in values.enumerated() {
      let fitting =
        Self.dtype.isFloating
        ? Target(fitting: value.elementAsDouble) : Target(fitting: value.elementAsInt64)
      guard let fitting else { return position }
      elements[position] = fitting
    }
    return nil
  }

  /// The value as elements of type `Target`, as `init(casting:)` has it.
  @inline(__always)
  func casting<Target: ArrayScalar>(to type: Target.Type) -> Target {
    if Self.dtype.isFloating || Target.dtype == .float64 {
      return Target(casting: elementAsDouble)
    }
    return Target(casting: elementAsInt64)
  }
}

extension Float: ArrayScalar {
  /// `float32`.
  @inlinable public static var dtype: DType { .float32 }
  /// `float32`.
  public static var naturalDType: DType { .float32 }
  /// Rounds to nearest.
  @inlinable public init(casting value: Double) { self.init(value) }
  /// Rounds to nearest.
  @inlinable public init(casting value: Int64) { self.init(value) }
  /// Rounds to nearest; nil where a finite value would become infinite.
  @inlinable
  public init?(fitting value: Double) {
    self.init(value)
    if isInfinite && value.isFinite { return nil }
  }
  /// The value if it is exact, which every integer up to 2^24 is.
  @inlinable public init?(fitting value: Int64) { self.init(exactly: value) }
  /// The same value.
  @inlinable public var elementAsDouble: Double { Double(self) }
  /// Truncated towards zero and held within range.
  @inlinable public var elementAsInt64: Int64 { Int64(casting: Double(self)) }
}

extension Double: ArrayScalar {
  /// `float64`.
  @inlinable public static var dtype: DType { .float64 }
  /// `float32`, as in TensorFlow.
  public static var naturalDType: DType { .float32 }
  /// The same value.
  @inlinable public init(casting value: Double) { self = value }
  /// Rounds to nearest.
  @inlinable public init(casting value: Int64) { self.init(value) }
  /// The same value.
  @inlinable public init?(fitting value: Double) { self = value }
  /// The value if it is exact, which every integer up to 2^53 is.
  @inlinable public init?(fitting value: Int64) { self.init(exactly: value) }
  /// The same value.
  @inlinable public var elementAsDouble: Double { self }
  /// Truncated towards zero and held within range.
  @inlinable public var elementAsInt64: Int64 { Int64(casting: self) }
}

extension ArrayScalar where Self: FixedWidthInteger {
  /// Truncated towards zero and held within range; 0 for NaN.
  @inlinable
  public init(casting value: Double) {
    if let exact = Self(exactly: value.rounded(.towardZero)) {
      self = exact
    } else {
      self = value.isNaN ? 0 : value < 0 ? .min : .max
    }
  }
  /// The low bits.
  @inlinable public init(casting value: Int64) { self.init(truncatingIfNeeded: value) }
  /// The value if it is an integer within range.
  @inlinable public init?(fitting value: Double) { self.init(exactly: value) }
  /// The value if it is within range.
  @inlinable public init?(fitting value: Int64) { self.init(exactly: value) }
  /// Rounded to nearest.
  @inlinable public var elementAsDouble: Double { Double(self) }
  /// The same value.
  @inlinable public var elementAsInt64: Int64 { Int64(truncatingIfNeeded: self) }
}

extension Int: ArrayScalar {
  /// `int64`.
  @inlinable public static var dtype: DType { .int64 }
  /// `int32`, as in TensorFlow; values beyond it become `int64`.
  public static var naturalDType: DType { .int32 }
}

extension Int32: ArrayScalar {
  /// `int32`.
  @inlinable public static var dtype: DType { .int32 }
  /// `int32`.
  public static var naturalDType: DType { .int32 }
}

extension Int64: ArrayScalar {
  /// `int64`.
  @inlinable public static var dtype: DType { .int64 }
  /// `int64`.
  public static var naturalDType: DType { .int64 }
}

extension UInt8: ArrayScalar {
  /// `uint8`.
  @inlinable public static var dtype: DType { .uint8 }
  /// `uint8`.
  public static var naturalDType: DType { .uint8 }
}

extension Bool: ArrayScalar {
  /// `bool`.
  @inlinable public static var dtype: DType { .bool }
  /// `bool`.
  public static var naturalDType: DType { .bool }
  /// True where it is not zero; NaN is true.
  @inlinable public init(casting value: Double) { self = value != 0 }
  /// True where it is not zero.
  @inlinable public init(casting value: Int64) { self = value != 0 }
  /// Nil: a number is no truth value.
  @inlinable public init?(fitting value: Double) { return nil }
  /// Nil: a number is no truth value.
  @inlinable public init?(fitting value: Int64) { return nil }
  /// 0 or 1.
  @inlinable public var elementAsDouble: Double { self ? 1 : 0 }
  /// 0 or 1.
  @inlinable public var elementAsInt64: Int64 { self ? 1 : 0 }
}
