internal import GraphArrays

/// Why a run failed.
///
/// The description of a failed operation names the user's file and line, the operation's type and
/// name, and the cause; other errors begin with `session:`.
///
///     CharLSTM.swift:42: GatherV2 "embed": indices[0] = 5 is not in [0, 3)
///     session: feed "inputs:0": got float32[50, 50], wants int32[?, ?]
public struct SessionError: Error, Sendable, CustomStringConvertible {
  /// What kind of failure it is. More codes may be added.
  public struct Code: Sendable, Hashable, CustomStringConvertible {
    /// The name of the code.
    public let description: String

    package init(_ name: String) { description = name }

    /// A feed, or the value of an operand, that is not accepted.
    public static let invalidArgument = Code("invalidArgument")
    /// A variable without a value, or a tensor of another graph.
    public static let failedPrecondition = Code("failedPrecondition")
    /// A value that takes more memory than there is.
    public static let resourceExhausted = Code("resourceExhausted")
    /// The run did not end within its timeout.
    public static let deadlineExceeded = Code("deadlineExceeded")
    /// The task that waited for the run was cancelled.
    public static let cancelled = Code("cancelled")
    /// An operation that has no kernel for the types it met in the run.
    public static let unimplemented = Code("unimplemented")
    /// A mistake of the engine itself.
    public static let `internal` = Code("internal")
  }

  /// What kind of failure it is.
  public let code: Code
  /// The cause, in words.
  public let message: String
  /// The name of the operation, where one failed.
  public let operation: String?
  /// The type of the operation, such as `GatherV2`.
  public let operationType: String?
  /// The return addresses that `location` is found from.
  package let trace: CallTrace?

  /// Where the user declared the operation, where the program carries line information.
  ///
  /// Found when it is asked for, which takes a millisecond or more.
  public var location: SourceLocation? { trace?.location() }

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
    guard operation != nil || operationType != nil else { return "session: \(message)" }
    return GraphError.line(location, operationType, operation, message)
  }
}
