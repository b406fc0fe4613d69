internal import CZlib

/// Compression as in zip files: raw deflate streams, without zlib's header.
enum Deflate {
  /// No deflate stream grows by more than this factor when it is expanded.
  static let greatestRatio = 1032

  /// The checksum of zip files, CRC-32.
  static func checksum(_ bytes: ArraySlice<UInt8>) -> UInt32 {
    bytes.withUnsafeBufferPointer {
      UInt32(truncatingIfNeeded: crc32_z(0, $0.baseAddress, $0.count))
    }
  }

  /// The `size` bytes that `bytes` expand to; nil where they are no stream of just so many.
  static func expand(_ bytes: ArraySlice<UInt8>, size: Int) -> [UInt8]? {
    var stream = z_stream()
    let status = inflateInit2_(
      &stream, -MAX_WBITS, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    guard status == Z_OK else { return nil }
    defer { inflateEnd(&stream) }
    var isWhole = false
    // One byte more than is due shows a stream that goes on.
    let output = [UInt8](unsafeUninitializedCapacity: size + 1) { buffer, count in
      (isWhole, count) = pump(&stream, from: bytes, to: buffer) { stream, _ in
        inflate(&stream, Z_NO_FLUSH)
      }
    }
    return isWhole && output.count == size ? output : nil
  }

  /// `bytes` as a deflate stream; nil where memory is short.
  static func compress(_ bytes: ArraySlice<UInt8>) -> [UInt8]? {
    var stream = z_stream()
    let status = deflateInit2_(
      &stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, -MAX_WBITS, MAX_MEM_LEVEL - 1,
      Z_DEFAULT_STRATEGY, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    guard status == Z_OK else { return nil }
    defer { deflateEnd(&stream) }
    let bound = Int(deflateBound(&stream, UInt(bytes.count)))
    var isWhole = false
    let output = [UInt8](unsafeUninitializedCapacity: bound) { buffer, count in
      (isWhole, count) = pump(&stream, from: bytes, to: buffer) { stream, isLast in
        deflate(&stream, isLast ? Z_FINISH : Z_NO_FLUSH)
      }
    }
    return isWhole ? output : nil
  }

  /// Calls `step` until the stream ends, fails or fills `output`; zlib counts in 32 bits, so input and
  /// output go through in pieces. Returns whether the stream ended, and the bytes written.
  private static func pump(
    _ stream: inout z_stream, from input: ArraySlice<UInt8>,
    to output: UnsafeMutableBufferPointer<UInt8>,
    _ step: (inout z_stream, _ isLast: Bool) -> Int32
  ) -> (isWhole: Bool, count: Int) {
    let piece = 1 << 30
    return input.withUnsafeBufferPointer { input in
      var (read, written) = (0, 0)
      while true {
        let available = min(piece, input.count - read)
        let room = min(piece, output.count - written)
        stream.next_in = input.baseAddress.map { UnsafeMutablePointer(mutating: $0 + read) }
        stream.avail_in = UInt32(available)
        stream.next_out = output.baseAddress.map { $0 + written }
        stream.avail_out = UInt32(room)
        let status = step(&stream, read + available == input.count)
        let consumed = available - Int(stream.avail_in)
        let produced = room - Int(stream.avail_out)
        read += consumed
        written += produced
        if status == Z_STREAM_END { return (true, written) }
        guard status == Z_OK, consumed + produced > 0 else { return (false, written) }
      }
    }
  }
}
