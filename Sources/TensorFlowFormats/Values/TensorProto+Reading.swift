internal import FoundationEssentials
internal import GraphArrays
internal import TensorFlowProtos

/// What a reader still takes on: files may ask for much more than they have bytes.
struct ReadingBudget {
  /// Bytes of arrays whose elements are not in the file, one for each: 1 GiB.
  var filledBytes = 1 << 30
  /// Operations that functions become, once for each place where they are called.
  var operations = 200_000
  /// Results of operations beyond the first.
  var results = 1_000_000
  /// How deep functions may call each other.
  var depth = 64

  /// - Throws: `FormatError` where less than `count` is left.
  static func take(
    _ count: Int, from left: inout Int, _ what: @autoclosure () -> String
  ) throws(FormatError) {
    guard count <= left else { throw FormatError(.limitExceeded, what()) }
    left -= count
  }
}

extension NDArray {
  /// The array of a message, whichever of the encodings its elements have.
  ///
  /// - Throws: `FormatError` for dtypes that no array here has, and for elements that do not fill
  ///   the shape.
  init(
    _ proto: Tensorflow_TensorProto, _ budget: inout ReadingBudget
  ) throws(FormatError) {
    let dtype = try DType(proto.dtype)
    guard dtype.byteSize > 0 || dtype == .string else {
      throw FormatError(.unsupported, "arrays of dtype \(dtype.tensorFlowName) are not supported")
    }
    let shape = try Shape(proto.tensorShape)
    guard let extents = shape.known, let count = Shape.elementCount(extents) else {
      throw FormatError(.invalidGraph, "an array has the shape \(shape)")
    }
    if dtype == .string {
      try self.init(strings: proto, extents, count, &budget)
    } else if !proto.tensorContent.isEmpty {
      try self.init(content: proto.tensorContent, dtype, extents, count)
    } else {
      try self.init(typed: proto, dtype, extents, count, &budget)
    }
  }

  private init(
    content: Data, _ dtype: DType, _ extents: [Int], _ count: Int
  ) throws(FormatError) {
    guard let byteCount = NDArray.byteCount(dtype, extents), content.count == byteCount else {
      throw FormatError(
        .invalidGraph,
        "an array \(dtype)\(Shape(extents)) of \(count) elements has \(content.count) bytes")
    }
    self.init(dtype: dtype, shape: extents) { bytes in
      content.withUnsafeBytes { bytes.copyMemory(from: $0) }
      guard dtype == .bool else { return }
      for index in bytes.indices where bytes[index] > 1 { bytes[index] = 1 }
    }
  }

  private init(
    strings proto: Tensorflow_TensorProto, _ extents: [Int], _ count: Int,
    _ budget: inout ReadingBudget
  ) throws(FormatError) {
    let given = proto.stringVal
    try Self.check(given.count, fills: count, .string, extents)
    let (size, overflow) = (count - given.count).multipliedReportingOverflow(
      by: 64 + (given.last?.count ?? 0))
    try ReadingBudget.take(
      overflow ? .max : size, from: &budget.filledBytes,
      "an array string\(Shape(extents)) is too large")
    let last = given.last.map { Array($0) } ?? []
    self.init(
      shape: extents,
      strings: given.map { Array($0) } + Array(repeating: last, count: count - given.count))
  }

  private init(
    typed proto: Tensorflow_TensorProto, _ dtype: DType, _ extents: [Int], _ count: Int,
    _ budget: inout ReadingBudget
  ) throws(FormatError) {
    switch dtype {
    case .float32: try self.init(repeating: proto.floatVal, dtype, extents, count, &budget)
    case .float64: try self.init(repeating: proto.doubleVal, dtype, extents, count, &budget)
    case .int32: try self.init(repeating: proto.intVal, dtype, extents, count, &budget)
    case .int64: try self.init(repeating: proto.int64Val, dtype, extents, count, &budget)
    case .bool: try self.init(repeating: proto.boolVal, dtype, extents, count, &budget)
    default:
      let narrow = proto.intVal.map { UInt8(truncatingIfNeeded: $0) }
      try self.init(repeating: narrow, dtype, extents, count, &budget)
    }
  }

  /// The elements that are given; the last of them, or zero, stands for those that are missing.
  private init<Scalar: BitwiseCopyable>(
    repeating given: [Scalar], _ dtype: DType, _ extents: [Int], _ count: Int,
    _ budget: inout ReadingBudget
  ) throws(FormatError) {
    try Self.check(given.count, fills: count, dtype, extents)
    guard let byteCount = NDArray.byteCount(dtype, extents) else {
      throw FormatError(.limitExceeded, "an array \(dtype)\(Shape(extents)) is too large")
    }
    try ReadingBudget.take(
      byteCount - given.count * dtype.byteSize, from: &budget.filledBytes,
      "an array \(dtype)\(Shape(extents)) is too large")
    guard let last = given.last else {
      self = .zeros(extents, dtype)
      return
    }
    self.init(dtype: dtype, shape: extents) { bytes in
      let elements = bytes.bindMemory(to: Scalar.self)
      let end = elements.initialize(fromContentsOf: given)
      elements[end...].initialize(repeating: last)
    }
  }

  private static func check(
    _ given: Int, fills count: Int, _ dtype: DType, _ extents: [Int]
  ) throws(FormatError) {
    guard given <= count else {
      throw FormatError(
        .invalidGraph,
        "an array \(dtype)\(Shape(extents)) of \(count) elements is given \(given) values")
    }
  }
}

extension DType {
  /// The name, also of those of TensorFlow's dtypes that this package does not have.
  var tensorFlowName: String {
    if isKnown { return name }
    return switch rawValue {
    case 5: "int16"
    case 6: "int8"
    case 8: "complex64"
    case 14: "bfloat16"
    case 17: "uint16"
    case 18: "complex128"
    case 19: "float16"
    case 22: "uint32"
    case 23: "uint64"
    case 101...: "\(DType(rawValue: rawValue - 100).tensorFlowName)_ref"
    default: "\(rawValue)"
    }
  }
}
