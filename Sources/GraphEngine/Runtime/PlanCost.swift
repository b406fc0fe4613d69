/// Estimated times, in nanoseconds: whether steps are worth sharing among workers.
enum PlanCost {
  /// What starting a step costs.
  static let step = 60.0
  /// Handing work to another worker costs some microseconds, so what is shorter is not handed on.
  static let worthSharing = 10_000.0
  /// Turns of a loop that are longer than this are worth making their steps ready.
  static let longTurn = 500_000.0
  /// Turns of a loop whose number is not known.
  static let turns = 10.0

  /// The time of a kernel: bound by arithmetic (30 GFLOP/s) or by memory (15 GB/s).
  static func kernel(flops: Double, byteCount: Int) -> Double {
    step + max(flops / 30, Double(byteCount) / 15)
  }

  /// Whether steps with these dependencies gain too little from a second worker.
  static func isSequential(_ steps: [(cost: Double, blocks: Int)], _ dependencies: [[Int]]) -> Bool
  {
    var total = 0.0
    var longest = 0.0
    var ends = [Double](repeating: 0, count: steps.count)
    for (index, step) in steps.enumerated() {
      total += step.cost
      let ways = step.cost >= 2 * worthSharing ? Double(min(step.blocks, 2)) : 1
      let start = dependencies[index].reduce(0) { max($0, ends[$1]) }
      // Many short steps side by side are not shared, so they follow each other.
      ends[index] = start + step.cost / ways
      longest = max(longest, ends[index])
    }
    let shareable = steps.reduce(0) { $1.cost >= worthSharing ? $0 + $1.cost : $0 }
    let gain = min(total - max(longest, total / 2), shareable / 2)
    return gain < worthSharing
  }
}
