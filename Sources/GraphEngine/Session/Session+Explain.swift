internal import GraphArrays

extension Session {
  /// The plan of a run, as text: what each pass of the compiler left, and the steps with their
  /// work and results.
  ///
  /// Of a counted loop it is told which passes changed its turn, what runs once before it, what is
  /// left in each turn, and for which rows of the batch workers run it by themselves or why they
  /// cannot. A loop that could not be counted is told with the reason.
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
    let prepared = try prepare(request, feeds)
    // Plans keep nothing of how they were made.
    let compiled = try compile(request, feeds, recordsScans: true)
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
    explanation.describe(plan, indent: "  ")
    return explanation.lines.joined(separator: "\n")
  }
}

/// The lines of an explanation.
private struct Explanation {
  var lines: [String] = []
  /// The histories of loops that are not described yet.
  private var scans: ArraySlice<ScanHistory>

  init(scans: [ScanHistory]) { self.scans = scans[...] }

  /// A number with a decimal prefix: `1.3 M`.
  static func amount(_ value: Double) -> String {
    let (scale, unit) =
      value >= 1e9 ? (1e9, "G") : value >= 1e6 ? (1e6, "M") : value >= 1e3 ? (1e3, "k") : (1, "")
    let tenths = Int((value / scale * 10).rounded())
    return "\(tenths / 10).\(tenths % 10) \(unit)"
  }

  /// Passes that left the program as large as it was share a line.
  mutating func describe(_ passes: [PassRecord]) {
    lines.append("passes")
    var count = -1
    var idle: [String] = []
    var total = Duration.zero
    for pass in passes {
      total += pass.duration
      if pass.instructionCount == count {
        idle.append(pass.name)
        continue
      }
      count = pass.instructionCount
      let size = "\(count) instructions"
      lines.append(
        "  \(pass.name.padded(to: 28))\(size.padded(to: 20))\(Self.milliseconds(pass.duration))"
          + (pass.repetitions > 1 ? " in \(pass.repetitions) repetitions" : ""))
    }
    lines.append(
      "  all in \(Self.milliseconds(total)); no fewer after \(idle.joined(separator: ", "))")
  }

  private static func milliseconds(_ duration: Duration) -> String {
    let tenths = Int((duration / .milliseconds(1) * 10).rounded())
    return "\(tenths / 10).\(tenths % 10) ms"
  }

  mutating func describe(_ plan: Plan, indent: String) {
    for index in 0..<plan.stepCount {
      let step = plan.steps[index]
      switch step.kind {
      case .loop where step.label.type == "Scan": describe(scan: step, indent)
      case .loop, .branch:
        lines.append("\(indent)\(title(step))")
        for nested in step.nestedPlans {
          lines.append("\(indent)  \(nested.name):")
          describe(nested.plan, indent: indent + "    ")
        }
      case .kernel, .dynamic: lines.append("\(indent)\(title(step))")
      }
    }
  }

  private func title(_ step: PlanStep) -> String {
    var details: [String] = []
    if !step.label.detail.isEmpty { details.append(step.label.detail) }
    if !step.outputTypes.isEmpty {
      details.append(step.outputTypes.map(\.description).joined(separator: " "))
    }
    if step.flops >= 1000 { details.append("\(Self.amount(step.flops))FLOP") }
    if step.kind == .dynamic { details.append("types found when it runs") }
    return "\(step.label.type) \"\(step.label.name)\"  " + details.joined(separator: "; ")
  }

  private mutating func describe(scan step: PlanStep, _ indent: String) {
    guard let loop = step.loops.first else { return }
    var turns = ""
    if case .counted(let count, let isReversed) = loop.turns {
      turns = "\(count) turns" + (isReversed ? " from the last to the first" : "")
    }
    lines.append(
      "\(indent)loop \"\(step.label.name)\": \(turns), \(loop.body.stepCount) steps each; "
        + "\(loop.variables.count) variables, \(loop.scanned.count) arrays read and "
        + "\(loop.stacked.count) written row by row")
    if let history = scans.first, history.name == step.label.name {
      scans = scans.dropFirst()
      let text = history.changes.map { "\($0.pass) \($0.operationCount)" }
      lines.append("\(indent)  operations a turn: \(text.joined(separator: ", "))")
    }
    if step.loops.count > 1 {
      lines.append(
        "\(indent)  its batch is split: \(step.loops.count) blocks of rows, each run by one worker")
    } else if !step.label.detail.isEmpty {
      lines.append("\(indent)  \(step.label.detail)")
    }
    describe(loop.body, indent: indent + "    ")
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

extension String {
  /// At least `width` characters long.
  fileprivate func padded(to width: Int) -> String {
    count < width ? self + String(repeating: " ", count: width - count) : self + " "
  }
}
