/// Why a file could not be read or written as a graph.
///
/// Its description names the file, the place in it, the operation and the cause:
///
///     model.pb: operation "rnn/foo" has type "FooOp", which this build does not know
///     model.pb: byte 1042: the file ends within a node
///     model.pb: MatMul "logits/MatMul": inner dimensions 96 and 128 differ
public struct FormatError: Error, Sendable, CustomStringConvertible {
  /// What kind of failure it is. More codes may be added.
  public struct Code: Sendable, Hashable, CustomStringConvertible {
    /// The name of the code.
    public let description: String

    init(_ name: String) { description = name }

    /// The file cannot be opened, or not written.
    public static let inaccessible = Code("inaccessible")
    /// Bytes that are no file of this format, or only a part of one.
    public static let malformed = Code("malformed")
    /// A file that can be read, but whose graph contradicts itself: a missing operand, a cycle, an
    /// attribute of the wrong kind, shapes that do not fit.
    public static let invalidGraph = Code("invalidGraph")
    /// A graph that may well be valid and has what this build does not know: types of operations,
    /// dtypes, a format of the future.
    public static let unsupported = Code("unsupported")
    /// A name that was asked for and is not in the file.
    public static let notFound = Code("notFound")
    /// More than a reader takes on: nesting, sizes and repetitions that no graph has.
    public static let limitExceeded = Code("limitExceeded")
  }

  /// What kind of failure it is.
  public let code: Code
  /// The cause, in words.
  public let message: String
  /// The name of the operation, where there is one; within a function after the function's name:
  /// `while_body/add`.
  public internal(set) var operation: String?
  /// The type of the operation, such as `MatMul`.
  public internal(set) var operationType: String?
  /// The name of the file; nil for bytes that are in no file.
  public internal(set) var file: String?
  /// Where in a binary file: the first byte of what is wrong, counted from 0.
  public internal(set) var byteOffset: Int?
  /// Where in a text file: the line, counted from 1.
  public internal(set) var line: Int?

  /// Whether the message names the operation itself.
  private let tellsOperation: Bool

  package init(
    _ code: Code, _ message: String, operation: String? = nil, operationType: String? = nil,
    byteOffset: Int? = nil, line: Int? = nil, tellsOperation: Bool = false
  ) {
    self.code = code
    self.message = message
    self.operation = operation
    self.operationType = operationType
    self.byteOffset = byteOffset
    self.line = line
    self.tellsOperation = tellsOperation
  }

  /// File, place, operation and cause in one line.
  public var description: String {
    var text = ""
    switch (file, line) {
    case (let file?, let line?): text += "\(file):\(line): "
    case (let file?, nil): text += "\(file): "
    case (nil, let line?): text += "line \(line): "
    case (nil, nil): break
    }
    if let byteOffset { text += "byte \(byteOffset): " }
    if tellsOperation { return text + message }
    switch (operationType, operation) {
    case (let type?, let name?): text += "\(type) \"\(name)\": "
    case (nil, let name?): text += "\"\(name)\": "
    case (let type?, nil): text += "\(type): "
    case (nil, nil): break
    }
    return text + message
  }

  /// The same error with the name of the file, where it has none yet.
  func `in`(_ file: String) -> FormatError {
    var error = self
    error.file = error.file ?? file
    return error
  }
}
