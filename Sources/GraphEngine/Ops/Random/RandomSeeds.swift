internal import Synchronization

/// The two seeds of a random operation, which its stream begins with. TF: `seed` and `seed2`.
package struct RandomSeeds: Sendable, Hashable {
  /// The graph's part.
  package var graph: Int
  /// The operation's part.
  package var operation: Int

  package init(graph: Int, operation: Int) {
    self.graph = graph
    self.operation = operation
  }

  /// No seeds: the stream is another one in each session.
  package static let none = RandomSeeds(graph: 0, operation: 0)
}

extension Graph {
  /// What TensorFlow takes for the graph's seed where only an operation has one.
  private static let standardSeed = 87_654_321

  /// Seeds of a new random operation, from the graph's seed and its own, as TensorFlow 2.15's
  /// `get_seed` has them.
  ///
  /// Where the operation has none, it is the number of the operation among those without, counted
  /// over all bodies of loops and branches, so that no two operations share a stream.
  func seeds(_ seed: Int?) -> RandomSeeds {
    let operation: Int?
    if seed == nil, self.seed != nil {
      operation = root.state.withLock { state in
        defer { state.randomOperations += 1 }
        return state.randomOperations
      }
    } else {
      operation = seed
    }
    guard self.seed != nil || operation != nil else { return .none }
    let seeds = RandomSeeds(
      graph: Self.folded(self.seed ?? Self.standardSeed), operation: Self.folded(operation ?? 0))
    // Both 0 would mean that there are none.
    return seeds == .none ? RandomSeeds(graph: 0, operation: Int(Int32.max)) : seeds
  }

  /// A seed as a positive int32: the remainder of a floored division by 2^31 - 1.
  private static func folded(_ seed: Int) -> Int {
    let remainder = seed % Int(Int32.max)
    return remainder < 0 ? remainder + Int(Int32.max) : remainder
  }
}
