public import FoundationEssentials

/// How a GraphDef is written: both forms have the same content.
public enum GraphEncoding: Sendable, Hashable {
  /// Protocol buffers, `.pb`.
  case binary
  /// The text form of protocol buffers, `.pbtxt`.
  case text

  /// The form that a file's extension stands for: `.pbtxt`, `.textproto`, `.prototxt` and `.txt` are
  /// text, all others binary.
  public init(of file: URL) {
    let isText = ["pbtxt", "textproto", "prototxt", "txt"].contains(
      file.pathExtension.lowercased())
    self = isText ? .text : .binary
  }
}
