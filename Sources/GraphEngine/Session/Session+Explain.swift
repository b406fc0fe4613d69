internal import GraphArrays

extension Session {
  /// The plan of a run, as text: how many instructions the passes of the compiler left, the memory,
  /// and the steps in order, with their work and results.
  ///
  /// Of a counted loop it is told what was taken out of its turn, to be done once, before or behind
  /// it, what is left in each turn, and for which rows of the batch workers run it by themselves or
  /// why they cannot. A loop that could not be counted is told with the reason. In long plans steps
  /// of little work that follow each other share a line.
  ///
  /// - Parameter shapes: The shapes of the arrays that would be fed.
  /// - Throws: As `run`.
  public func explain<each F: Fetchable>(
    _ fetches: repeat each F, shapes: [Tensor: [Int]] = [:]
  ) throws -> String {
    var request = FetchRequest()
    repeat (each fetches).ask(&request)
    var feeds = FeedList()
    for (tensor, shape) in shapes.sorted(by: { $0.key.node < $1.key.node }) {
      guard NDArray.byteCount(tensor.dtype, shape) != nil else {
        throw SessionError(
          .invalidArgument, "feed \"\(tensor.name)\": no array has the shape \(shape)")
      }
      feeds.append(tensor, .zeros(shape, tensor.dtype))
    }
    // Plans keep nothing of how they were made.
    let compiled = try compile(request, feeds, recordsScans: true)
    let prepared = try prepare(request, feeds, compiled: compiled)
    var explanation = Explanation(scans: compiled.scans)
    explanation.describe(compiled.passes)
    for loop in compiled.loops {
      explanation.lines.append("loop \"\(loop.name)\" runs turn by turn: \(loop.reason)")
    }
    let plan = prepared.plan
    explanation.lines.append(
      "plan: \(plan.stepCount) steps, \(Explanation.amount(plan.flops))FLOP, "
        + "\(Explanation.amount(plan.byteCount))B written, "
        + "\(Explanation.amount(Double(prepared.peakMemory)))B peak memory, "
        + (plan.isSequential ? "one worker" : "\(workers) workers"))
    let kept = prepared.peakMemory - plan.arenaByteCount - prepared.scratchByteCount
    explanation.lines.append(
      "memory: \(Explanation.amount(Double(plan.arenaByteCount)))B for values of the run, used "
        + "again by the next, \(Explanation.amount(Double(kept)))B for results and variables, "
        + "\(Explanation.amount(Double(prepared.scratchByteCount)))B for what workers pack")
    explanation.describe(outermost: plan)
    return explanation.lines.joined(separator: "\n")
  }
}

/// The lines of an explanation.
private struct Explanation {
  var lines: [String] = []
  /// The histories of loops that are not described yet.
  private var scans: ArraySlice<ScanHistory>
  /// Whether workers share the steps that are being described: each runs its part of a split loop
  /// alone.
  private var areShared = true

  init(scans: [ScanHistory]) { self.scans = scans[...] }

  /// A number with a decimal prefix: `1.3 M`.
  static func amount(_ value: Double) -> String {
    let (scale, unit) =
      value >= 1e9 ? (1e9, "G") : value >= 1e6 ? (1e6, "M") : value >= 1e3 ? (1e3, "k") : (1, "")
    let tenths = Int((value / scale * 10).rounded())
    return "\(tenths / 10).\(tenths % 10) \(unit)"
  }

  /// The passes that changed the number of instructions, and where the time went.
  mutating func describe(_ passes: [PassRecord]) {
    lines.append("passes")
    var entries: [String] = []
    var count = -1
    for pass in passes where pass.instructionCount != count {
      count = pass.instructionCount
      entries.append("\(pass.name) \(count)")
    }
    append(entries, under: "instructions: ", indent: "  ")
    let total = passes.reduce(Duration.zero) { $0 + $1.duration }
    let longest = passes.sorted { $0.duration > $1.duration }.prefix(3)
    lines.append(
      "  time: \(Self.milliseconds(total)), of which "
        + longest.map { "\($0.name) \(Self.milliseconds($0.duration))" }.joined(separator: ", "))
  }

  /// Adds a list in lines of some hundred columns.
  fileprivate mutating func append(
    _ entries: [String], under title: String, indent: String
  ) {
    var line = indent + title
    for (index, entry) in entries.enumerated() {
      let text = index == entries.count - 1 ? entry : "\(entry), "
      if line.count + text.count > Self.width {
        while line.last == " " { line.removeLast() }
        lines.append(line)
        line = indent + "  "
      }
      line += text
    }
    lines.append(line)
  }

  /// The columns of a line that could be broken.
  private static let width = 100

  private static func milliseconds(_ duration: Duration) -> String {
    let tenths = Int((duration / .milliseconds(1) * 10).rounded())
    return "\(tenths / 10).\(tenths % 10) ms"
  }

  // MARK: Steps

  /// Steps of a plan beyond which those of little work share lines.
  private static let longPlan = 40

  /// The steps of a run: what is executed once, and the loops between.
  mutating func describe(outermost plan: Plan) {
    var isOnce = false
    var small: [Int] = []
    for index in 0..<plan.stepCount {
      let step = plan.steps[index]
      let isLoop = step.kind == .loop
      if !isLoop, !isOnce { lines.append("once") }
      isOnce = !isLoop
      if plan.stepCount > Self.longPlan, step.isSmall {
        small.append(index)
        continue
      }
      describeSmall(&small, of: plan)
      describe(step, in: plan, indent: isLoop ? "" : "  ")
    }
    describeSmall(&small, of: plan)
  }

  private mutating func describeSmall(_ indices: inout [Int], of plan: Plan) {
    defer { indices = [] }
    guard indices.count > 2, let first = indices.first, let last = indices.last else {
      for index in indices { describe(plan.steps[index], in: plan, indent: "  ") }
      return
    }
    let kinds = Self.text(counting: indices.map { plan.steps[$0].label.type })
    append(
      kinds,
      under: "\(indices.count) small steps, \"\(plan.steps[first].label.name)\" to "
        + "\"\(plan.steps[last].label.name)\": ", indent: "  ")
  }

  /// `2 Mul`, `Sub`: each kind with its number, in the order in which they first come.
  private static func text(counting kinds: [String]) -> [String] {
    var order: [String] = []
    var counts: [String: Int] = [:]
    for kind in kinds {
      if counts[kind] == nil { order.append(kind) }
      counts[kind, default: 0] += 1
    }
    return order.map { kind in
      let count = counts[kind] ?? 1
      return count == 1 ? kind : "\(count) \(kind)"
    }
  }

  mutating func describe(_ plan: Plan, indent: String) {
    for index in 0..<plan.stepCount { describe(plan.steps[index], in: plan, indent: indent) }
  }

  private mutating func describe(_ step: PlanStep, in plan: Plan, indent: String) {
    switch step.kind {
    case .loop where step.label.type == "Scan": describe(scan: step, indent)
    case .loop, .branch:
      lines.append("\(indent)\(title(step, in: plan))")
      for nested in step.nestedPlans {
        lines.append("\(indent)  \(nested.name):")
        describe(nested.plan, indent: indent + "    ")
      }
    case .kernel, .dynamic: lines.append("\(indent)\(title(step, in: plan))")
    }
  }

  private func title(_ step: PlanStep, in plan: Plan) -> String {
    var details: [String] = []
    if !step.label.detail.isEmpty { details.append(step.label.detail) }
    if !step.outputTypes.isEmpty {
      details.append(
        Self.text(counting: step.outputTypes.map(\.description)).joined(separator: ", "))
    }
    if step.flops >= 1000 { details.append("\(Self.amount(step.flops))FLOP") }
    if areShared, step.kind == .kernel, step.isLarge, step.blocks > 1, !plan.isSequential {
      details.append("\(step.blocks) blocks for all workers")
    }
    if step.kind == .dynamic { details.append("types found when it runs") }
    return "\(step.label.type) \"\(step.label.name)\"  " + details.joined(separator: "; ")
  }

  private mutating func describe(scan step: PlanStep, _ indent: String) {
    guard let loop = step.loops.first else { return }
    var turns = ""
    if case .counted(let count, let isReversed) = loop.turns {
      turns = "\(count) turns" + (isReversed ? " from the last to the first" : "")
    }
    lines.append("\(indent)loop \"\(step.label.name)\": \(turns)")
    lines.append(
      "\(indent)  carries \(loop.carriedCount) states; reads a row of \(loop.scanned.count) "
        + "arrays in each turn and writes one of \(loop.stacked.count)")
    if let history = scans.first, history.name == step.label.name {
      scans = scans.dropFirst()
      describe(history, indent: indent + "  ")
    }
    let packed = (0..<loop.body.stepCount).count {
      loop.body.steps[$0].label.type == "PackedMatMul"
    }
    if packed > 0 {
      lines.append("\(indent)  products by weights that are packed once before it: \(packed)")
    }
    if step.loops.count > 1 {
      lines.append(
        "\(indent)  its batch is split: \(step.loops.count) blocks of rows, each run by one worker")
    } else if !step.label.detail.isEmpty {
      lines.append("\(indent)  \(step.label.detail)")
    } else if loop.isHelped {
      lines.append("\(indent)  workers share the large steps of each turn")
    }
    lines.append("\(indent)  each turn")
    let wereShared = areShared
    areShared = areShared && step.loops.count == 1
    describe(loop.body, indent: indent + "    ")
    areShared = wereShared
  }
}

extension Explanation {
  /// What passes do to the operations that they take out of a turn, in the order of the pipeline.
  private static let moves: [(pass: String, text: String)] = [
    (HoistInvariants.name, "done once before it, as they are the same in each turn"),
    (VectorizeOverTime.name, "done before it for all turns at once"),
    (SinkReductions.name, "done behind it for all turns at once"),
    (FissionScans.name, "done in loops of their own before it"),
    (MergeProducts.name, "merged with others"),
  ]

  fileprivate mutating func describe(_ history: ScanHistory, indent: String) {
    if let first = history.changes.first, let last = history.changes.last {
      lines.append(
        "\(indent)operations a turn: \(first.operationCount) when it was recognised, "
          + "\(last.operationCount) now")
    }
    for (pass, text) in Self.moves {
      guard let removed = history.removed[pass] else { continue }
      let kinds = removed.sorted { $0.key < $1.key }.map { kind, count in
        count == 1 ? kind : "\(count) \(kind)"
      }
      append(kinds, under: "\(text): ", indent: indent)
    }
  }
}

extension LoopStep {
  /// Variables that change from turn to turn.
  fileprivate var carriedCount: Int {
    variables.count { variable in
      if case .invariant = variable.passing { false } else { true }
    }
  }
}

extension Plan {
  /// Floating-point operations of one execution, all turns of counted loops included.
  fileprivate var flops: Double { total(\.flops) }

  /// Bytes that all steps write.
  fileprivate var byteCount: Double {
    total { step in step.outputTypes.reduce(0) { $0 + Double($1.byteCount ?? 0) } }
  }

  private func total(_ amount: (PlanStep) -> Double) -> Double {
    (0..<stepCount).reduce(0) { sum, index in
      steps[index].loops.reduce(sum + amount(steps[index])) { sum, loop in
        guard case .counted(let turns, _) = loop.turns else { return sum }
        return sum + Double(turns) * loop.body.total(amount)
      }
    }
  }
}

extension PlanStep {
  /// Whether it is of little work and few results.
  fileprivate var isSmall: Bool {
    kind == .kernel && flops < 100_000
      && outputTypes.reduce(0) { $0 + ($1.byteCount ?? 0) } < 100_000
  }

  fileprivate var nestedPlans: [(name: String, plan: Plan)] {
    if let loop = loops.first {
      if case .condition(let condition, _) = loop.turns {
        return [("condition", condition), ("body", loop.body)]
      }
      return [("body", loop.body)]
    }
    guard let branch else { return [] }
    return zip(["then", "else"], branch.branches).map { ($0, $1.plan) }
  }
}
