import FoundationEssentials
import GraphArrays
import GraphEngine
import Testing

/// One row of Tests/Fixtures/ops: an operation that TensorFlow ran, with its gradients. The format
/// is described in make.py there.
struct GoldenCase: Decodable, Sendable, CustomTestStringConvertible {
  let name: String
  let op: String
  let attrs: [String: GoldenAttribute]
  let inputs: [GoldenTensor]
  let outputs: [GoldenTensor]?
  let weights: [GoldenTensor?]?
  let gradients: [GoldenTensor?]?
  let error: String?

  var testDescription: String { name }

  static let families = [
    "binary", "casts", "indexing", "layout", "networks", "products", "reductions", "unary",
  ]

  /// All rows, but for those with a dtype that arrays do not have (int8).
  static let all: Result<[GoldenCase], any Error> = Result {
    try families.flatMap { try Fixtures.decoded("ops/\($0).json", as: [GoldenCase].self) }
      .filter { ($0.inputs + ($0.outputs ?? [])).allSatisfy(\.isKnown) }
  }

  /// The types of operations that have rows.
  static let operations: Result<Set<String>, any Error> = Result { Set(try all.get().map(\.op)) }
}

/// The value of an attribute: `{"bool": true}`.
struct GoldenAttribute: Decodable, Sendable {
  enum Value: Sendable {
    case int(Int)
    case float(Float)
    case bool(Bool)
    case string(String)
    case type(DType)
    case shape(Shape)
    case ints([Int])
    case types([DType])
    case other
  }

  let value: Value

  init(from decoder: any Decoder) throws {
    let values = try decoder.singleValueContainer().decode([String: GoldenNumberOrList].self)
    guard let (kind, content) = values.first else {
      value = .other
      return
    }
    switch (kind, content) {
    case ("int", .number(let x)): value = .int(Int(x))
    case ("float", .number(let x)): value = .float(Float(x))
    case ("bool", .bool(let x)): value = .bool(x)
    case ("string", .string(let x)): value = .string(x)
    case ("type", .string(let x)): value = DType(name: x).map(Value.type) ?? .other
    case ("shape", .list(let x)):
      value = .shape(Shape(dimensions: x.map { $0.number.flatMap { $0 < 0 ? nil : Int($0) } }))
    case ("shape", .null): value = .shape(.unknown)
    case ("list(int)", .list(let x)): value = .ints(x.compactMap(\.number).map { Int($0) })
    case ("list(type)", .list(let x)):
      value = .types(x.compactMap { $0.string.flatMap { DType(name: $0) } })
    default: value = .other
    }
  }
}

/// What JSON can hold.
enum GoldenNumberOrList: Decodable, Sendable {
  case null
  case bool(Bool)
  case number(Double)
  case string(String)
  case list([GoldenNumberOrList])

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let value = try? container.decode(Bool.self) {
      self = .bool(value)
    } else if let value = try? container.decode(Double.self) {
      self = .number(value)
    } else if let value = try? container.decode(String.self) {
      self = .string(value)
    } else {
      self = .list(try container.decode([GoldenNumberOrList].self))
    }
  }

  var number: Double? { if case .number(let value) = self { value } else { nil } }
  var string: String? { if case .string(let value) = self { value } else { nil } }
}

/// `{"dtype": "float32", "shape": [2], "values": [1, "nan"]}`.
struct GoldenTensor: Decodable, Sendable {
  let array: NDArray
  /// Whether arrays have the dtype.
  let isKnown: Bool

  private enum Key: String, CodingKey { case dtype, shape, values }

  private enum Element: Decodable {
    case integer(Int)
    case real(Double)

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      // As a Double first: -0.0 is an integer to the decoder, without its sign.
      if let value = try? container.decode(Double.self) {
        self = .real(value)
      } else {
        let text = try container.decode(String.self)
        // Integers beyond 2^53, "nan", "inf", "-inf".
        self = Int(text).map(Element.integer) ?? .real(Double(text) ?? .nan)
      }
    }

    var real: Double {
      switch self {
      case .integer(let value): Double(value)
      case .real(let value): value
      }
    }

    var integer: Int {
      switch self {
      case .integer(let value): value
      case .real(let value): Int(value)
      }
    }
  }

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    let shape = try container.decode([Int].self, forKey: .shape)
    let values = try container.decode([Element].self, forKey: .values)
    let name = try container.decode(String.self, forKey: .dtype)
    let dtype = DType(name: name)
    isKnown = dtype != nil
    switch dtype {
    case .float32?: array = NDArray(values.map { Float($0.real) }, shape: shape, dtype: .float32)
    case .float64?, nil: array = NDArray(values.map(\.real), shape: shape, dtype: .float64)
    case .bool?: array = NDArray(values.map { $0.integer != 0 }, shape: shape, dtype: .bool)
    case let dtype?:
      array = NDArray(values.map { Int64($0.integer) }, shape: shape, dtype: dtype)
    }
  }
}
