internal import GraphArrays

extension Session {
  /// The plan of a run, as text: what each pass of the compiler left, and the steps with their
  /// work, memory and order.
  ///
  /// A loop that the compiler could not bring into normal form is told with the reason. Steps of
  /// one wave wait only for steps of earlier waves, and so can run side by side.
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
    var lines = ["passes"]
    for pass in prepared.passes {
      let count = "\(pass.instructionCount) instructions"
      let repetitions = pass.repetitions > 1 ? "  in \(pass.repetitions) repetitions" : ""
      lines.append(
        "  \(pass.name.padded(to: 28))\(count.padded(to: 20))\(pass.duration)\(repetitions)")
    }
    for loop in prepared.loops {
      lines.append("loop \"\(loop.name)\" runs turn by turn: \(loop.reason)")
    }
    let plan = prepared.plan
    let flops = (0..<plan.stepCount).reduce(0) { $0 + plan.steps[$1].flops }
    lines.append(
      "plan: \(plan.stepCount) steps, \(Self.amount(flops)) FLOP, "
        + "\(Self.amount(Double(prepared.peakMemory)))B peak memory, "
        + (plan.isSequential ? "one worker" : "\(workers) workers"))
    plan.describe(into: &lines, indent: "  ")
    return lines.joined(separator: "\n")
  }

  /// A number with a decimal prefix: `1.3 M`.
  fileprivate static func amount(_ value: Double) -> String {
    let (scale, unit) =
      value >= 1e9 ? (1e9, "G") : value >= 1e6 ? (1e6, "M") : value >= 1e3 ? (1e3, "k") : (1, "")
    let tenths = Int((value / scale * 10).rounded())
    return "\(tenths / 10).\(tenths % 10) \(unit)"
  }
}

extension Plan {
  /// Appends a line for each step.
  fileprivate func describe(into lines: inout [String], indent: String) {
    let offsets = Dictionary(planned.map { ($0.slot, $0.offset) }, uniquingKeysWith: { a, _ in a })
    var waves = [Int](repeating: 0, count: stepCount)
    for index in 0..<stepCount {
      for successor in steps[index].successors {
        waves[successor] = max(waves[successor], waves[index] + 1)
      }
    }
    for index in 0..<stepCount {
      let step = steps + index
      var details = ["wave \(waves[index])"]
      switch step.pointee.kind {
      case .kernel:
        if step.pointee.blocks > 1 { details.append("\(step.pointee.blocks) blocks") }
        if step.pointee.flops > 0 {
          details.append("\(Session.amount(step.pointee.flops)) FLOP")
        }
      case .dynamic: details.append("types found when it runs")
      case .loop, .branch: break
      }
      let slots = slotTable + step.pointee.firstSlot + step.pointee.inputCount
      for output in 0..<step.pointee.outputCount {
        let slot = Int(slots[output])
        let type = step.pointee.outputTypes[output].description
        details.append(offsets[slot].map { "\(type) at \($0)" } ?? type)
      }
      lines.append(
        "\(indent)\(index): \(step.pointee.label.type) \"\(step.pointee.label.name)\"  "
          + details.joined(separator: ", "))
      for plan in step.pointee.nestedPlans {
        lines.append("\(indent)  \(plan.name):")
        plan.plan.describe(into: &lines, indent: indent + "    ")
      }
    }
  }
}

extension PlanStep {
  fileprivate var nestedPlans: [(name: String, plan: Plan)] {
    if let loop {
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
