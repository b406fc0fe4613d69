extension NDArray: Equatable {
  /// Whether both have the same element type, shape and elements.
  ///
  /// Elements are compared as Swift compares them: NaN equals nothing, itself included, and -0 equals
  /// 0. Arrays that could not be made are equal where their reasons are.
  public static func == (a: NDArray, b: NDArray) -> Bool {
    guard a.dtype == b.dtype, a.shape == b.shape, a.storage.failure == b.storage.failure else {
      return false
    }
    defer { withExtendedLifetime((a.storage, b.storage)) {} }
    return switch a.dtype {
    case .float32: a.elements(as: Float.self).elementsEqual(b.elements(as: Float.self))
    case .float64: a.elements(as: Double.self).elementsEqual(b.elements(as: Double.self))
    case .string: a.storage.strings == b.storage.strings
    default:
      a.withUnsafeBytes { left in b.withUnsafeBytes { right in left.elementsEqual(right) } }
    }
  }

  /// Whether the shapes are equal and every element is within `atol + rtol * abs(expected)` of its
  /// counterpart, as `numpy.allclose(self, expected)` has it.
  ///
  /// The element types may differ; differences are taken in double precision. Infinities are close to
  /// themselves only, NaN to nothing unless `equalNaN`. Strings have to be equal.
  public func isClose(
    to expected: NDArray, rtol: Double = 1e-5, atol: Double = 1e-8, equalNaN: Bool = false
  ) -> Bool {
    guard shape == expected.shape, storage.failure == nil, expected.storage.failure == nil else {
      return false
    }
    if dtype == .string || expected.dtype == .string { return self == expected }
    for (a, b) in zip(scalars(as: Double.self), expected.scalars(as: Double.self)) {
      if a == b || (equalNaN && a.isNaN && b.isNaN) { continue }
      guard b.isFinite, abs(a - b) <= atol + rtol * abs(b) else { return false }
    }
    return true
  }
}
