internal import FoundationEssentials

/// Reads the bytes of a file front to back, never beyond their end.
///
/// Offsets are those of the underlying array, so that errors name the place in the file even where
/// only a part of it is read.
struct ByteReader {
  /// What is read.
  let bytes: ArraySlice<UInt8>

  /// Where the next byte is.
  private(set) var offset: Int

  /// A reader at the start of `bytes`.
  init(_ bytes: ArraySlice<UInt8>) {
    self.bytes = bytes
    offset = bytes.startIndex
  }

  /// The number of bytes from here to the end.
  var remaining: Int { bytes.endIndex - offset }

  /// The next `count` bytes.
  /// - Throws: `ArrayError` where there are not so many, saying that `what` ends early.
  mutating func take(_ count: Int, _ what: String) throws(ArrayError) -> ArraySlice<UInt8> {
    guard count >= 0, count <= remaining else {
      throw ArrayError(
        byte: offset, "\(what) ends early: \(remaining) of \(count) bytes are there")
    }
    defer { offset += count }
    return bytes[offset..<offset + count]
  }

  /// The next bytes as a little-endian number.
  /// - Throws: `ArrayError` where the bytes end within it.
  mutating func integer<Integer: FixedWidthInteger & UnsignedInteger>(
    _ type: Integer.Type, _ what: String
  ) throws(ArrayError) -> Integer {
    try take(MemoryLayout<Integer>.size, what).reversed().reduce(0) { $0 << 8 | Integer($1) }
  }

  /// Goes to an offset.
  /// - Throws: `ArrayError` where it lies outside the bytes.
  mutating func move(to target: Int, _ what: String) throws(ArrayError) {
    guard target >= bytes.startIndex, target <= bytes.endIndex else {
      throw ArrayError(byte: offset, "\(what) is said to be at byte \(target), outside the file")
    }
    offset = target
  }
}

extension Array where Element == UInt8 {
  /// Appends a number in little-endian order.
  mutating func append(littleEndian value: some FixedWidthInteger & UnsignedInteger) {
    for shift in stride(from: 0, to: type(of: value).bitWidth, by: 8) {
      append(UInt8(truncatingIfNeeded: value >> shift))
    }
  }

  /// The bytes of a file.
  /// - Throws: `ArrayError` where it cannot be read.
  init(file: URL) throws(ArrayError) {
    do {
      self.init(try Data(contentsOf: file))
    } catch {
      throw ArrayError(description: "\(file.path): cannot be read: \(error.reasonOfReading)")
    }
  }

  /// Writes the bytes to a file, whole or not at all.
  /// - Throws: `ArrayError` where it cannot be written.
  func write(file: URL) throws(ArrayError) {
    do {
      try Data(self).write(to: file, options: .atomic)
    } catch {
      throw ArrayError(description: "\(file.path): cannot be written: \(error.reasonOfWriting)")
    }
  }
}
