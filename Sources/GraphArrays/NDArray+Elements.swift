/// Work on the elements of an array, whatever their type.
protocol ElementVisitor {
  associatedtype Result
  /// Called with all elements, in row-major order.
  func visit<Scalar: ArrayScalar>(_ elements: UnsafeBufferPointer<Scalar>) -> Result
}

extension NDArray {
  /// Gives `visitor` the elements in their own type; nil for strings and for types without elements.
  ///
  /// A visitor rather than a closure because each case is then compiled for its type.
  @inline(__always)
  func visited<Visitor: ElementVisitor>(by visitor: Visitor) -> Visitor.Result? {
    switch dtype {
    case .float32: visitor.visit(elements(as: Float.self))
    case .float64: visitor.visit(elements(as: Double.self))
    case .int32: visitor.visit(elements(as: Int32.self))
    case .int64: visitor.visit(elements(as: Int64.self))
    case .uint8: visitor.visit(elements(as: UInt8.self))
    case .bool: visitor.visit(elements(as: Bool.self))
    default: nil
    }
  }

  /// The elements, which are of type `Scalar`.
  ///
  /// Unsafe because it lives no longer than `storage`; the caller keeps the array alive.
  @inlinable
  package func elements<Scalar: ArrayScalar>(
    as type: Scalar.Type
  ) -> UnsafeBufferPointer<Scalar> {
    UnsafeBufferPointer(start: storage.pointer.assumingMemoryBound(to: type), count: count)
  }

  /// Stops where the array is one that could not be made.
  func requireElements() {
    if let failure = storage.failure { preconditionFailure(failure.description) }
  }
}

extension NDArray {
  /// The bytes of the elements in row-major order, native byte order; none for strings.
  @inlinable
  public func withUnsafeBytes<Result, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    defer { withExtendedLifetime(storage) {} }
    return try body(UnsafeRawBufferPointer(start: storage.pointer, count: byteCount))
  }

  /// The elements in row-major order, which have to be of the type `Scalar.dtype`.
  @inlinable
  public func withUnsafeBufferPointer<Scalar: ArrayScalar, Result, Failure: Error>(
    as type: Scalar.Type, _ body: (UnsafeBufferPointer<Scalar>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    precondition(Scalar.dtype == dtype, "the elements are \(dtype), not \(Scalar.dtype)")
    defer { withExtendedLifetime(storage) {} }
    return try body(elements(as: type))
  }

  /// The elements in row-major order, converted as `cast(to:)` does where they are of another type.
  ///
  /// Strings are no numbers: they have to be read through `strings`.
  public func scalars<Scalar: ArrayScalar>(as type: Scalar.Type = Scalar.self) -> [Scalar] {
    requireElements()
    let result = visited(by: Reading<Scalar>())
    withExtendedLifetime(storage) {}
    guard let result else { preconditionFailure("\(dtype) elements are no \(Scalar.self)") }
    return result
  }

  /// The only element, converted as `cast(to:)` does where it is of another type.
  ///
  /// The array has one element; its rank does not matter.
  public func scalar<Scalar: ArrayScalar>(as type: Scalar.Type = Scalar.self) -> Scalar {
    requireElements()
    precondition(count == 1, "scalar() is for one element, this is \(dtype)\(shape)")
    return scalars(as: type)[0]
  }

  /// The only element, as a `Float` where nothing else is asked for.
  public func scalar() -> Float { scalar(as: Float.self) }

  /// The elements of a string array, in row-major order; bytes that are no UTF-8 are replaced by
  /// U+FFFD.
  public var strings: [String] { byteStrings.map { String(decoding: $0, as: UTF8.self) } }

  /// The elements of a string array, in row-major order, as they are stored.
  public var byteStrings: [[UInt8]] {
    requireElements()
    precondition(dtype == .string, "the elements are \(dtype), no strings")
    return storage.strings
  }
}

/// Reads elements into an array of `Target`.
private struct Reading<Target: ArrayScalar>: ElementVisitor {
  func visit<Scalar: ArrayScalar>(_ elements: UnsafeBufferPointer<Scalar>) -> [Target] {
    if Scalar.dtype == Target.dtype {
      // Same representation, although the Swift types may differ (Int and Int64).
      return Array(UnsafeRawBufferPointer(elements).assumingMemoryBound(to: Target.self))
    }
    return elements.map { $0.casting(to: Target.self) }
  }
}

extension NDArray {
  /// The array with elements of another type.
  ///
  /// To a floating type: the nearest value. From a floating to an integer type: truncated towards
  /// zero, held within range, NaN gives 0. Between integer types: the low bits. To `bool`: whether
  /// it is not zero; from `bool`: 0 or 1. Strings cannot be cast.
  public func cast(to dtype: DType) -> NDArray {
    if dtype == self.dtype || storage.failure != nil { return self }
    let result = visited(by: Casting(dtype: dtype, shape: shape)) ?? nil
    withExtendedLifetime(storage) {}
    return result
      ?? NDArray(failure: ArrayError(description: "\(self.dtype) cannot be cast to \(dtype)"))
  }
}

/// Converts elements to the type `dtype`; nil where it has none.
private struct Casting: ElementVisitor {
  let dtype: DType
  let shape: [Int]

  func visit<Scalar: ArrayScalar>(_ elements: UnsafeBufferPointer<Scalar>) -> NDArray? {
    switch dtype {
    case .float32: cast(elements, Float.self)
    case .float64: cast(elements, Double.self)
    case .int32: cast(elements, Int32.self)
    case .int64: cast(elements, Int64.self)
    case .uint8: cast(elements, UInt8.self)
    case .bool: cast(elements, Bool.self)
    default: nil
    }
  }

  private func cast<Scalar: ArrayScalar, Target: ArrayScalar>(
    _ elements: UnsafeBufferPointer<Scalar>, _ type: Target.Type
  ) -> NDArray {
    NDArray(dtype: dtype, shape: shape) { bytes in
      let targets = bytes.bindMemory(to: Target.self)
      for position in elements.indices { targets[position] = elements[position].casting(to: type) }
    }
  }
}
