internal import FoundationEssentials
internal import SwiftProtobuf
internal import TensorFlowProtos

/// Bytes to messages and back.
enum GraphDefCoding {
  /// How deep messages may stand in each other: TensorFlow's own files need some ten levels.
  private static let depth = 100

  /// The bytes of a GraphDef, equal ones for equal messages.
  static func encode(
    _ graph: Tensorflow_GraphDef, _ encoding: GraphEncoding
  ) throws(FormatError) -> Data {
    switch encoding {
    case .binary:
      var options = BinaryEncodingOptions()
      options.useDeterministicOrdering = true
      do {
        return try graph.serializedData(options: options)
      } catch {
        throw FormatError(.limitExceeded, "the graph cannot be written (\(error))")
      }
    case .text: return Data(graph.text.utf8)
    }
  }

  /// The bytes of an attribute's value, as they are kept of attributes that nobody here knows.
  static func encode(_ value: Tensorflow_AttrValue) -> [UInt8] {
    var options = BinaryEncodingOptions()
    options.useDeterministicOrdering = true
    return (try? value.serializedBytes(options: options)) ?? []
  }

  /// The attribute's value that these bytes are.
  static func decodeAttribute(_ bytes: [UInt8]) -> Tensorflow_AttrValue? {
    try? Tensorflow_AttrValue(serializedBytes: bytes)
  }

  /// The GraphDef that these bytes are.
  ///
  /// - Throws: `FormatError` with the byte, or the line, of what is wrong.
  static func decode(
    _ data: Data, _ encoding: GraphEncoding
  ) throws(FormatError) -> Tensorflow_GraphDef {
    switch encoding {
    case .binary:
      var options = BinaryDecodingOptions()
      options.messageDepthLimit = depth
      do {
        return try Tensorflow_GraphDef(serializedBytes: data, options: options)
      } catch {
        throw fault(in: data, options, error)
      }
    case .text: return try decode(text: data)
    }
  }

  private static func decode(text data: Data) throws(FormatError) -> Tensorflow_GraphDef {
    guard let text = String(validating: data, as: UTF8.self) else {
      throw FormatError(.malformed, "the file is no UTF-8 text")
    }
    var options = TextFormatDecodingOptions()
    options.messageDepthLimit = depth
    do {
      return try Tensorflow_GraphDef(textFormatString: text, options: options)
    } catch {
      throw fault(in: text, options, error)
    }
  }

  /// The line of the node, or other field, that keeps a text from being a GraphDef.
  private static func fault(
    in text: String, _ options: TextFormatDecodingOptions, _ error: any Error
  ) -> FormatError {
    var fields = TextFields(text)
    while let field = fields.next() {
      do {
        _ = try Tensorflow_GraphDef(textFormatString: String(field.text), options: options)
      } catch {
        return failure(error, line: field.line)
      }
    }
    return failure(error, line: fields.line)
  }

  private static func failure(_ error: any Error, line: Int) -> FormatError {
    switch error as? TextFormatDecodingError {
    case .messageDepthLimit:
      FormatError(
        .limitExceeded, "messages are more than \(depth) deep in each other here", line: line)
    case .truncated: FormatError(.malformed, "the file ends within this field", line: line)
    case .unknownField: FormatError(.malformed, "a field has an unknown name here", line: line)
    case .unrecognizedEnumValue:
      FormatError(.malformed, "a value has an unknown name here", line: line)
    case .malformedNumber: FormatError(.malformed, "a number is malformed here", line: line)
    default: FormatError(.malformed, "this is no field of a GraphDef", line: line)
    }
  }

  /// The place of what keeps bytes from being a GraphDef: the node, or other field, in which it is.
  private static func fault(
    in data: Data, _ options: BinaryDecodingOptions, _ error: any Error
  ) -> FormatError {
    var reader = FieldReader(data)
    while let field = reader.next() {
      let part = data[field.start..<field.end]
      do {
        _ = try Tensorflow_GraphDef(serializedBytes: Data(part), options: options)
      } catch BinaryDecodingError.messageDepthLimit {
        return FormatError(
          .limitExceeded, "\(field.name) has messages more than \(depth) deep in each other",
          byteOffset: field.offset)
      } catch {
        return FormatError(
          .malformed, "\(field.name) is damaged", byteOffset: field.offset)
      }
    }
    return FormatError(
      .malformed, reader.isTruncated ? "the file ends within a field" : "the file is no GraphDef",
      byteOffset: reader.offset)
  }
}
