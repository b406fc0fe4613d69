internal import GraphArrays

/// The frames of an If or Case.
///
/// `@unchecked Sendable` because one worker at a time carries a branch on: the one that starts it,
/// then whichever completes the frame of the chosen side.
final class BranchFrames: @unchecked Sendable {
  let branch: BranchStep
  let frames: [Frame]
  /// The frame that the branch stands in, which owns this object.
  private unowned(unsafe) let outer: Frame
  private var chosen = 0

  init(_ branch: BranchStep, outer: Frame, step: Int, base: UnsafeMutableRawPointer) {
    self.branch = branch
    self.outer = outer
    frames = branch.branches.map { Frame($0.plan, base: base, outer: outer, outerStep: step) }
  }

  /// Reads what chooses and gives the chosen side its operands; the frame to be run.
  ///
  /// The operands that `lastUses` names are moved.
  func begin(lastUses: UInt64) -> Frame {
    chosen = branch.number(chosenBy: outer.pointers[branch.choice])
    let frame = frames[chosen]
    frame.position = chosen
    frame.resetReaders()
    for passed in branch.branches[chosen].passed {
      frame.pointers[passed.parameter] = outer.pointers[passed.operand]
      frame.shapes[passed.parameter] = outer.shapes[passed.operand]
      frame.objects[passed.parameter] = outer.objects[passed.operand]
      if passed.position < 64, lastUses >> UInt64(passed.position) & 1 == 1, passed.isOnly {
        outer.objects[passed.operand] = nil
      }
    }
    for returned in branch.branches[chosen].returned {
      guard case .direct = returned.returning else { continue }
      frame.pointers[returned.result] = outer.pointers[returned.output]
    }
    return frame
  }

  /// Hands the results over.
  func end() {
    let frame = frames[chosen]
    for returned in branch.branches[chosen].returned {
      switch returned.returning {
      case .direct: break
      case .copied(let byteCount):
        outer.pointers[returned.output].copyMemory(
          from: frame.pointers[returned.result], byteCount: byteCount)
      case .owned:
        outer.pointers[returned.output] = frame.pointers[returned.result]
        outer.shapes[returned.output] = frame.shapes[returned.result]
        outer.objects[returned.output] = frame.objects[returned.result]
      }
    }
    clear()
  }

  /// Gives up what the frames hold.
  func clear() {
    for frame in frames { frame.clear() }
  }
}
