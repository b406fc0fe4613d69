internal import GraphArrays
internal import GraphEngine
internal import TensorFlowProtos

extension DType {
  /// The dtype of a message.
  ///
  /// - Throws: `FormatError` for a number that is none of TensorFlow's.
  init(_ proto: Tensorflow_DataType) throws(FormatError) {
    guard proto.rawValue > 0, let number = UInt8(exactly: proto.rawValue) else {
      throw FormatError(.invalidGraph, "\(proto.rawValue) is no dtype")
    }
    self.init(rawValue: number)
  }

  var proto: Tensorflow_DataType {
    Tensorflow_DataType(rawValue: Int(rawValue)) ?? .dtInvalid
  }
}

extension Shape {
  /// TensorFlow's own limit.
  private static let greatestRank = 254

  /// The shape of a message.
  ///
  /// - Throws: `FormatError` for extents below -1, and for shapes that no array can have.
  init(_ proto: Tensorflow_TensorShapeProto) throws(FormatError) {
    if proto.unknownRank {
      self = .unknown
      return
    }
    guard proto.dim.count <= Self.greatestRank else {
      throw FormatError(.limitExceeded, "a shape has \(proto.dim.count) axes")
    }
    var dimensions: [Int?] = []
    for dimension in proto.dim {
      guard dimension.size >= -1 else {
        throw FormatError(.invalidGraph, "an extent of a shape is \(dimension.size)")
      }
      dimensions.append(dimension.size < 0 ? nil : Int(dimension.size))
    }
    self.init(dimensions: dimensions)
    guard let count = Shape.elementCount(dimensions.compactMap { $0 }), count < 1 << 48 else {
      throw FormatError(.limitExceeded, "the shape \(self) has too many elements")
    }
  }

  var proto: Tensorflow_TensorShapeProto {
    var proto = Tensorflow_TensorShapeProto()
    guard let dimensions else {
      proto.unknownRank = true
      return proto
    }
    proto.dim = dimensions.map { extent in
      var dimension = Tensorflow_TensorShapeProto.Dim()
      dimension.size = Int64(extent ?? -1)
      return dimension
    }
    return proto
  }
}

extension FileVersions {
  /// The versions that a file tells.
  ///
  /// - Throws: `FormatError` for a file that this reader is too old for.
  init(_ proto: Tensorflow_VersionDef) throws(FormatError) {
    let version = Int32(GraphExporter.version)
    guard proto.minConsumer <= version else {
      throw FormatError(
        .unsupported,
        "the file is for readers of version \(proto.minConsumer), and this one is \(version)")
    }
    guard !proto.badConsumers.contains(version) else {
      throw FormatError(.unsupported, "the file is not for readers of version \(version)")
    }
    self.init(producer: Int(proto.producer), minimumConsumer: Int(proto.minConsumer))
  }
}
