internal import FoundationEssentials
internal import GraphArrays
internal import TensorFlowProtos

extension Tensorflow_TensorProto {
  /// Arrays with more elements are written as bytes, which is shorter and faster to read.
  private static let typedCount = 16

  /// The message of an array: few elements in the typed fields, equal ones once, others as bytes.
  ///
  /// NaN is written as bytes, which keep its payload.
  init(_ array: NDArray) {
    self.init()
    dtype = array.dtype.proto
    tensorShape = Shape(array.shape).proto
    if array.dtype == .string {
      stringVal = array.byteStrings.map { Data($0) }
      if let first = stringVal.first, stringVal.allSatisfy({ $0 == first }) { stringVal = [first] }
      return
    }
    guard array.count > 0 else { return }
    let distinct = array.hasEqualElements ? 1 : array.count
    guard distinct <= Self.typedCount, !array.hasNaN else {
      tensorContent = array.withUnsafeBytes { Data($0) }
      return
    }
    switch array.dtype {
    case .float32: floatVal = Array(array.scalars(as: Float.self).prefix(distinct))
    case .float64: doubleVal = Array(array.scalars(as: Double.self).prefix(distinct))
    case .int32: intVal = Array(array.scalars(as: Int32.self).prefix(distinct))
    case .uint8: intVal = array.scalars(as: UInt8.self).prefix(distinct).map(Int32.init)
    case .int64: int64Val = Array(array.scalars(as: Int64.self).prefix(distinct))
    case .bool: boolVal = Array(array.scalars(as: Bool.self).prefix(distinct))
    default: tensorContent = array.withUnsafeBytes { Data($0) }
    }
  }
}

extension NDArray {
  /// Whether all elements have the same bits.
  fileprivate var hasEqualElements: Bool {
    let size = dtype.byteSize
    return withUnsafeBytes { bytes in
      bytes.count <= size || bytes.dropFirst(size).elementsEqual(bytes.dropLast(size))
    }
  }

  fileprivate var hasNaN: Bool {
    switch dtype {
    case .float32: scalars(as: Float.self).contains { $0.isNaN }
    case .float64: scalars(as: Double.self).contains { $0.isNaN }
    default: false
    }
  }
}
