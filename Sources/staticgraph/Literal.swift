internal import StaticGraph

/// A value as it is written on the command line: `0.5`, `[[1,2],[3,4]]`, `"text"`, `true`.
///
/// The syntax is JSON's, without objects and null, with `NaN`, `Infinity` and `-Infinity`.
struct Literal {
  /// What stands in the brackets.
  enum Leaves {
    case integers([Int64])
    case reals([Double])
    case truths([Bool])
    case strings([String])
    /// Empty brackets fit any dtype.
    case none
  }

  /// The extents, from the outermost brackets inwards.
  let shape: [Int]
  let leaves: Leaves

  /// - Throws: `Failure` with the place of the first character that does not belong there.
  init(_ text: String) throws {
    var parser = LiteralParser(text)
    try parser.parse()
    shape = parser.shape
    leaves = try parser.leaves()
  }

  /// The value as an array of this dtype.
  ///
  /// - Throws: `ArrayError` where a number does not fit, or the kind of value is another one.
  func array(_ dtype: DType) throws -> NDArray {
    switch leaves {
    case .integers(let values):
      guard dtype.isNumeric else { throw misfit("a number", dtype) }
      return try NDArray(values, shape: shape, dtype: dtype).validated()
    case .reals(let values):
      guard dtype.isNumeric else { throw misfit("a number", dtype) }
      return try NDArray(values, shape: shape, dtype: dtype).validated()
    case .truths(let values):
      guard dtype == .bool else { throw misfit("a truth value", dtype) }
      return NDArray(values, shape: shape)
    case .strings(let values):
      guard dtype == .string else { throw misfit("a text", dtype) }
      return NDArray(values, shape: shape)
    case .none:
      return dtype == .string ? NDArray([String](), shape: shape) : .zeros(shape, dtype)
    }
  }

  private func misfit(_ what: String, _ dtype: DType) -> ArrayError {
    ArrayError(description: "\(what) does not fit \(dtype)")
  }
}

/// Reads a literal: its leaves in order, and the extents, which all brackets of a level share.
private struct LiteralParser {
  private enum Leaf {
    case number(String)
    case truth(Bool)
    case string(String)
  }

  /// Deeper brackets than any array has.
  private static let deepest = 32

  private let characters: [Character]
  private var position = 0
  private var found: [Leaf] = []
  private(set) var shape: [Int] = []
  /// The level at which leaves stand, or brackets are empty; nil as long as nothing closed.
  private var depth: Int?

  init(_ text: String) { characters = Array(text) }

  mutating func parse() throws {
    try value(level: 0)
    skipSpace()
    guard position == characters.count else { throw unexpected() }
  }

  private mutating func value(level: Int) throws {
    skipSpace()
    guard position < characters.count else { throw unexpected() }
    switch characters[position] {
    case "[": try brackets(level: level)
    case "\"":
      try atLeaf(level)
      found.append(.string(try string()))
    default:
      let start = position
      while position < characters.count, !",[]\" \t\n".contains(characters[position]) {
        position += 1
      }
      let word = String(characters[start..<position])
      try atLeaf(level)
      switch word {
      case "true": found.append(.truth(true))
      case "false": found.append(.truth(false))
      case "":
        throw unexpected()
      default:
        guard Self.isNumber(word) else {
          throw Failure(
            "\"\(word)\" is no number, truth value or list; a text stands in double quotes")
        }
        found.append(.number(word))
      }
    }
  }

  private mutating func brackets(level: Int) throws {
    guard level < Self.deepest else {
      throw Failure("more than \(Self.deepest) brackets in each other")
    }
    position += 1
    var count = 0
    skipSpace()
    if position < characters.count, characters[position] == "]" {
      position += 1
      try atLeaf(level + 1)
    } else {
      while true {
        try value(level: level + 1)
        count += 1
        skipSpace()
        guard position < characters.count, ",]".contains(characters[position]) else {
          throw unexpected()
        }
        position += 1
        if characters[position - 1] == "]" { break }
      }
    }
    while shape.count <= level { shape.append(-1) }
    guard shape[level] < 0 || shape[level] == count else {
      throw Failure("ragged: a list of \(count) beside one of \(shape[level])")
    }
    shape[level] = count
  }

  /// All leaves stand at one level.
  private mutating func atLeaf(_ level: Int) throws {
    guard depth == nil || depth == level else {
      throw Failure("ragged: lists of \(level) levels beside \(depth ?? 0)")
    }
    depth = level
  }

  private mutating func string() throws -> String {
    let start = position
    position += 1
    var text = ""
    while position < characters.count {
      let character = characters[position]
      position += 1
      if character == "\"" { return text }
      guard character == "\\" else {
        text.append(character)
        continue
      }
      guard position < characters.count else { break }
      let escape = characters[position]
      position += 1
      switch escape {
      case "n": text.append("\n")
      case "t": text.append("\t")
      case "r": text.append("\r")
      case "b": text.append("\u{8}")
      case "f": text.append("\u{C}")
      case "\"", "\\", "/": text.append(escape)
      case "u": text.unicodeScalars.append(try scalar())
      default: throw Failure("\"\\\(escape)\" is no escape of a text")
      }
    }
    throw Failure("the text that begins at character \(start + 1) does not end")
  }

  /// The scalar of `\u0041`, or of two halves of a surrogate pair.
  private mutating func scalar() throws -> Unicode.Scalar {
    func unit() -> UInt32? {
      guard position + 4 <= characters.count else { return nil }
      defer { position += 4 }
      return UInt32(String(characters[position..<position + 4]), radix: 16)
    }
    guard var code = unit() else { throw unexpected() }
    if 0xD800..<0xDC00 ~= code, position + 6 <= characters.count,
      characters[position] == "\\", characters[position + 1] == "u"
    {
      position += 2
      guard let low = unit(), 0xDC00..<0xE000 ~= low else { throw unexpected() }
      code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
    }
    guard let scalar = Unicode.Scalar(code) else { throw unexpected() }
    return scalar
  }

  private mutating func skipSpace() {
    while position < characters.count, characters[position].isWhitespace { position += 1 }
  }

  private func unexpected() -> Failure {
    position < characters.count
      ? Failure("\"\(characters[position])\" at character \(position + 1) is not expected")
      : Failure("it ends too early")
  }

  private static func isNumber(_ word: String) -> Bool {
    if ["NaN", "Infinity", "-Infinity"].contains(word) { return true }
    // What is too large for a Double is no number here either: it would become infinite.
    return word.utf8.allSatisfy { "0123456789+-.eE".utf8.contains($0) }
      && (Double(word).map { $0.isFinite } ?? false)
  }

  /// What was found, of one kind.
  func leaves() throws -> Literal.Leaves {
    guard let first = found.first else { return .none }
    switch first {
    case .truth:
      let values = found.compactMap { if case .truth(let value) = $0 { value } else { nil } }
      return try whole(values.count, .truths(values))
    case .string:
      let values = found.compactMap { if case .string(let value) = $0 { value } else { nil } }
      return try whole(values.count, .strings(values))
    case .number:
      let words = found.compactMap { if case .number(let word) = $0 { word } else { nil } }
      let integers = words.compactMap { Int64($0) }
      if integers.count == words.count { return try whole(words.count, .integers(integers)) }
      return try whole(words.count, .reals(words.compactMap { Double($0) }))
    }
  }

  private func whole(_ count: Int, _ leaves: Literal.Leaves) throws -> Literal.Leaves {
    guard count == found.count else {
      throw Failure("numbers, truth values and texts cannot stand in one list")
    }
    return leaves
  }
}
