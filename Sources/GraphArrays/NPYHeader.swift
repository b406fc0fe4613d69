/// What stands before the elements in a `.npy` file.
///
/// The format is NumPy's, `numpy/lib/format.py`: a magic string, a version, the length of the header,
/// and the header, a Python dictionary literal of three entries.
struct NPYHeader: Equatable {
  /// How one element is stored.
  enum Element: Equatable {
    /// As in an array of this type, perhaps in the other byte order.
    case number(DType, isSwapped: Bool)
    /// Bytes, filled up with zeros.
    case bytes(count: Int)
    /// Code points of four bytes each, filled up with zeros.
    case codePoints(count: Int, isBigEndian: Bool)

    /// Bytes of one element; nil where that is no `Int`.
    var byteSize: Int? {
      switch self {
      case .number(let dtype, _): return dtype.byteSize
      case .bytes(let count): return count
      case .codePoints(let count, _):
        let (size, overflow) = count.multipliedReportingOverflow(by: 4)
        return overflow ? nil : size
      }
    }
  }

  var element: Element
  var shape: [Int]
  /// Whether the first axis counts fastest.
  var isFortranOrder = false
}

extension NPYHeader {
  private static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)
  private static let isBigEndianHost = 1.bigEndian == 1

  /// Reads the header; the reader is then at the first element.
  /// - Throws: `ArrayError` with the byte where the file is no `.npy` of a supported version and type.
  init(_ reader: inout ByteReader) throws(ArrayError) {
    let start = reader.offset
    guard try reader.take(6, "the magic string").elementsEqual(NPYHeader.magic) else {
      throw ArrayError(byte: start, "this is no .npy file")
    }
    let version = try Array(reader.take(2, "the version"))
    let length: Int
    switch version {
    case [1, 0]: length = Int(try reader.integer(UInt16.self, "the header length"))
    case [2, 0], [3, 0]: length = Int(try reader.integer(UInt32.self, "the header length"))
    default:
      throw ArrayError(byte: start + 6, "version \(version[0]).\(version[1]) is not known")
    }
    var literal = PythonLiteralReader(try reader.take(length, "the header"))
    self = try literal.header()
  }

  /// The element type that NumPy describes as `description`: `<f4`, `|S5`.
  /// - Throws: `ArrayError` where no array here has such elements.
  static func element(_ description: String, byte offset: Int) throws(ArrayError) -> Element {
    let refusal = ArrayError(
      byte: offset,
      "elements of type '\(description)' are not supported (f4, f8, i4, i8, u1, b1, S and U are)")
    guard let order = description.first, "<>|=".contains(order) else { throw refusal }
    let isBigEndian = order == ">" || (order != "<" && isBigEndianHost)
    let kind = description.dropFirst()
    let dtypes: [Substring: DType] = [
      "f4": .float32, "f8": .float64, "i4": .int32, "i8": .int64, "u1": .uint8, "b1": .bool,
    ]
    if let dtype = dtypes[kind] {
      return .number(dtype, isSwapped: dtype.byteSize > 1 && isBigEndian != isBigEndianHost)
    }
    guard let count = Int(kind.dropFirst()), count > 0 else { throw refusal }
    switch kind.first {
    case "S": return .bytes(count: count)
    case "U": return .codePoints(count: count, isBigEndian: isBigEndian)
    default: throw refusal
    }
  }

  /// The bytes up to the elements as NumPy writes them, version 1.0.
  /// - Throws: `ArrayError` where there are too many axes for that version.
  func bytes() throws(ArrayError) -> [UInt8] {
    var sizes = shape.map { "\($0)" }.joined(separator: ", ")
    if shape.count == 1 { sizes += "," }
    var text =
      "{'descr': '\(description)', 'fortran_order': \(isFortranOrder ? "True" : "False"), "
      + "'shape': (\(sizes)), }"
    // NumPy leaves room for the first axis to grow to 21 digits, and aligns the elements to 64 bytes.
    if let first = shape.first {
      text += String(repeating: " ", count: max(0, 21 - "\(first)".utf8.count))
    }
    let prefix = NPYHeader.magic.count + 4
    text += String(repeating: " ", count: 64 - (prefix + text.utf8.count + 1) % 64) + "\n"
    guard let length = UInt16(exactly: text.utf8.count) else {
      throw ArrayError(description: "an array of \(shape.count) axes does not fit a .npy header")
    }
    var bytes = NPYHeader.magic + [1, 0]
    bytes.append(littleEndian: length)
    return bytes + Array(text.utf8)
  }

  /// NumPy's description of the element type in this machine's byte order.
  private var description: String {
    let order = NPYHeader.isBigEndianHost ? ">" : "<"
    switch element {
    case .number(.float32, _): return order + "f4"
    case .number(.float64, _): return order + "f8"
    case .number(.int32, _): return order + "i4"
    case .number(.int64, _): return order + "i8"
    case .number(.uint8, _): return "|u1"
    case .number: return "|b1"
    case .bytes(let count): return "|S\(count)"
    case .codePoints(let count, _): return "\(order)U\(count)"
    }
  }
}

/// Reads the part of Python's literals that headers are made of.
private struct PythonLiteralReader {
  private var reader: ByteReader

  init(_ bytes: ArraySlice<UInt8>) { reader = ByteReader(bytes) }

  /// `{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }` in any order.
  mutating func header() throws(ArrayError) -> NPYHeader {
    let start = reader.offset
    var element: NPYHeader.Element?
    var isFortranOrder: Bool?
    var shape: [Int]?
    try expect("{")
    while try !skip("}") {
      let keyOffset = reader.offset
      let key = try string()
      try expect(":")
      switch key {
      case "descr" where element == nil:
        let (text, offset) = (try string(), reader.offset)
        element = try NPYHeader.element(text, byte: offset)
      case "fortran_order" where isFortranOrder == nil: isFortranOrder = try truth()
      case "shape" where shape == nil: shape = try sizes()
      default: throw ArrayError(byte: keyOffset, "unexpected key '\(key)' in the header")
      }
      if try !skip(",") {
        try expect("}")
        break
      }
    }
    guard let element, let isFortranOrder, let shape else {
      throw ArrayError(byte: start, "the header lacks one of descr, fortran_order and shape")
    }
    return NPYHeader(element: element, shape: shape, isFortranOrder: isFortranOrder)
  }

  /// The next character behind spaces; nil at the end.
  private mutating func next() -> UInt8? {
    while reader.remaining > 0 {
      let byte = reader.bytes[reader.offset]
      guard byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\n") else { return byte }
      advance()
    }
    return nil
  }

  /// Goes one byte on; there is one.
  private mutating func advance() { _ = try? reader.take(1, "the header") }

  private mutating func skip(_ character: Unicode.Scalar) throws(ArrayError) -> Bool {
    guard let byte = next() else { throw ArrayError(byte: reader.offset, "the header ends early") }
    guard byte == UInt8(ascii: character) else { return false }
    advance()
    return true
  }

  private mutating func expect(_ character: Unicode.Scalar) throws(ArrayError) {
    guard try skip(character) else {
      throw ArrayError(byte: reader.offset, "the header has no '\(character)' where one belongs")
    }
  }

  private mutating func string() throws(ArrayError) -> String {
    if next() == UInt8(ascii: "[") {
      throw ArrayError(byte: reader.offset, "structured elements are not supported")
    }
    let isDouble = try skip("\"")
    if !isDouble { try expect("'") }
    let quote = isDouble ? UInt8(ascii: "\"") : UInt8(ascii: "'")
    let rest = reader.bytes[reader.offset...]
    guard let end = rest.firstIndex(of: quote) else {
      throw ArrayError(byte: reader.offset, "a string in the header has no end")
    }
    let content = try reader.take(end - reader.offset, "the header")
    advance()
    return String(decoding: content, as: UTF8.self)
  }

  private mutating func truth() throws(ArrayError) -> Bool {
    let first = next()
    let offset = reader.offset
    let (value, length) = first == UInt8(ascii: "T") ? (true, 4) : (false, 5)
    guard try reader.take(length, "the header").elementsEqual((value ? "True" : "False").utf8)
    else {
      throw ArrayError(byte: offset, "fortran_order is neither True nor False")
    }
    return value
  }

  private mutating func sizes() throws(ArrayError) -> [Int] {
    var sizes: [Int] = []
    try expect("(")
    while try !skip(")") {
      sizes.append(try size())
      if try !skip(",") {
        try expect(")")
        break
      }
    }
    return sizes
  }

  private mutating func size() throws(ArrayError) -> Int {
    _ = next()
    let rest = reader.bytes[reader.offset...]
    let digits = rest.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    guard let size = Int(String(decoding: digits, as: UTF8.self)) else {
      throw ArrayError(byte: reader.offset, "an axis of the shape is no number of this machine")
    }
    _ = try reader.take(digits.count, "the header")
    // Python 2 wrote 3L for some integers.
    if reader.remaining > 0, reader.bytes[reader.offset] == UInt8(ascii: "L") { advance() }
    return size
  }
}
