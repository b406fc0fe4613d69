/// A While of a plan: nested plans of its condition and body, and how each variable passes from
/// turn to turn.
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
    /// Slots of the nested frames; -1 where a program does not use the variable.
    let conditionParameter: Int
    let bodyParameter: Int
    let bodyResult: Int
  }

  let condition: Plan
  let body: Plan
  let variables: [Variable]
  /// The condition's result.
  let conditionResult: Int
  /// Whether all turns are run in order by one thread.
  var isSequential: Bool { condition.isSequential && body.isSequential }

  init(condition: Plan, body: Plan, variables: [Variable], conditionResult: Int) {
    self.condition = condition
    self.body = body
    self.variables = variables
    self.conditionResult = conditionResult
  }
}

/// An If of a plan: nested plans of its branches.
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
  /// Whether both branches are run in order by one thread.
  var isSequential: Bool { branches.allSatisfy(\.plan.isSequential) }
  /// The slot of the predicate and how many bytes it has.
  let predicate: Int
  let predicateByteCount: Int

  init(branches: [Branch], predicate: Int, predicateByteCount: Int) {
    self.branches = branches
    self.predicate = predicate
    self.predicateByteCount = predicateByteCount
  }
}
