internal import FoundationEssentials

/// The fields of a message, one after another, without a look into them.
struct FieldReader {
  struct Field {
    let number: UInt64
    /// Where the field stands in the data.
    let start, end: Data.Index
    /// The same, counted from 0.
    let offset: Int

    /// What it is in a GraphDef.
    var name: String {
      switch number {
      case 1: "a node"
      case 2: "the library of functions"
      case 4: "the field of versions"
      case 5: "the table of places"
      default: "a field"
      }
    }
  }

  private let data: Data
  private var position: Data.Index
  /// Whether the data ended within a field.
  private(set) var isTruncated = false

  init(_ data: Data) {
    self.data = data
    position = data.startIndex
  }

  /// The byte at which the next field begins.
  var offset: Int { position - data.startIndex }

  /// The next field; nil at the end, and where there is none.
  mutating func next() -> Field? {
    guard position < data.endIndex else { return nil }
    var end = position
    guard let tag = varint(&end) else { return nil }
    switch tag & 7 {
    case 0: guard varint(&end) != nil else { return nil }
    case 1: end += 8
    case 2:
      guard let length = varint(&end) else { return nil }
      guard length <= UInt64(data.endIndex - end) else {
        isTruncated = true
        return nil
      }
      end += Int(length)
    case 5: end += 4
    default: return nil
    }
    guard end <= data.endIndex else {
      isTruncated = true
      return nil
    }
    defer { position = end }
    return Field(number: tag >> 3, start: position, end: end, offset: offset)
  }

  private mutating func varint(_ index: inout Data.Index) -> UInt64? {
    var value: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 64, by: 7) {
      guard index < data.endIndex else {
        isTruncated = true
        return nil
      }
      let byte = data[index]
      index += 1
      value |= UInt64(byte & 0x7f) << shift
      if byte < 0x80 { return value }
    }
    return nil
  }
}
