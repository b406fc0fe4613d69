/// How a run is to be made.
public struct RunOptions: Sendable {
  /// How long the run may take; nil: as long as it wants. A run that takes longer throws and
  /// changes no variable.
  public var timeout: Duration?

  /// A run with these limits.
  public init(timeout: Duration? = nil) { self.timeout = timeout }
}

/// What a run did.
public struct RunMetadata: Sendable {
  /// Operations of the compiled plan; turns of loops are not counted.
  public internal(set) var stepCount = 0
  /// From the call of `run` to its return.
  public internal(set) var wallTime = Duration.zero
  /// Bytes that the plan's intermediate values, its results, and what workers pack of operands take
  /// at most, without those of variables, constants and feeds.
  public internal(set) var peakMemory = 0

  /// The record of no run.
  public init() {}
}
