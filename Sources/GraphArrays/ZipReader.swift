/// The members of a zip file, from its central directory.
///
/// The format is PKWARE's APPNOTE 6.3: local headers with data, the central directory, its end record;
/// the zip64 records where 32 bits do not suffice. Members are stored or deflated; encrypted and
/// split files are refused.
struct ZipReader {
  /// A member as the central directory has it.
  struct Member {
    var name: String
    var isDeflated: Bool
    var checksum: UInt32
    var compressedSize: Int
    var size: Int
    /// Where the local header is.
    var headerOffset: Int
    /// Where the directory tells of the member.
    var entryOffset: Int
  }

  /// The members in the order of the directory.
  private(set) var members: [Member] = []

  private let bytes: [UInt8]

  /// Reads the directory.
  /// - Throws: `ArrayError` with the byte where the file is no zip file.
  init(_ bytes: [UInt8]) throws(ArrayError) {
    self.bytes = bytes
    let directory = try ZipReader.directory(bytes)
    var reader = ByteReader(bytes[...])
    try reader.move(to: directory.offset, "the central directory")
    for _ in 0..<directory.count { members.append(try ZipReader.member(&reader)) }
    try checkOverlaps()
  }

  /// The data of a member, expanded and checked against its checksum.
  /// - Throws: `ArrayError` with the byte where it is damaged.
  func data(of member: Member) throws(ArrayError) -> ArraySlice<UInt8> {
    let range = try dataRange(of: member)
    var data = bytes[range]
    if member.isDeflated {
      guard let expanded = Deflate.expand(data, size: member.size) else {
        throw ArrayError(
          byte: range.lowerBound,
          "the data of '\(member.name)' does not expand to \(member.size) bytes")
      }
      data = expanded[...]
    }
    guard Deflate.checksum(data) == member.checksum else {
      throw ArrayError(byte: range.lowerBound, "the data of '\(member.name)' fails its CRC")
    }
    return data
  }

  /// Where the data of a member is, behind its local header.
  private func dataRange(of member: Member) throws(ArrayError) -> Range<Int> {
    var reader = ByteReader(bytes[...])
    let what = "the local header of '\(member.name)'"
    try reader.move(to: member.headerOffset, what)
    guard try reader.integer(UInt32.self, what) == 0x0403_4B50 else {
      throw ArrayError(byte: member.headerOffset, "\(what) is not here")
    }
    _ = try reader.take(22, what)
    let nameLength = Int(try reader.integer(UInt16.self, what))
    let extraLength = Int(try reader.integer(UInt16.self, what))
    _ = try reader.take(nameLength + extraLength, what)
    return try reader.take(member.compressedSize, "the data of '\(member.name)'").indices
  }

  /// Refuses members that share bytes: small files that expand without bound are made so.
  private func checkOverlaps() throws(ArrayError) {
    var end = 0
    for member in members.sorted(by: { $0.headerOffset < $1.headerOffset }) {
      guard member.headerOffset >= end else {
        throw ArrayError(
          byte: member.entryOffset, "'\(member.name)' overlaps the member before it")
      }
      end = try dataRange(of: member).upperBound
    }
  }
}

extension ZipReader {
  /// Finds the central directory from the end of the file.
  private static func directory(
    _ bytes: [UInt8]
  ) throws(ArrayError) -> (offset: Int, count: Int) {
    let what = "the end of the central directory"
    let end = try endRecord(bytes)
    var reader = ByteReader(bytes[...])
    try reader.move(to: end + 4, what)
    let disk = try reader.integer(UInt16.self, what)
    _ = try reader.take(4, what)
    let count = try reader.integer(UInt16.self, what)
    _ = try reader.take(4, what)
    let offset = try reader.integer(UInt32.self, what)
    // A zip64 record, found through its locator, holds what does not fit here.
    if count == .max || offset == .max || disk == .max {
      return try directory64(bytes, end: end)
    }
    guard disk == 0 else { throw ArrayError(byte: end, "the zip file is split") }
    return (Int(offset), Int(count))
  }

  /// The offset of the end record, which a comment of up to 65,535 bytes may follow.
  private static func endRecord(_ bytes: [UInt8]) throws(ArrayError) -> Int {
    let size = 22
    var offset = bytes.count - size
    let first = max(0, offset - 0xFFFF)
    while offset >= first {
      if bytes[offset..<offset + 4].elementsEqual([0x50, 0x4B, 5, 6]) {
        let comment = Int(bytes[offset + 20]) | Int(bytes[offset + 21]) << 8
        if offset + size + comment == bytes.count { return offset }
      }
      offset -= 1
    }
    throw ArrayError(byte: bytes.count, "this is no zip file, or its end is missing")
  }

  private static func directory64(
    _ bytes: [UInt8], end: Int
  ) throws(ArrayError) -> (offset: Int, count: Int) {
    var reader = ByteReader(bytes[...])
    let what = "the zip64 directory locator"
    try reader.move(to: end - 20, what)
    guard try reader.integer(UInt32.self, what) == 0x0706_4B50 else {
      throw ArrayError(byte: end - 20, "\(what) is not here")
    }
    _ = try reader.take(4, what)
    let record = try size(&reader, "the end of the zip64 directory")
    try reader.move(to: record, "the end of the zip64 directory")
    guard try reader.integer(UInt32.self, what) == 0x0606_4B50 else {
      throw ArrayError(byte: record, "the end of the zip64 directory is not here")
    }
    _ = try reader.take(28, what)
    let count = try size(&reader, what)
    _ = try reader.take(8, what)
    return (try size(&reader, what), count)
  }

  /// A number of 64 bits that counts bytes or members.
  private static func size(
    _ reader: inout ByteReader, _ what: String
  ) throws(ArrayError) -> Int {
    let offset = reader.offset
    guard let size = Int(exactly: try reader.integer(UInt64.self, what)) else {
      throw ArrayError(byte: offset, "\(what) has a number beyond this machine's")
    }
    return size
  }

  /// The next entry of the central directory.
  private static func member(_ reader: inout ByteReader) throws(ArrayError) -> Member {
    let what = "an entry of the central directory"
    let start = reader.offset
    guard try reader.integer(UInt32.self, what) == 0x0201_4B50 else {
      throw ArrayError(byte: start, "\(what) is not here")
    }
    _ = try reader.take(4, what)
    let flags = try reader.integer(UInt16.self, what)
    let method = try reader.integer(UInt16.self, what)
    _ = try reader.take(4, what)
    let checksum = try reader.integer(UInt32.self, what)
    let compressedSize = try reader.integer(UInt32.self, what)
    let size = try reader.integer(UInt32.self, what)
    let nameLength = Int(try reader.integer(UInt16.self, what))
    let extraLength = Int(try reader.integer(UInt16.self, what))
    let commentLength = Int(try reader.integer(UInt16.self, what))
    _ = try reader.take(8, what)
    let headerOffset = try reader.integer(UInt32.self, what)
    let name = String(decoding: try reader.take(nameLength, what), as: UTF8.self)
    let extra = try reader.take(extraLength, what)
    _ = try reader.take(commentLength, what)
    guard flags & 1 == 0 else { throw ArrayError(byte: start, "'\(name)' is encrypted") }
    guard method == 0 || method == 8 else {
      throw ArrayError(byte: start, "'\(name)' is compressed by method \(method)")
    }
    var member = Member(
      name: name, isDeflated: method == 8, checksum: checksum,
      compressedSize: Int(compressedSize), size: Int(size), headerOffset: Int(headerOffset),
      entryOffset: start)
    try member.readZip64(extra)
    try member.check()
    return member
  }
}

extension ZipReader.Member {
  /// Takes from the zip64 extra field, in this order, what the entry itself has no room for.
  fileprivate mutating func readZip64(_ extra: ArraySlice<UInt8>) throws(ArrayError) {
    let full = Int(UInt32.max)
    let fields: [WritableKeyPath<Self, Int>] = [\.size, \.compressedSize, \.headerOffset]
      .filter { self[keyPath: $0] == full }
    guard !fields.isEmpty else { return }
    let what = "an extra field of '\(name)'"
    var reader = ByteReader(extra)
    while reader.remaining > 0 {
      let identifier = try reader.integer(UInt16.self, what)
      let length = Int(try reader.integer(UInt16.self, what))
      var field = ByteReader(try reader.take(length, what))
      guard identifier == 1 else { continue }
      for path in fields { self[keyPath: path] = try ZipReader.size(&field, what) }
      return
    }
  }

  /// Refuses sizes that no data can have, before memory is asked for.
  fileprivate func check() throws(ArrayError) {
    let (bound, overflow) = compressedSize.multipliedReportingOverflow(by: Deflate.greatestRatio)
    guard isDeflated ? overflow || size <= bound : size == compressedSize else {
      throw ArrayError(
        byte: entryOffset, "'\(name)' has \(size) bytes in \(compressedSize), which cannot be")
    }
  }
}
