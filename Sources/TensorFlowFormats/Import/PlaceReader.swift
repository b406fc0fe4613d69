internal import GraphEngine
internal import TensorFlowProtos

/// Where a file says that its operations were declared.
struct PlaceReader {
  private let message: Tensorflow_GraphDebugInfo
  private let file: SourceLocation?

  /// - Parameter file: The name of the file: the place of operations of which it tells no other.
  init(_ message: Tensorflow_GraphDebugInfo, file: String?) {
    self.message = message
    self.file = file.map { SourceLocation(file: $0, line: 0) }
  }

  /// The innermost place that is told of a node.
  func place(of name: String, in function: String?) -> SourceLocation? {
    let key = function.map { "\(name)@\($0)" } ?? name
    var line = message.traces[key]?.fileLineCols.first
    if line == nil, let id = message.nameToTraceID[key], let trace = message.tracesByID[id] {
      line = trace.fileLineCols.first ?? trace.frameID.first.flatMap { message.framesByID[$0] }
    }
    guard let line, message.files.indices.contains(Int(line.fileIndex)), line.line > 0 else {
      return file
    }
    let path = message.files[Int(line.fileIndex)]
    let name = path.split(separator: "/").last.map(String.init) ?? path
    return SourceLocation(file: name, line: Int(line.line), function: line.func)
  }
}
