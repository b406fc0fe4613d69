extension NDArray: CustomStringConvertible, CustomDebugStringConvertible {
  /// What NumPy's `str` gives for the array: rows in brackets, columns aligned, eight digits, `...`
  /// inside axes where there are more than a thousand elements. Strings print as Python's `bytes`.
  public var description: String {
    if let failure = storage.failure { return "<no array: \(failure)>" }
    if count == 0 { return "[]" }
    defer { withExtendedLifetime(storage) {} }
    if shape.isEmpty { return text(of: 0) }
    return ArrayLayout(of: self).text()
  }

  /// The element type and shape before the elements: `float32[2] [1. 2.]`; from two axes on, the
  /// elements begin on the next line.
  public var debugDescription: String {
    if storage.failure != nil { return description }
    return "\(dtype)\(shape)\(rank > 1 ? "\n" : " ")\(description)"
  }

  /// One element on its own, as Python's `str` gives a NumPy scalar.
  private func text(of position: Int) -> String {
    switch dtype {
    case .float32: elements(as: Float.self)[position].scalarText
    case .float64: elements(as: Double.self)[position].scalarText
    case .string: pythonText(of: storage.strings[position])
    case .bool: elements(as: Bool.self)[position] ? "True" : "False"
    case .int32: "\(elements(as: Int32.self)[position])"
    case .int64: "\(elements(as: Int64.self)[position])"
    case .uint8: "\(elements(as: UInt8.self)[position])"
    default: "<\(dtype)>"
    }
  }

  /// What writes one element of those at `positions`, all of one width.
  fileprivate func column(of positions: [Int]) -> (Int) -> String {
    switch dtype {
    case .float32:
      let elements = elements(as: Float.self)
      let column = FloatColumn(positions.map { elements[$0] })
      return { column.text(of: elements[$0]) }
    case .float64:
      let elements = elements(as: Double.self)
      let column = FloatColumn(positions.map { elements[$0] })
      return { column.text(of: elements[$0]) }
    case .string:
      return text(of:)
    case .bool:
      return { padded(text(of: $0), to: 5) }
    default:
      let width = positions.reduce(0) { Swift.max($0, text(of: $1).utf8.count) }
      return { padded(text(of: $0), to: width) }
    }
  }
}

/// `text` with spaces before it, `width` characters in all.
func padded(_ text: String, to width: Int) -> String {
  String(repeating: " ", count: max(0, width - text.utf8.count)) + text
}

/// `bytes` as Python writes them: `b'abc'`, escapes for what is not printable ASCII.
private func pythonText(of bytes: [UInt8]) -> String {
  let single = UInt8(ascii: "'")
  let double = UInt8(ascii: "\"")
  let quote = bytes.contains(single) && !bytes.contains(double) ? double : single
  var text = "b" + String(UnicodeScalar(quote))
  for byte in bytes {
    switch byte {
    case UInt8(ascii: "\\"), quote: text += "\\" + String(UnicodeScalar(byte))
    case UInt8(ascii: "\t"): text += "\\t"
    case UInt8(ascii: "\n"): text += "\\n"
    case UInt8(ascii: "\r"): text += "\\r"
    case 0x20..<0x7F: text.unicodeScalars.append(UnicodeScalar(byte))
    default: text += "\\x" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }
  }
  text.unicodeScalars.append(UnicodeScalar(quote))
  return text
}

/// Arranges the elements of an array, which has some, in lines and brackets.
///
/// The rules are those of `_formatArray` in NumPy's `arrayprint.py`.
private struct ArrayLayout {
  /// Above so many elements, long axes are cut.
  private static let threshold = 1000
  /// How many elements stay at each end of an axis that is cut.
  private static let edge = 3
  /// The greatest length of a line.
  private static let lineWidth = 75

  private let shape: [Int]
  private let strides: [Int]
  private let isCut: Bool
  private let element: (Int) -> String

  init(of array: NDArray) {
    shape = array.shape
    strides = NDArray.strides(shape)
    isCut = array.count > ArrayLayout.threshold
    element = array.column(of: ArrayLayout.visible(shape, strides, isCut: isCut))
  }

  func text() -> String { text(axis: 0, offset: 0, indent: " ", width: ArrayLayout.lineWidth) }

  /// The positions of the elements that are shown.
  private static func visible(_ shape: [Int], _ strides: [Int], isCut: Bool) -> [Int] {
    var positions = [0]
    for (size, stride) in zip(shape, strides) {
      let indices =
        isCut && size > 2 * edge
        ? Array(0..<edge) + Array(size - edge..<size) : Array(0..<size)
      positions = positions.flatMap { position in indices.map { position + $0 * stride } }
    }
    return positions
  }

  /// The text of the subarray at `offset`, whose first axis is `axis`; `indent` is what stands before
  /// its elements on all lines but the first.
  private func text(axis: Int, offset: Int, indent: String, width: Int) -> String {
    guard axis < shape.count else { return element(offset) }
    let size = shape[axis]
    let isSummary = isCut && size > 2 * ArrayLayout.edge
    let leading = isSummary ? 0..<ArrayLayout.edge : 0..<0
    let trailing = isSummary ? size - ArrayLayout.edge..<size : 0..<size

    var items: [String] = []
    func append(_ index: Int) {
      items.append(
        text(
          axis: axis + 1, offset: offset + index * strides[axis], indent: indent + " ",
          width: width - 1))
    }
    leading.forEach(append)
    if isSummary { items.append("...") }
    trailing.forEach(append)

    let axesLeft = shape.count - axis
    if axesLeft > 1 {
      let separator = String(repeating: "\n", count: axesLeft - 1) + indent
      return "[" + items.joined(separator: separator) + "]"
    }
    return "[" + wrapped(items, indent: indent, width: width - 1) + "]"
  }

  /// The items of a row, on as many lines as they need.
  private func wrapped(_ items: [String], indent: String, width: Int) -> String {
    var text = ""
    var line = indent
    var length = indent.utf8.count
    for (position, item) in items.enumerated() {
      let itemLength = item.utf8.count
      if length + itemLength > width && length > indent.utf8.count {
        while line.utf8.last == UInt8(ascii: " ") { line.removeLast() }
        text += line + "\n"
        line = indent
        length = indent.utf8.count
      }
      line += item
      length += itemLength
      if position < items.count - 1 {
        line += " "
        length += 1
      }
    }
    // The bracket takes the place of the first indent.
    return String((text + line).dropFirst(indent.utf8.count))
  }
}
