internal import Glibc
internal import GraphArrays

/// The frames of a While or Scan, and where its variables are in the current turn.
///
/// `@unchecked Sendable` because one worker at a time carries a loop on: the one that starts it,
/// then whichever completes the frame of its condition or body.
final class LoopFrames: @unchecked Sendable {
  /// What happens next.
  enum Phase {
    case condition
    case test
    case turnEnd
  }

  let loop: LoopStep
  /// Whether the loop is for some rows of a batch: other workers run it for others meanwhile.
  private let isPart: Bool
  /// The frame of the condition; nil where the number of turns is known.
  let condition: Frame?
  let body: Frame
  /// The frame that the loop stands in, which owns this object.
  private unowned(unsafe) let outer: Frame
  private let step: Int
  var phase = Phase.condition
  private var turn = 0
  /// For each variable where its value is, and where the next one goes. Raw memory, as in `Frame`:
  /// every turn of a small loop writes them.
  private let current: UnsafeMutablePointer<UnsafeMutableRawPointer>
  private let next: UnsafeMutablePointer<UnsafeMutableRawPointer>
  /// The buffer that the second turn writes: the first value stays in the operand's memory.
  private let second: UnsafeMutablePointer<UnsafeMutableRawPointer>
  /// Owned values on their way from the body's results to its parameters.
  private var moving: [Owned]

  private struct Owned {
    var pointer: UnsafeMutableRawPointer
    var object: AnyObject?
    var shape: [Int] = []
  }

  init(
    _ loop: LoopStep, isPart: Bool, outer: Frame, step: Int, base: UnsafeMutableRawPointer
  ) {
    self.loop = loop
    self.isPart = isPart
    self.outer = outer
    self.step = step
    if case .condition(let plan, _) = loop.turns {
      condition = Frame(plan, base: base, outer: outer, outerStep: step)
    } else {
      condition = nil
    }
    body = Frame(
      loop.body, base: base + loop.conditionByteCount, outer: outer, outerStep: step)
    let count = loop.variables.count
    current = .allocate(capacity: max(1, 3 * count))
    current.initialize(repeating: base, count: 3 * count)
    next = current + count
    second = next + count
    moving = Array(repeating: Owned(pointer: base), count: count)
  }

  deinit { current.deallocate() }

  /// Where the loop is in the order of the run: before all steps of its next program.
  var path: [Int] {
    let position = phase == .condition ? 2 * turn : phase == .test ? 2 * turn + 1 : 2 * turn + 2
    return outer.path(step) + [position]
  }

  /// Takes the operands. With `lastUses`, owned ones that nothing else reads are moved.
  func begin(lastUses: UInt64) {
    turn = 0
    phase = .condition
    for (i, variable) in loop.variables.enumerated() {
      switch variable.passing {
      case .invariant:
        for case (let frame?, let slot) in [
          (condition, variable.conditionParameter), (body, variable.bodyParameter),
        ]
        where slot >= 0 {
          frame.pointers[slot] = outer.pointers[variable.operand] + variable.firstByte
          frame.objects[slot] = outer.objects[variable.operand]
          frame.shapes[slot] = outer.shapes[variable.operand]
        }
      case .buffered:
        let (output, spare) = (outer.pointers[variable.output], outer.pointers[variable.spare])
        current[i] = outer.pointers[variable.operand] + variable.firstByte
        next[i] = (endsInSpare ? spare : output) + variable.firstByte
        second[i] = (endsInSpare ? output : spare) + variable.firstByte
      case .stacked: current[i] = outer.pointers[variable.operand] + variable.firstByte
      case .owned:
        let operand = variable.operand
        moving[i] = Owned(
          pointer: outer.pointers[operand], object: outer.objects[operand],
          shape: outer.shapes[operand])
        if variable.isOnly, i < 64, lastUses >> UInt64(i) & 1 == 1 {
          outer.objects[operand] = nil
        }
      }
    }
    for stack in loop.stacked { clearRowsBeside(stack) }
    for start in loop.starts {
      let rows = start.rows
      (outer.pointers[rows.array] + (start.row * rows.stride + rows.firstByte)).copyMemory(
        from: outer.pointers[start.operand] + rows.firstByte, byteCount: rows.byteCount)
    }
  }

  /// Whether the first buffer has to be the spare one for the last turn to write the result's.
  private var endsInSpare: Bool {
    if case .counted(let count, _) = loop.turns { count.isMultiple(of: 2) } else { false }
  }

  /// Rows of a stack that no turn writes are zero.
  private func clearRowsBeside(_ stack: LoopStep.Rows) {
    guard case .counted(let turns, _) = loop.turns else { return }
    let array = outer.pointers[stack.array] + stack.firstByte
    let end = stack.offset + turns
    for rows in [0..<stack.offset, end..<stack.length] {
      for row in rows { memset(array + row * stack.stride, 0, stack.byteCount) }
    }
  }

  /// Gives the condition the variables.
  func prepareCondition(_ condition: Frame) {
    condition.position = 2 * turn
    condition.resetReaders()
    for (i, variable) in loop.variables.enumerated() where variable.conditionParameter >= 0 {
      let slot = variable.conditionParameter
      switch variable.passing {
      case .invariant: break
      case .buffered, .stacked: condition.pointers[slot] = current[i]
      case .owned:
        condition.pointers[slot] = moving[i].pointer
        condition.objects[slot] = moving[i].object
        condition.shapes[slot] = moving[i].shape
      }
    }
  }

  /// Whether another turn follows: what the condition said, or the count of the turns.
  var hasNextTurn: Bool {
    switch loop.turns {
    case .condition(_, let result):
      condition.map { $0.pointers[result].load(as: UInt8.self) != 0 } ?? false
    case .counted(let count, _): turn < count
    }
  }

  /// Whether no turn follows: known of counted loops.
  private var isLastTurn: Bool {
    if case .counted(let count, _) = loop.turns { turn == count - 1 } else { false }
  }

  /// The number of this turn in the order of the rows of arrays.
  private var row: Int {
    if case .counted(let count, isReversed: true) = loop.turns { count - 1 - turn } else { turn }
  }

  /// Gives the body the variables, and the places of their next values.
  func prepareBody(_ run: RunState) {
    body.position = 2 * turn + 1
    body.resetReaders()
    for (i, variable) in loop.variables.enumerated() {
      let slot = variable.bodyParameter
      switch variable.passing {
      case .invariant: break
      case .buffered(_, let isCopied):
        if slot >= 0 { body.pointers[slot] = current[i] }
        if !isCopied { body.pointers[variable.bodyResult] = next[i] }
      case .stacked: if slot >= 0 { body.pointers[slot] = current[i] }
      case .owned:
        // A list that the body changes in place must have no second owner.
        if variable.conditionParameter >= 0 {
          condition?.objects[variable.conditionParameter] = nil
        }
        guard slot >= 0 else { break }
        body.pointers[slot] = moving[i].pointer
        body.shapes[slot] = moving[i].shape
        body.objects[slot] = moving[i].object.take()
      }
    }
    for rows in loop.scanned {
      let source = place(of: rows)
      guard rows.isCopied else {
        body.pointers[rows.row] = source
        continue
      }
      let storage = run.makeStorage(byteCount: rows.byteCount)
      storage.pointer.copyMemory(from: source, byteCount: rows.byteCount)
      body.pointers[rows.row] = storage.pointer
      body.objects[rows.row] = storage
    }
    for rows in loop.stacked where !rows.isCopied {
      body.pointers[rows.row] = place(of: rows)
    }
  }

  /// Where this turn's row of an array is.
  private func place(of rows: LoopStep.Rows) -> UnsafeMutableRawPointer {
    outer.pointers[rows.array] + ((rows.offset + row) * rows.stride + rows.firstByte)
  }

  /// Makes the body's results the variables of the next turn.
  func endTurn() {
    for rows in loop.stacked where rows.isCopied {
      place(of: rows).copyMemory(from: body.pointers[rows.row], byteCount: rows.byteCount)
    }
    for (i, variable) in loop.variables.enumerated() {
      let result = variable.bodyResult
      switch variable.passing {
      case .invariant: break
      case .buffered(let byteCount, let isCopied):
        if isCopied { next[i].copyMemory(from: body.pointers[result], byteCount: byteCount) }
      case .stacked: current[i] = body.pointers[result]
      case .owned(let isTaken):
        moving[i].pointer = body.pointers[result]
        moving[i].shape = body.shapes[result]
        moving[i].object = isTaken ? body.objects[result].take() : body.objects[result]
      }
    }
    for (i, variable) in loop.variables.enumerated() {
      guard case .buffered = variable.passing else { continue }
      let last = turn == 0 ? second[i] : current[i]
      current[i] = next[i]
      next[i] = last
    }
    turn += 1
  }

  /// Hands the last values over as the loop's results.
  func end() {
    for (i, variable) in loop.variables.enumerated() {
      let output = variable.output
      switch variable.passing {
      case .invariant: break
      case .buffered(let byteCount, _):
        let place = outer.pointers[output] + variable.firstByte
        if turn == 0 {
          place.copyMemory(from: current[i], byteCount: byteCount)
        } else if current[i] != place {
          swap(&outer.pointers[output], &outer.pointers[variable.spare])
          swap(&outer.objects[output], &outer.objects[variable.spare])
        }
        if !isPart { outer.objects[variable.spare] = nil }
      case .stacked(let byteCount):
        let place = outer.pointers[output] + variable.firstByte
        place.copyMemory(from: current[i], byteCount: byteCount)
      case .owned:
        outer.pointers[output] = moving[i].pointer
        outer.shapes[output] = moving[i].shape
        outer.objects[output] = moving[i].object
      }
    }
    clear()
  }

  /// Gives up what the loop holds: after its end, or where it was given up.
  func clear() {
    for i in moving.indices { moving[i].object = nil }
    condition?.clear()
    body.clear()
  }
}

extension LoopFrames {
  /// Runs all turns in order on the caller's thread; false where a step failed or the run has to
  /// stop, which the run then knows.
  func run(lastUses: UInt64, _ run: RunState) -> Bool {
    begin(lastUses: lastUses)
    let isOpen = loop.isHelped && run.sharedBlocks?.open() == true
    body.sharedBlocks = isOpen ? run.sharedBlocks : nil
    defer { if isOpen { run.sharedBlocks?.close() } }
    while true {
      // A loop without steps would not notice that it has to stop.
      if run.needsAttention, !run.mayRun(path) { break }
      if let condition {
        prepareCondition(condition)
        guard condition.runInOrder(run) else { break }
      }
      guard hasNextTurn else {
        end()
        return true
      }
      prepareBody(run)
      guard body.runInOrder(run, isLastTurn: isLastTurn) else { break }
      endTurn()
    }
    clear()
    return false
  }
}

/// The loops of a batch that is split, one for each block of its rows. They work on other rows of
/// the same arrays, so any number of workers may run them at the same time.
struct LoopParts {
  let frames: [LoopFrames]
  /// Runs one of them. Made once, so that a run makes no closure.
  let body: Kernel.Body

  init(_ frames: [LoopFrames]) {
    self.frames = frames
    // What failed inside is told to the run there.
    body = { arguments, block throws(RunFailure) in
      _ = frames[block].run(lastUses: 0, arguments.run)
    }
  }
}
