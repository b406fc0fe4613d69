internal import GraphArrays
internal import Glibc

/// Values as TensorFlow's messages show them: `[[0 0.333333343 0.666666687][1...]...]`.
enum ValueText {
  /// The first elements of an array.
  ///
  /// - Parameters:
  ///   - limit: How many elements are shown; all where negative.
  static func summary(of array: NDArray, limit: Int) -> String {
    let limit = limit < 0 ? array.count : limit
    let elements = elements(of: array, limit: limit)
    var text = "["
    if array.rank == 0 {
      text += elements.joined()
    } else {
      var next = 0
      write(array.shape[...], elements, &next, &text, isOutermost: true)
    }
    return text + (array.count > limit ? "...]" : "]")
  }

  /// Writes what stands between the brackets of one axis, as far as there are elements.
  private static func write(
    _ shape: ArraySlice<Int>, _ elements: [String], _ next: inout Int, _ text: inout String,
    isOutermost: Bool
  ) {
    guard let extent = shape.first else { return }
    for i in 0..<extent {
      guard next < elements.count else {
        // An axis that is cut says so; that of a vector is followed by the text's own dots.
        if shape.count == 1, !isOutermost { text += "..." }
        return
      }
      if shape.count == 1 {
        text += (i == 0 ? "" : " ") + elements[next]
        next += 1
      } else {
        text += "["
        write(shape.dropFirst(), elements, &next, &text, isOutermost: false)
        text += "]"
      }
    }
  }

  private static func elements(of array: NDArray, limit: Int) -> [String] {
    switch array.dtype {
    case .float32: array.scalars(as: Float.self).prefix(limit).map { text(of: $0) }
    case .float64: array.scalars(as: Double.self).prefix(limit).map { text(of: $0) }
    case .string: array.byteStrings.prefix(limit).map(escaped)
    default: array.scalars(as: Int64.self).prefix(limit).map(String.init)
    }
  }

  /// The shorter of 6 and 9 digits (15 and 17 for doubles) that tells the number apart.
  private static func text(of value: Float) -> String {
    let short = printed(Double(value), digits: 6)
    return value.isNaN || Float(short) == value ? short : printed(Double(value), digits: 9)
  }

  private static func text(of value: Double) -> String {
    let short = printed(value, digits: 15)
    return value.isNaN || Double(short) == value ? short : printed(value, digits: 17)
  }

  private static func printed(_ value: Double, digits: Int) -> String {
    if value.isNaN { return "nan" }
    return withUnsafeTemporaryAllocation(of: CChar.self, capacity: 64) { buffer in
      let length = withVaList([Int32(digits), value]) {
        vsnprintf(buffer.baseAddress, buffer.count, "%.*g", $0)
      }
      return String(
        decoding: buffer.prefix(Int(length)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
  }

  /// Bytes with C's escapes.
  private static func escaped(_ bytes: [UInt8]) -> String {
    var text = ""
    for byte in bytes {
      switch byte {
      case UInt8(ascii: "\n"): text += "\\n"
      case UInt8(ascii: "\r"): text += "\\r"
      case UInt8(ascii: "\t"): text += "\\t"
      case UInt8(ascii: "\""): text += "\\\""
      case UInt8(ascii: "'"): text += "\\'"
      case UInt8(ascii: "\\"): text += "\\\\"
      case 0x20..<0x7F: text += String(UnicodeScalar(byte))
      default:
        let octal = String(byte, radix: 8)
        text += "\\" + String(repeating: "0", count: 3 - octal.count) + octal
      }
    }
    return text
  }
}

extension Arguments {
  /// An operand as an array that shares its memory: for reading while the kernel runs.
  func array(_ index: Int, _ type: TensorType) -> NDArray {
    let shape = type.extents ?? []
    if type.dtype == .string {
      return NDArray(
        dtype: .string, shape: shape, storage: storage(index) ?? ArrayStorage(strings: []))
    }
    return NDArray(
      dtype: type.dtype, shape: shape,
      storage: ArrayStorage(
        pointer: UnsafeMutableRawPointer(mutating: input(index)), byteCount: type.byteCount ?? 0,
        release: {}))
  }
}
