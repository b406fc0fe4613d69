public import FoundationEssentials

extension NDArray {
  /// The array in a `.npy` file of version 1, 2 or 3, of either byte order, in C or Fortran order.
  ///
  /// Elements of the NumPy types f4, f8, i4, i8, u1, b1 keep their type; S and U become strings,
  /// without the zeros at their ends, U in UTF-8. What follows the array in the file is not read.
  /// - Throws: `ArrayError` with the file and the byte where it is no such file.
  public init(npy file: URL) throws(ArrayError) {
    do {
      try self.init(npyBytes: [UInt8](file: file))
    } catch {
      throw error.in(file)
    }
  }

  /// The array in the bytes of a `.npy` file.
  /// - Throws: `ArrayError` with the byte where they are no such file.
  public init(npyBytes bytes: [UInt8]) throws(ArrayError) { try self.init(npy: bytes[...]) }

  /// Writes a `.npy` file of version 1.0, byte for byte as NumPy does; strings become NumPy's S.
  /// - Throws: `ArrayError` where the file cannot be written, or a string ends with a zero byte,
  ///   which NumPy's S would lose.
  public func write(npy file: URL) throws(ArrayError) {
    do {
      try npyBytes().write(file: file)
    } catch {
      throw error.in(file)
    }
  }

  /// The bytes of a `.npy` file of version 1.0, as `write(npy:)` writes it.
  /// - Throws: `ArrayError` where a string ends with a zero byte.
  public func npyBytes() throws(ArrayError) -> [UInt8] {
    let array = try validated()
    if dtype == .string { return try array.npyBytesOfStrings() }
    guard dtype.byteSize > 0 else {
      throw ArrayError(description: "\(dtype) elements cannot be written")
    }
    let header = try NPYHeader(element: .number(dtype, isSwapped: false), shape: shape).bytes()
    return withUnsafeBytes { header + $0 }
  }

  private func npyBytesOfStrings() throws(ArrayError) -> [UInt8] {
    let size = Swift.max(1, storage.strings.reduce(0) { Swift.max($0, $1.count) })
    var bytes = try NPYHeader(element: .bytes(count: size), shape: shape).bytes()
    bytes.reserveCapacity(bytes.count + count * size)
    for (position, string) in storage.strings.enumerated() {
      guard string.last != 0 else {
        throw ArrayError(
          reason: "a string that ends with a zero byte cannot be written",
          place: NDArray.place(of: position, in: shape))
      }
      bytes += string
      bytes.append(contentsOf: repeatElement(0, count: size - string.count))
    }
    return bytes
  }
}

extension NDArray {
  /// The array in a part of a file.
  /// - Throws: `ArrayError` with the byte in the file.
  init(npy bytes: ArraySlice<UInt8>) throws(ArrayError) {
    var reader = ByteReader(bytes)
    let header = try NPYHeader(&reader)
    // Lengths are checked against what is there before anything is allocated.
    guard let count = Shape.elementCount(header.shape), let size = header.element.byteSize,
      case let (byteCount, overflow) = count.multipliedReportingOverflow(by: size), !overflow
    else {
      throw ArrayError(byte: reader.offset, "no array has the shape \(header.shape)")
    }
    let start = reader.offset
    let payload = try reader.take(byteCount, "the array of shape \(header.shape)")
    let shape = header.isFortranOrder ? header.shape.reversed() : header.shape
    let array: NDArray
    switch header.element {
    case .number(let dtype, let isSwapped):
      array = NDArray(dtype: dtype, shape: shape) { elements in
        elements.copyBytes(from: payload)
        if isSwapped { swapBytes(of: elements, size: size) }
        // Any other byte than 0 and 1 would be no valid `Bool`.
        if dtype == .bool { for i in elements.indices where elements[i] > 1 { elements[i] = 1 } }
      }
    case .bytes:
      array = NDArray(
        shape: shape,
        strings: (0..<count).map { Array(withoutZeros(payload.element($0, size: size))) })
    case .codePoints(_, let isBigEndian):
      var strings: [[UInt8]] = []
      strings.reserveCapacity(count)
      for position in 0..<count {
        let element = payload.element(position, size: size)
        guard let string = utf8(ofCodePoints: element, isBigEndian: isBigEndian) else {
          throw ArrayError(byte: start + position * size, "a string holds no Unicode")
        }
        strings.append(string)
      }
      array = NDArray(shape: shape, strings: strings)
    }
    self = header.isFortranOrder && shape.count > 1 ? array.transposed() : array
  }
}

extension ArraySlice<UInt8> {
  /// Element `position` of elements of `size` bytes.
  fileprivate func element(_ position: Int, size: Int) -> ArraySlice<UInt8> {
    let start = startIndex + position * size
    return self[start..<start + size]
  }
}

/// `bytes` without the zeros at their end.
private func withoutZeros(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
  bytes[..<((bytes.lastIndex { $0 != 0 }).map { $0 + 1 } ?? bytes.startIndex)]
}

/// The UTF-8 bytes of code points of four bytes each, without zeros at the end; nil where one is no
/// Unicode scalar.
private func utf8(ofCodePoints bytes: ArraySlice<UInt8>, isBigEndian: Bool) -> [UInt8]? {
  var points: [UInt32] = []
  for start in stride(from: bytes.startIndex, to: bytes.endIndex, by: 4) {
    let quad = bytes[start..<start + 4]
    points.append(
      isBigEndian
        ? quad.reduce(0) { $0 << 8 | UInt32($1) }
        : quad.reversed().reduce(0) { $0 << 8 | UInt32($1) })
  }
  while points.last == 0 { points.removeLast() }
  var text = String.UnicodeScalarView()
  for point in points {
    guard let scalar = Unicode.Scalar(point) else { return nil }
    text.append(scalar)
  }
  return Array(String(text).utf8)
}

/// Reverses the bytes of each element.
private func swapBytes(of elements: UnsafeMutableRawBufferPointer, size: Int) {
  for start in stride(from: 0, to: elements.count, by: size) {
    for i in 0..<size / 2 { elements.swapAt(start + i, start + size - 1 - i) }
  }
}

extension ArrayError {
  /// The same error, told of a file; one that names the file already stays as it is.
  func `in`(_ file: URL) -> ArrayError {
    description.hasPrefix(file.path)
      ? self : ArrayError(description: "\(file.path): \(description)")
  }
}
