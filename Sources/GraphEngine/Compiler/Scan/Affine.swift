/// An integer that is `start + step * turn` in turn `turn` of a loop.
struct Affine: Equatable {
  var start: Int
  var step: Int

  static func constant(_ value: Int) -> Affine { Affine(start: value, step: 0) }

  static func + (a: Affine, b: Affine) -> Affine {
    Affine(start: a.start &+ b.start, step: a.step &+ b.step)
  }
  static func - (a: Affine, b: Affine) -> Affine {
    Affine(start: a.start &- b.start, step: a.step &- b.step)
  }

  /// The value in a turn.
  func value(at turn: Int) -> Int { start &+ step &* turn }
}
