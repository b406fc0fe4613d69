/// Makes the bytes of a zip file, without the zip64 extension.
///
/// The same members give the same bytes: every member bears the date 1980-01-01, as NumPy's do.
struct ZipWriter {
  private var bytes: [UInt8] = []
  private var directory: [UInt8] = []
  private var count: UInt16 = 0

  /// Appends a member, deflated where asked for and where that makes it smaller.
  /// - Throws: `ArrayError` where the file would need the zip64 extension: from 65,535 members or
  ///   4 GiB on.
  mutating func append(
    _ name: String, _ data: [UInt8], compressed: Bool
  ) throws(ArrayError) {
    var stored = data
    var method: UInt16 = 0
    if compressed, let deflated = Deflate.compress(data[...]), deflated.count < data.count {
      stored = deflated
      method = 8
    }
    let nameBytes = Array(name.utf8)
    guard let nameLength = UInt16(exactly: nameBytes.count), count < .max - 1,
      let size = UInt32(exactly: data.count), let storedSize = UInt32(exactly: stored.count),
      let offset = UInt32(exactly: bytes.count), size < .max, storedSize < .max, offset < .max
    else {
      throw ArrayError(description: "'\(name)' makes the archive too large: 4 GiB, 65534 members")
    }
    var common: [UInt8] = []
    common.append(littleEndian: 20 as UInt16)  // Version 2.0 is needed to read it.
    common.append(littleEndian: 0x0800 as UInt16)  // The name is UTF-8.
    common.append(littleEndian: method)
    common.append(littleEndian: 0 as UInt16)
    common.append(littleEndian: 0x0021 as UInt16)  // 1980-01-01.
    common.append(littleEndian: Deflate.checksum(data[...]))
    common.append(littleEndian: storedSize)
    common.append(littleEndian: size)
    common.append(littleEndian: nameLength)
    common.append(littleEndian: 0 as UInt16)  // No extra field.

    bytes += [0x50, 0x4B, 3, 4] + common + nameBytes + stored

    directory += [0x50, 0x4B, 1, 2]
    directory.append(littleEndian: 0x0314 as UInt16)  // Made under Unix.
    directory += common
    directory.append(littleEndian: 0 as UInt16)  // No comment.
    directory.append(littleEndian: 0 as UInt16)  // Disk 0.
    directory.append(littleEndian: 0 as UInt16)
    directory.append(littleEndian: 0o100644 << 16 as UInt32)  // A plain file, rw-r--r--.
    directory.append(littleEndian: offset)
    directory += nameBytes
    count += 1
  }

  /// The file: all members, the central directory and its end record.
  /// - Throws: `ArrayError` where the file would need the zip64 extension.
  func finished() throws(ArrayError) -> [UInt8] {
    guard let offset = UInt32(exactly: bytes.count), offset < .max,
      let length = UInt32(exactly: directory.count), length < .max
    else {
      throw ArrayError(description: "the archive is larger than 4 GiB")
    }
    var end: [UInt8] = [0x50, 0x4B, 5, 6, 0, 0, 0, 0]
    end.append(littleEndian: count)
    end.append(littleEndian: count)
    end.append(littleEndian: length)
    end.append(littleEndian: offset)
    end.append(littleEndian: 0 as UInt16)
    return bytes + directory + end
  }
}
