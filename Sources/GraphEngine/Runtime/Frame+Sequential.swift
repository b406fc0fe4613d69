internal import GraphArrays

/// Execution of a plan by one thread, step after step.
extension Frame {
  /// Runs all steps in order; false where one failed or the run has to stop, which the run then
  /// knows.
  ///
  /// - Parameter isLastTurn: Whether steps are left out that only serve another turn.
  func runInOrder(_ run: RunState, isLastTurn: Bool = false) -> Bool {
    for index in 0..<plan.stepCount {
      if isLastTurn, plan.steps[index].isDeadInLastTurn { continue }
      if run.needsAttention, !run.mayRun(path(index)) { return false }
      guard runStep(index, run) else { return false }
    }
    return true
  }

  /// Runs one step, nested plans included; false where it failed.
  ///
  /// - Parameter releases: Whether the step counts as done at once, so that operands which it was
  ///   the last to read are given up.
  func runStep(_ index: Int, _ run: RunState, releases: Bool = true) -> Bool {
    let step = plan.steps + index
    if !step.pointee.fresh.isEmpty { makeFresh(step, run) }
    switch step.pointee.kind {
    case .kernel:
      var arguments = arguments(step, run)
      if !step.pointee.counted.isEmpty { arguments.lastUses = lastUses(step) }
      if step.pointee.stream >= 0 {
        run.draw(step.pointee.stream, step.pointee.streamDraws, &arguments)
      }
      if step.pointee.blocks > 1, step.pointee.blocks <= SharedBlocks.mostBlocks,
        step.pointee.isLarge, let sharedBlocks
      {
        guard sharedBlocks.perform(self, index, arguments) else { return false }
        break
      }
      guard runBlocks(step.pointee.blocks, step.pointee.body, arguments, index) else {
        return false
      }
    case .dynamic: guard runDynamic(index, run) else { return false }
    case .loop, .branch:
      switch nested[step.pointee.nestedIndex] {
      case .loop(let frames):
        guard frames.run(lastUses: lastUses(step), run) else { return false }
      case .parts(let parts):
        // A later part may fail in an earlier turn, which is then the failure to be told.
        var isComplete = true
        for part in parts.frames where !part.run(lastUses: 0, run) { isComplete = false }
        guard isComplete else { return false }
      case .branch(let frames):
        let frame = frames.begin(lastUses: lastUses(step))
        guard frame.runInOrder(run) else {
          frames.clear()
          return false
        }
        frames.end()
      }
    }
    if releases, !step.pointee.counted.isEmpty { releaseOperands(step) }
    return true
  }

  private func runDynamic(_ index: Int, _ run: RunState) -> Bool {
    do throws(RunFailure) {
      return runResolved(try resolveDynamic(index, run), index, run)
    } catch {
      record(error, index, 0, run)
      return false
    }
  }

  /// Runs a dynamic step whose kernel was found; false where it failed.
  func runResolved(_ kernel: Kernel, _ index: Int, _ run: RunState) -> Bool {
    let step = plan.steps + index
    var arguments = arguments(step, run)
    arguments.lastUses = lastUses(step)
    if step.pointee.stream >= 0 {
      run.draw(step.pointee.stream, kernel.streamDraws, &arguments)
    }
    return runBlocks(kernel.blocks, kernel.body, arguments, index)
  }

  /// Runs the blocks of a step in the order that the arguments tell; false where one failed.
  private func runBlocks(
    _ count: Int, _ body: Kernel.Body, _ arguments: Arguments, _ index: Int
  ) -> Bool {
    var isComplete = true
    for i in 0..<count {
      let block = arguments.isDescending ? count - 1 - i : i
      do throws(RunFailure) {
        try body(arguments, block)
      } catch {
        record(error, index, block, arguments.run)
        // An earlier block may fail too, which is then the failure to be told.
        guard arguments.isDescending else { return false }
        isComplete = false
      }
    }
    return isComplete
  }

  /// Tells the run about a failure of a step.
  func record(_ failure: RunFailure, _ index: Int, _ block: Int, _ run: RunState) {
    let label = plan.steps[index].label
    run.record(RunState.Failure(path: path(index) + [block], label: label, cause: failure))
  }
}
