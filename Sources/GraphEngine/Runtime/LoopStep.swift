/// A While or Scan of a plan, or a Scan for some rows of its batch: nested plans of its condition and
/// body, and how each variable passes from turn to turn.
final class LoopStep: Sendable {
  enum Passing: Sendable {
    /// The body gives it back as it was: it is passed once.
    case invariant
    /// Two buffers that change places each turn; the body's result is written right into the next
    /// one, or copied there where it is a parameter, a constant or the result for two variables.
    case buffered(byteCount: Int, isCopied: Bool)
    /// The object, or the memory with its extents, moves: lists, strings, values that something
    /// may refer to later, and values whose extents change. Where nothing else needs the result, it
    /// is taken out of the body's frame, so that a list has one owner.
    case owned(isTaken: Bool)
    /// Each turn's value is a row of a stacked result, and the next turn reads it there.
    case stacked(byteCount: Int)
  }

  /// What decides how often the body runs.
  enum Turns: Sendable {
    /// The result of the condition, in this slot of its frame.
    case condition(Plan, result: Int)
    /// The number is known.
    case counted(Int, isReversed: Bool)
  }

  /// An array of which each turn reads or writes one row.
  struct Rows: Sendable {
    /// The array, in the frame that the loop stands in.
    let array: Int
    /// The row, in the body's frame: a parameter or a result.
    let row: Int
    /// The row of the array that belongs to turn 0.
    let offset: Int
    let length: Int
    /// Bytes of a row of the array, and of the part of it that this loop touches, which begins
    /// `firstByte` after the row's start.
    let stride: Int
    let byteCount: Int
    let firstByte: Int
    /// Whether the row is copied: from a parameter or constant into a stack, or out of an array
    /// into a storage that something may keep.
    let isCopied: Bool
  }

  /// What a state starts as, as a row of the stack of its values.
  struct Start: Sendable {
    /// The state's operand, in the frame that the loop stands in.
    let operand: Int
    /// The stack, and the row that holds it.
    let rows: Rows
    let row: Int
  }

  /// One variable of the loop.
  struct Variable: Sendable {
    let passing: Passing
    /// Slots of the frame that the loop stands in; `spare` is the second buffer.
    let operand: Int
    /// Whether the operand is that of no other variable, and so can be moved.
    let isOnly: Bool
    let output: Int
    let spare: Int
    /// Where the part that this loop works on begins in the operand and in both buffers.
    let firstByte: Int
    /// Slots of the nested frames; -1 where a program does not use the variable.
    let conditionParameter: Int
    let bodyParameter: Int
    let bodyResult: Int
  }

  let turns: Turns
  let body: Plan
  let variables: [Variable]
  /// Rows that each turn reads, and rows that it writes. Of Scans only.
  let scanned: [Rows]
  let stacked: [Rows]
  let starts: [Start]
  /// Whether all turns are run in order by one thread.
  let isSequential: Bool
  /// Whether one worker carries the loop on and others help it with blocks of large steps.
  let isHelped: Bool
  /// Bytes of both arenas.
  var byteCount: Int { conditionByteCount + body.arenaByteCount }
  /// Bytes of the condition's arena, before that of the body.
  var conditionByteCount: Int {
    if case .condition(let plan, _) = turns { plan.arenaByteCount } else { 0 }
  }

  init(
    _ turns: Turns, body: Plan, variables: [Variable], scanned: [Rows] = [], stacked: [Rows] = [],
    starts: [Start] = [], isHelped: Bool = false
  ) {
    self.turns = turns
    self.body = body
    self.variables = variables
    self.scanned = scanned
    self.stacked = stacked
    self.starts = starts
    self.isHelped = isHelped
    switch turns {
    case .condition(let plan, _): isSequential = plan.isSequential && body.isSequential
    case .counted: isSequential = body.isSequential
    }
  }
}

/// An If or Case of a plan: nested plans of its branches.
final class BranchStep: Sendable {
  /// A value that is passed to a branch.
  struct Passed: Sendable {
    let operand: Int
    let parameter: Int
    /// The position among the operands of the step.
    let position: Int
    /// Whether the operand is passed at no other position, and so can be moved.
    let isOnly: Bool
  }

  enum Returning: Sendable {
    /// The branch writes right into the place outside.
    case direct
    /// The bytes are copied.
    case copied(byteCount: Int)
    /// The object, or the memory with its extents, is handed over.
    case owned
  }

  /// A result of a branch.
  struct Returned: Sendable {
    let returning: Returning
    let result: Int
    let output: Int
  }

  struct Branch: Sendable {
    let plan: Plan
    let passed: [Passed]
    let returned: [Returned]
  }

  let branches: [Branch]
  /// Whether all branches are run in order by one thread.
  var isSequential: Bool { branches.allSatisfy(\.plan.isSequential) }
  /// The slot of what chooses, and whether that is the int32 number of a branch or a bool.
  let choice: Int
  let isNumber: Bool

  init(branches: [Branch], choice: Int, isNumber: Bool) {
    self.branches = branches
    self.choice = choice
    self.isNumber = isNumber
  }

  /// The number of the branch that a value chooses.
  func number(chosenBy value: UnsafeRawPointer) -> Int {
    guard isNumber else { return value.load(as: UInt8.self) != 0 ? 0 : 1 }
    let number = Int(value.load(as: Int32.self))
    return branches.indices.contains(number) ? number : branches.count - 1
  }
}
