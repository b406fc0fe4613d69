#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#endif

/// A floating type that prints as NumPy prints it.
protocol PrintableFloat: BinaryFloatingPoint, LosslessStringConvertible {
  /// From here on an array is written with exponents: `10^min(8, decimal digits of the type)`.
  static var columnLimit: Self { get }
  /// From here on a scalar is written with an exponent.
  static var scalarLimit: Self { get }
  /// The same value in double precision.
  var asDouble: Double { get }
}

extension Float: PrintableFloat {
  static var columnLimit: Float { 1e6 }
  static var scalarLimit: Float { 1e6 }
  var asDouble: Double { Double(self) }
}

extension Double: PrintableFloat {
  static var columnLimit: Double { 1e8 }
  static var scalarLimit: Double { 1e16 }
  var asDouble: Double { self }
}

extension PrintableFloat {
  /// The shortest text that reads back as the same value, as Python's `str` of a NumPy scalar.
  var scalarText: String {
    guard isFinite else { return nonFiniteText }
    // The lower limit is compared in double precision: the float32 next to 0.0001 lies below it.
    if self != 0 && (magnitude.asDouble < 1e-4 || magnitude >= Self.scalarLimit) {
      let parts = DecimalText(scientific: self, fraction: 0...Int.max)
      return parts.integer + (parts.fraction.isEmpty ? "" : "." + parts.fraction)
        + "e" + exponentText(parts.exponent, digits: 2)
    }
    let parts = DecimalText(positional: self, precision: Int.max)
    return parts.integer + "." + (parts.fraction.isEmpty ? "0" : parts.fraction)
  }

  /// `nan`, `inf` or `-inf`.
  var nonFiniteText: String { isNaN ? "nan" : self < 0 ? "-inf" : "inf" }
}

/// `exponent` with its sign and at least so many digits.
private func exponentText(_ exponent: Int, digits: Int) -> String {
  let text = "\(abs(exponent))"
  return (exponent < 0 ? "-" : "+")
    + String(repeating: "0", count: max(0, digits - text.utf8.count)) + text
}

/// How the numbers of one array are written: all with exponents or none, points aligned.
///
/// The rules are those of `FloatingFormat` in NumPy's `arrayprint.py` with its default options.
struct FloatColumn<Number: PrintableFloat> {
  /// Digits behind the point, at most.
  private static var precision: Int { 8 }

  private var isScientific = false
  /// Characters before the point.
  private var left = 0
  /// Characters behind the point, the exponent included.
  private var right = 0
  /// Digits behind the point of every number written with an exponent.
  private var fraction = 0
  private var exponentDigits = 2

  init(_ numbers: [Number]) {
    let finite = numbers.filter(\.isFinite)
    let magnitudes = finite.lazy.filter { $0 != 0 }.map(\.magnitude)
    if let greatest = magnitudes.max(), let least = magnitudes.min() {
      let limit = Number.columnLimit.magnitude
      isScientific = greatest >= limit || least < 0.0001 || greatest / least > 1000
    }
    for number in finite {
      let parts: DecimalText
      if isScientific {
        parts = DecimalText(scientific: number, fraction: 0...Self.precision)
        exponentDigits = max(exponentDigits, "\(abs(parts.exponent))".utf8.count)
      } else {
        parts = DecimalText(positional: number, precision: Self.precision)
      }
      left = max(left, parts.integer.utf8.count)
      fraction = max(fraction, parts.fraction.utf8.count)
    }
    right = isScientific ? fraction + exponentDigits + 2 : fraction
    if finite.count < numbers.count {
      let hasNegativeInfinity = numbers.contains { $0.isInfinite && $0 < 0 }
      left = max(left, (hasNegativeInfinity ? 4 : 3) - (right + 1))
    }
  }

  /// One of the numbers, as wide as all others.
  func text(of number: Number) -> String {
    guard number.isFinite else { return padded(number.nonFiniteText, to: left + right + 1) }
    if isScientific {
      let parts = DecimalText(scientific: number, fraction: fraction...fraction)
      return padded(parts.integer, to: left) + "." + parts.fraction + "e"
        + exponentText(parts.exponent, digits: exponentDigits)
    }
    let parts = DecimalText(positional: number, precision: Self.precision)
    return padded(parts.integer, to: left) + "." + parts.fraction
      + String(repeating: " ", count: max(0, right - parts.fraction.utf8.count))
  }
}

/// A finite number in decimal digits: the shortest ones that read back as the same number of its type,
/// or, where more or fewer are asked for, its exact value rounded half to even.
private struct DecimalText {
  /// The digits before the point with the sign.
  var integer: String
  /// The digits behind the point.
  var fraction: String
  /// The power of ten to multiply by.
  var exponent = 0

  /// Without an exponent, with at most `precision` digits behind the point and no zeros at the end.
  init(positional number: some PrintableFloat, precision: Int) {
    let shortest = ShortestDigits(number)
    let sign = number.sign == .minus ? "-" : ""
    if shortest.digits.count - shortest.pointPosition > precision {
      let (integer, rounded, _) = rounding(number, "%.*f", precision)
      self.integer = sign + integer
      fraction = trimmed(rounded)
      return
    }
    let point = shortest.pointPosition
    let digits = shortest.digits
    let whole = digits.prefix(max(point, 0))
    let zeros = String(repeating: "0", count: max(0, point - digits.count))
    integer = sign + (point > 0 ? String(whole) + zeros : "0")
    fraction =
      digits.isEmpty
      ? "" : String(repeating: "0", count: max(0, -point)) + digits.dropFirst(max(point, 0))
  }

  /// With one digit before the point and an exponent. `range` bounds the number of digits behind the
  /// point; zeros at the end are kept only as far as its lower bound asks.
  init(scientific number: some PrintableFloat, fraction range: ClosedRange<Int>) {
    let shortest = ShortestDigits(number)
    let sign = number.sign == .minus ? "-" : ""
    guard let first = shortest.digits.first else {
      integer = sign + "0"
      fraction = String(repeating: "0", count: range.lowerBound)
      return
    }
    integer = sign + String(first)
    fraction = String(shortest.digits.dropFirst())
    exponent = shortest.pointPosition - 1
    let count = fraction.utf8.count
    guard !range.contains(count) else { return }
    let (integer, rounded, exponent) = rounding(
      number, "%.*e", count > range.upperBound ? range.upperBound : range.lowerBound)
    self.integer = sign + integer
    self.exponent = exponent
    fraction = count > range.lowerBound && range.lowerBound == 0 ? trimmed(rounded) : rounded
  }
}

/// `text` without zeros at its end.
private func trimmed(_ text: String) -> String {
  var text = text
  while text.utf8.last == UInt8(ascii: "0") { text.removeLast() }
  return text
}

/// The shortest digits that read back as the same number: `0.digits * 10^pointPosition`.
private struct ShortestDigits {
  /// Without zeros at either end; empty for zero.
  var digits: String
  var pointPosition: Int

  init(_ number: some PrintableFloat) {
    let (integer, fraction, exponent) = split("\(number.magnitude)")
    let all = integer + fraction
    let leading = all.utf8.prefix { $0 == UInt8(ascii: "0") }.count
    digits = trimmed(String(all.dropFirst(leading)))
    pointPosition = digits.isEmpty ? 1 : integer.utf8.count - leading + exponent
  }
}

/// The magnitude of `number` in `format`, `%.*f` or `%.*e`, by the C library, which rounds the exact
/// value half to even.
private func rounding(
  _ number: some PrintableFloat, _ format: String, _ digits: Int
) -> (integer: String, fraction: String, exponent: Int) {
  let bytes = withUnsafeTemporaryAllocation(of: CChar.self, capacity: 512) { buffer in
    let length = withVaList([Int32(digits), number.magnitude.asDouble]) {
      vsnprintf(buffer.baseAddress, buffer.count, format, $0)
    }
    return buffer.prefix(Int(length)).map { UInt8(bitPattern: $0) }
  }
  return split(String(decoding: bytes, as: UTF8.self))
}

/// The digits before and behind the point, and the exponent, of a number's text.
///
/// The point is whatever is no digit before the exponent: the C library takes it from the locale.
private func split(_ text: String) -> (integer: String, fraction: String, exponent: Int) {
  let halves = text.split(separator: "e", maxSplits: 1)
  let mantissa = halves.first ?? ""
  let integer = mantissa.prefix { $0.isNumber }
  let fraction = mantissa.drop { $0.isNumber }.drop { !$0.isNumber }
  return (String(integer), String(fraction), halves.count > 1 ? Int(halves[1]) ?? 0 : 0)
}
