public import FoundationEssentials
internal import GraphArrays

/// A text as numbers: its characters in a fixed order, and the id of each.
///
/// Characters are Unicode scalars, ids their places among the text's scalars in ascending order: the
/// same text has the same ids everywhere.
public struct TextCorpus: Sendable {
  /// The text as ids, in order.
  public let ids: [Int32]
  /// The different characters of the whole text, ascending; the id of each is its place.
  public let vocabulary: [Unicode.Scalar]
  private let idOfScalar: [Unicode.Scalar: Int32]

  /// The number of different characters.
  public var vocabularySize: Int { vocabulary.count }

  /// The text of a file in UTF-8, with `\r\n` and `\r` read as `\n`.
  ///
  /// - Parameter lowercased: Whether each scalar is replaced by its lower case.
  /// - Throws: `TextError` where the file cannot be read or is no UTF-8, with the byte's offset.
  public init(contentsOf url: URL, lowercased: Bool = false) throws(TextError) {
    let data: Data
    do {
      data = try Data(contentsOf: url)
    } catch {
      throw TextError(message: "\(url.path) cannot be read")
    }
    do {
      try self.init(utf8: Array(data), lowercased: lowercased)
    } catch {
      throw TextError(message: "\(url.path): \(error.message)", byteOffset: error.byteOffset)
    }
  }

  /// A text in UTF-8, with `\r\n` and `\r` read as `\n`.
  ///
  /// A byte order mark at the start is passed over.
  ///
  /// - Throws: `TextError` at the first byte that is no UTF-8.
  public init(utf8 bytes: [UInt8], lowercased: Bool = false) throws(TextError) {
    self.init(scalars: try Self.decode(bytes), lowercased: lowercased)
  }

  /// A text, with `\r\n` and `\r` read as `\n`.
  public init(_ text: String, lowercased: Bool = false) {
    self.init(scalars: Array(text.unicodeScalars), lowercased: lowercased)
  }

  private init(scalars: [Unicode.Scalar], lowercased: Bool) {
    let text = Self.normalized(scalars, lowercased: lowercased)
    vocabulary = Set(text).sorted { $0.value < $1.value }
    let table = Self.table(of: vocabulary)
    idOfScalar = table
    ids = text.compactMap { table[$0] }
  }

  private init(ids: [Int32], vocabulary: [Unicode.Scalar]) {
    self.ids = ids
    self.vocabulary = vocabulary
    idOfScalar = Self.table(of: vocabulary)
  }

  /// No text, but the ids of a vocabulary that was kept from another one.
  ///
  /// - Parameter vocabulary: Different characters, in the order of their ids.
  public init(vocabulary: [Unicode.Scalar]) {
    self.init(ids: [], vocabulary: vocabulary)
  }

  private static func table(of vocabulary: [Unicode.Scalar]) -> [Unicode.Scalar: Int32] {
    Dictionary(
      zip(vocabulary, 0...).map { ($0, Int32($1)) }, uniquingKeysWith: { first, _ in first })
  }
}

extension TextCorpus {
  /// The beginning and the last `part` of the text, both with the vocabulary of the whole.
  ///
  /// - Parameter part: From 0 to 1; `count * part`, rounded down, characters are held out.
  public func split(holdingOut part: Double) -> (training: TextCorpus, heldOut: TextCorpus) {
    let count = min(ids.count, max(0, Int(Double(ids.count) * part)))
    return (
      TextCorpus(ids: Array(ids.dropLast(count)), vocabulary: vocabulary),
      TextCorpus(ids: Array(ids.suffix(count)), vocabulary: vocabulary)
    )
  }

  /// The ids of a text; nil where one of its characters is not in the vocabulary.
  public func encode(_ text: String) -> [Int32]? {
    let result = text.unicodeScalars.map { idOfScalar[$0] }
    return result.contains(nil) ? nil : result.compactMap { $0 }
  }

  /// The text of these ids; ids out of range become U+FFFD.
  public func decode(_ ids: some Sequence<Int32>) -> String {
    var text = String.UnicodeScalarView()
    for id in ids {
      text.append(vocabulary.indices.contains(Int(id)) ? vocabulary[Int(id)] : "\u{FFFD}")
    }
    return String(text)
  }
}

extension TextCorpus {
  private static func normalized(
    _ scalars: [Unicode.Scalar], lowercased: Bool
  ) -> [Unicode.Scalar] {
    var result: [Unicode.Scalar] = []
    result.reserveCapacity(scalars.count)
    var previous: Unicode.Scalar?
    for scalar in scalars {
      defer { previous = scalar }
      if scalar == "\n", previous == "\r" { continue }
      if scalar == "\r" {
        result.append("\n")
      } else if lowercased {
        result += scalar.properties.lowercaseMapping.unicodeScalars
      } else {
        result.append(scalar)
      }
    }
    return result
  }

  /// The scalars of UTF-8 bytes.
  private static func decode(_ bytes: [UInt8]) throws(TextError) -> [Unicode.Scalar] {
    var scalars: [Unicode.Scalar] = []
    scalars.reserveCapacity(bytes.count)
    var position = bytes.starts(with: [0xef, 0xbb, 0xbf]) ? 3 : 0
    while position < bytes.count {
      guard let (scalar, length) = scalar(in: bytes, at: position) else {
        let byte = String(bytes[position], radix: 16)
        throw TextError(
          message: "byte 0x\(byte) at offset \(position) is not UTF-8", byteOffset: position)
      }
      scalars.append(scalar)
      position += length
    }
    return scalars
  }

  /// The scalar that starts at a position and the number of its bytes; nil where there is none, or
  /// where it is written in more bytes than it needs (RFC 3629).
  private static func scalar(in bytes: [UInt8], at start: Int) -> (Unicode.Scalar, Int)? {
    let first = bytes[start]
    let (length, smallest): (Int, UInt32)
    switch first {
    case 0..<0x80: return (Unicode.Scalar(first), 1)
    case 0xc2..<0xe0: (length, smallest) = (2, 0x80)
    case 0xe0..<0xf0: (length, smallest) = (3, 0x800)
    case 0xf0..<0xf5: (length, smallest) = (4, 0x10000)
    default: return nil
    }
    guard start + length <= bytes.count else { return nil }
    var value = UInt32(first) & (0x7f >> UInt32(length))
    for byte in bytes[(start + 1)..<(start + length)] {
      guard byte & 0xc0 == 0x80 else { return nil }
      value = value << 6 | UInt32(byte & 0x3f)
    }
    guard value >= smallest, let scalar = Unicode.Scalar(value) else { return nil }
    return (scalar, length)
  }
}

/// Why a text could not be read.
public struct TextError: Error, Sendable, Hashable, CustomStringConvertible {
  /// What is wrong, and where.
  public let message: String
  /// The offset of the first byte that is no UTF-8, counted from 0; nil for other reasons.
  public let byteOffset: Int?
  /// What is wrong, and where.
  public var description: String { message }

  init(message: String, byteOffset: Int? = nil) {
    self.message = message
    self.byteOffset = byteOffset
  }
}
