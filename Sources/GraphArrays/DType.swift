/// The type of an array's elements, by TensorFlow's own numbers.
///
/// TensorFlow knows more types than these; the ones named here are those that this package stores or
/// passes around. Files may carry any number, so `DType` is open: see `isKnown`.
public struct DType: Sendable, Hashable, RawRepresentable {
  /// TensorFlow's number of the type, as in `types.proto`.
  public let rawValue: UInt8

  /// The type with TensorFlow's number `rawValue`, known here or not.
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// IEEE 754 single precision.
  public static let float32 = DType(rawValue: 1)
  /// IEEE 754 double precision.
  public static let float64 = DType(rawValue: 2)
  /// Signed integers of 32 bits.
  public static let int32 = DType(rawValue: 3)
  /// Unsigned integers of 8 bits.
  public static let uint8 = DType(rawValue: 4)
  /// Strings of bytes of any length, not necessarily UTF-8.
  public static let string = DType(rawValue: 7)
  /// Signed integers of 64 bits.
  public static let int64 = DType(rawValue: 9)
  /// Truth values, one byte each, 0 or 1.
  public static let bool = DType(rawValue: 10)
  /// Handles of variables and other state; no array holds them.
  public static let resource = DType(rawValue: 20)
  /// Handles of tensor lists; no array holds them.
  public static let variant = DType(rawValue: 21)
}

extension DType {
  /// Bytes of one element: 0 for strings, handles and unknown types.
  @inlinable
  public var byteSize: Int {
    switch rawValue {
    case 1, 3: 4
    case 2, 9: 8
    case 4, 10: 1
    default: 0
    }
  }

  /// Whether this is `float32` or `float64`.
  @inlinable
  public var isFloating: Bool { rawValue == 1 || rawValue == 2 }

  /// Whether this is `int32`, `int64` or `uint8`.
  @inlinable
  public var isInteger: Bool { rawValue == 3 || rawValue == 9 || rawValue == 4 }

  /// Whether arithmetic is defined: floating or integer.
  @inlinable
  public var isNumeric: Bool { isFloating || isInteger }

  /// Whether this is one of the types named by this package.
  public var isKnown: Bool {
    byteSize > 0 || self == .string || self == .resource || self == .variant
  }

  /// TensorFlow's name: `float32`, `int64`, `string`; `dtype99` for a number unknown here.
  public var name: String {
    switch self {
    case .float32: "float32"
    case .float64: "float64"
    case .int32: "int32"
    case .uint8: "uint8"
    case .string: "string"
    case .int64: "int64"
    case .bool: "bool"
    case .resource: "resource"
    case .variant: "variant"
    default: "dtype\(rawValue)"
    }
  }

  /// The type called `name` as `name` spells it, nil where there is none.
  public init?(name: String) {
    let known: [DType] = [
      .float32, .float64, .int32, .uint8, .string, .int64, .bool, .resource, .variant,
    ]
    guard let match = known.first(where: { $0.name == name }) else { return nil }
    self = match
  }
}

extension DType: CustomStringConvertible {
  /// The type's name.
  public var description: String { name }
}
