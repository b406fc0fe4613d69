/// Where a run is in the random streams of its plan.
///
/// `@unchecked Sendable` because executions that draw from one stream depend on each other, so
/// `positions` of one stream is touched by one step at a time.
final class RandomStreams: @unchecked Sendable {
  private let positions: UnsafeMutablePointer<UInt64>
  private let indices: [UInt64]

  /// - Parameters:
  ///   - positions: The first unused counter of each stream.
  ///   - indices: The number of each stream in its session.
  init(positions: [UInt64], indices: [UInt64]) {
    self.positions = .allocate(capacity: max(1, positions.count))
    self.positions.initialize(from: positions, count: positions.count)
    self.indices = indices
  }

  /// Reserves counters for one execution.
  func draw(_ stream: Int, _ count: UInt64) -> (position: UInt64, index: UInt64) {
    let position = positions[stream]
    positions[stream] = position &+ count
    return (position, indices[stream])
  }

  /// The first unused counters, to be read when the run is done.
  var current: [UInt64] { indices.indices.map { positions[$0] } }

  deinit { positions.deallocate() }
}
