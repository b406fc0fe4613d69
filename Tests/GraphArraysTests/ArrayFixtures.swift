import FoundationEssentials
import GraphArrays

/// The files that `Tests/Fixtures/arrays/make.py` made with NumPy.
enum ArrayFixtures {
  static let directory = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Fixtures/arrays")

  static func url(_ name: String) -> URL { directory.appending(path: name) }

  static func bytes(_ name: String) throws -> [UInt8] { [UInt8](try Data(contentsOf: url(name))) }

  static func decoded<Value: Decodable>(_ name: String, as type: Value.Type) throws -> Value {
    try JSONDecoder().decode(type, from: Data(contentsOf: url(name)))
  }
}

/// An array as the fixtures tell of it: floating elements as their bits.
struct ArrayFixture: Decodable {
  let array: NDArray
  let text: String?

  private enum Key: String, CodingKey { case dtype, shape, elements, text }

  init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: Key.self)
    let shape = try values.decode([Int].self, forKey: .shape)
    func elements<Element: Decodable>(_ type: Element.Type) throws -> [Element] {
      try values.decode([Element].self, forKey: .elements)
    }
    switch try values.decode(String.self, forKey: .dtype) {
    case "float32":
      array = NDArray(try elements(UInt32.self).map { Float(bitPattern: $0) }, shape: shape)
    case "float64":
      array = NDArray(
        try elements(UInt64.self).map { Double(bitPattern: $0) }, shape: shape, dtype: .float64)
    case "int32": array = NDArray(try elements(Int32.self), shape: shape)
    case "int64": array = NDArray(try elements(Int64.self), shape: shape)
    case "uint8": array = NDArray(try elements(UInt8.self), shape: shape)
    case "bool": array = NDArray(try elements(Int.self).map { $0 != 0 }, shape: shape)
    default: array = NDArray(shape: shape, strings: try elements([UInt8].self))
    }
    text = try values.decodeIfPresent(String.self, forKey: .text)
  }
}

/// Numbers that are the same in every run: SplitMix64.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
