import GraphEngine
import Testing

/// A generator with a fixed seed, so that a failure can be repeated. SplitMix64.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64
  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

@Suite("Memory planner")
struct MemoryPlannerTests {
  /// Random dependencies, and for each step one or two results that later steps read.
  private static func randomPlan(
    steps: Int, seed: UInt64
  ) -> (requests: [MemoryPlanner.Request], dependencies: [[Int]]) {
    var generator = SeededGenerator(seed: seed)
    var dependencies = [Set<Int>](repeating: [], count: steps)
    var requests: [MemoryPlanner.Request] = []
    for step in 0..<steps {
      var operands: Set<Int> = []
      if !requests.isEmpty {
        for _ in 0..<Int.random(in: 0...3, using: &generator) {
          // Mostly near ones, so that lives end.
          let back = min(requests.count, Int.random(in: 1...12, using: &generator))
          operands.insert(requests.count - back)
        }
      }
      for operand in operands {
        requests[operand].readers.append(step)
        dependencies[step].insert(requests[operand].writer)
      }
      for _ in 0..<Int.random(in: 1...2, using: &generator) {
        requests.append(
          MemoryPlanner.Request(
            byteCount: Int.random(in: 0...6, using: &generator) * 100, writer: step, readers: [],
            takeover: Bool.random(using: &generator) ? operands.sorted() : []))
      }
    }
    return (requests, dependencies.map { $0.sorted() })
  }

  /// For each step all steps that are certainly done before it, by walking.
  private static func closure(_ dependencies: [[Int]]) -> [Set<Int>] {
    var result: [Set<Int>] = []
    for earlier in dependencies {
      result.append(earlier.reduce(into: Set(earlier)) { $0.formUnion(result[$1]) })
    }
    return result
  }

  private static func expectSound(
    _ requests: [MemoryPlanner.Request], _ dependencies: [[Int]], _ layout: MemoryPlanner.Layout
  ) {
    var all = dependencies
    for (step, earlier) in layout.dependencies {
      #expect(earlier < step)
      all[step].append(earlier)
    }
    let before = closure(all)
    for (i, a) in requests.enumerated() {
      #expect(layout.offsets[i] % 64 == 0)
      #expect(layout.offsets[i] + a.byteCount <= layout.byteCount)
      for (j, b) in requests.enumerated().dropFirst(i + 1) {
        let overlaps =
          layout.offsets[i] < layout.offsets[j] + max(b.byteCount, 1)
          && layout.offsets[j] < layout.offsets[i] + max(a.byteCount, 1)
        guard overlaps else { continue }
        let isOver = ([a.writer] + a.readers).allSatisfy { before[b.writer].contains($0) }
        let isBefore = ([b.writer] + b.readers).allSatisfy { before[a.writer].contains($0) }
        let isTaken =
          b.takeover.contains(i) && a.readers.contains(b.writer)
          && layout.offsets[i] == layout.offsets[j]
          && ([a.writer] + a.readers).allSatisfy {
            $0 == b.writer || before[b.writer].contains($0)
          }
        #expect(isOver || isBefore || isTaken, "results \(i) and \(j) share memory while both live")
      }
    }
  }

  @Test("No two values that may live at the same time share memory", arguments: 0..<40)
  func soundness(seed: UInt64) {
    let (requests, dependencies) = Self.randomPlan(steps: 10 + Int(seed) * 4, seed: seed)
    let layout = MemoryPlanner.layout(requests, dependencies: dependencies)
    #expect(layout.dependencies.isEmpty)
    Self.expectSound(requests, dependencies, layout)
  }

  @Test("Plans too large for a relation of all steps are laid out soundly too", arguments: 0..<3)
  func largePlans(seed: UInt64) {
    let (requests, dependencies) = Self.randomPlan(
      steps: MemoryPlanner.largestExact + 100, seed: seed)
    let layout = MemoryPlanner.layout(requests, dependencies: dependencies)
    Self.expectSound(requests, dependencies, layout)
    let sum = requests.reduce(0) { $0 + $1.byteCount }
    #expect(layout.byteCount < sum / 4)
  }

  @Test("A chain of elementwise operations takes one buffer")
  func chain() {
    let requests = (0..<20).map { step in
      MemoryPlanner.Request(
        byteCount: 4096, writer: step, readers: step < 19 ? [step + 1] : [],
        takeover: step > 0 ? [step - 1] : [])
    }
    let dependencies = (0..<20).map { $0 > 0 ? [$0 - 1] : [] }
    #expect(MemoryPlanner.layout(requests, dependencies: dependencies).byteCount == 4096)
  }

  @Test("A chain without takeover takes two buffers")
  func chainOutOfPlace() {
    let requests = (0..<20).map { step in
      MemoryPlanner.Request(byteCount: 4096, writer: step, readers: step < 19 ? [step + 1] : [])
    }
    let dependencies = (0..<20).map { $0 > 0 ? [$0 - 1] : [] }
    #expect(MemoryPlanner.layout(requests, dependencies: dependencies).byteCount == 8192)
  }

  @Test("Steps that may run side by side do not share memory")
  func independent() {
    let requests = (0..<4).map {
      MemoryPlanner.Request(byteCount: 64, writer: $0, readers: [])
    }
    let layout = MemoryPlanner.layout(requests, dependencies: [[], [], [], []])
    #expect(Set(layout.offsets).count == 4)
  }
}
