internal import GraphEngine
internal import TensorFlowProtos

/// The table of places of declaration in a file.
struct PlaceTable {
  private(set) var message = Tensorflow_GraphDebugInfo()
  private var files: [String: Int32] = [:]

  var isEmpty: Bool { message.traces.isEmpty }

  /// Remembers where the node of this name was declared.
  mutating func add(_ place: SourceLocation, of name: String) {
    var line = Tensorflow_GraphDebugInfo.FileLineCol()
    line.fileIndex = index(of: place.file)
    line.line = Int32(clamping: place.line)
    var trace = Tensorflow_GraphDebugInfo.StackTrace()
    trace.fileLineCols = [line]
    message.traces[name] = trace
  }

  private mutating func index(of file: String) -> Int32 {
    if let known = files[file] { return known }
    let index = Int32(message.files.count)
    message.files.append(file)
    files[file] = index
    return index
  }
}
