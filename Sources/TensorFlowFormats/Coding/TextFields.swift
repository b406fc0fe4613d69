/// The fields of a message in text form, one after another: `node { ... }`, `versions { ... }`.
///
/// It knows of strings, comments and brackets, and of nothing else; it is used where a text was
/// refused, to find out which field is to blame.
struct TextFields {
  private let bytes: Substring.UTF8View
  private var position: Substring.UTF8View.Index
  /// The line at which the next field begins, counted from 1.
  private(set) var line = 1

  init(_ text: String) {
    bytes = text[...].utf8
    position = bytes.startIndex
  }

  /// The next field and the line on which it begins; nil at the end.
  mutating func next() -> (text: Substring, line: Int)? {
    skipSpace()
    guard position < bytes.endIndex else { return nil }
    let (start, first) = (position, line)
    var depth = 0
    while position < bytes.endIndex {
      let byte = bytes[position]
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "'"):
        skipString(byte)
        continue
      case UInt8(ascii: "#"):
        skipLine()
        continue
      case UInt8(ascii: "{"), UInt8(ascii: "<"): depth += 1
      case UInt8(ascii: "}"), UInt8(ascii: ">"): depth -= 1
      default: break
      }
      let isEnd = depth <= 0 && (byte == UInt8(ascii: "}") || byte == UInt8(ascii: ">"))
      advance()
      // A field without brackets ends with its line.
      if isEnd || (depth == 0 && byte == UInt8(ascii: "\n")) { break }
    }
    return (Substring(bytes[start..<position]), first)
  }

  private mutating func advance() {
    if bytes[position] == UInt8(ascii: "\n") { line += 1 }
    bytes.formIndex(after: &position)
  }

  private mutating func skipSpace() {
    while position < bytes.endIndex {
      switch bytes[position] {
      case UInt8(ascii: " "), UInt8(ascii: "\n"), UInt8(ascii: "\t"), UInt8(ascii: "\r"): advance()
      case UInt8(ascii: "#"): skipLine()
      default: return
      }
    }
  }

  private mutating func skipLine() {
    while position < bytes.endIndex, bytes[position] != UInt8(ascii: "\n") { advance() }
  }

  /// A string ends with its quote, or with its line.
  private mutating func skipString(_ quote: UInt8) {
    advance()
    while position < bytes.endIndex, bytes[position] != UInt8(ascii: "\n") {
      let byte = bytes[position]
      advance()
      if byte == quote { return }
      if byte == UInt8(ascii: "\\"), position < bytes.endIndex { advance() }
    }
  }
}
