/// A mistake in the declaration of a graph, or in what an operation was given.
///
/// Its description names the user's file and line, the operation's type and name, and the cause:
///
///     CharLSTM.swift:42: MatMul "lstm/gates": inner dimensions 96 and 128 differ (float32[?, 96] x float32[128, 512])
public struct GraphError: Error, Sendable, CustomStringConvertible {
  /// What kind of mistake it is. More codes may be added.
  public struct Code: Sendable, Hashable, CustomStringConvertible {
    /// The name of the code.
    public let description: String

    package init(_ name: String) { description = name }

    /// An operand, attribute or shape that the operation does not accept.
    public static let invalidArgument = Code("invalidArgument")
    /// Something that exists already: a variable's name without reuse.
    public static let alreadyExists = Code("alreadyExists")
    /// Something that does not exist: a variable that was to be reused.
    public static let notFound = Code("notFound")
    /// A change of a finalized graph, or a tensor used outside of its body.
    public static let failedPrecondition = Code("failedPrecondition")
    /// A value that takes more memory than there is.
    public static let resourceExhausted = Code("resourceExhausted")
    /// An operation that has no kernel for these dtypes, or no gradient.
    public static let unimplemented = Code("unimplemented")
  }

  /// What kind of mistake it is.
  public let code: Code
  /// The cause, in words.
  public let message: String
  /// The name of the operation, where there is one.
  public internal(set) var operation: String?
  /// The type of the operation, such as `MatMul`.
  public internal(set) var operationType: String?
  /// Where the user declared the operation, where the program carries line information.
  ///
  /// Found when it is asked for, which takes a millisecond or more.
  public var location: SourceLocation? { trace?.location() }
  /// The return addresses that `location` is found from.
  package var trace: CallTrace?
  /// Types of the operands, told where a type rule refused them.
  package var inputTypes: [TensorType] = []

  package init(
    _ code: Code = .invalidArgument, _ message: String, operation: String? = nil,
    operationType: String? = nil, trace: CallTrace? = nil
  ) {
    self.code = code
    self.message = message
    self.operation = operation
    self.operationType = operationType
    self.trace = trace
  }

  /// File, line, operation and cause in one line.
  public var description: String {
    let types = inputTypes.map(\.description).joined(separator: " x ")
    return Self.line(location, operationType, operation, message)
      + (types.isEmpty ? "" : " (\(types))")
  }

  /// `FILE:LINE: TYPE "NAME": CAUSE`, without what is not known.
  static func line(
    _ location: SourceLocation?, _ operationType: String?, _ operation: String?, _ cause: String
  ) -> String {
    let label = [operationType, operation.map { "\"\($0)\"" }].compactMap { $0 }
    let parts: [String?] = [location?.description, label.joined(separator: " "), cause]
    return parts.compactMap { $0 }.filter { !$0.isEmpty }.joined(separator: ": ")
  }
}
