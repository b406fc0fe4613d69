/// The bytes of an array, or its strings.
///
/// Whoever makes a storage fills it before handing it on; from then on it is never written.
///
/// `@unchecked Sendable` because of that: the memory behind `pointer` is written only by the one that
/// made it, before a second reference exists, and `strings`, `failure` and `owner` are constants.
@usableFromInline
package final class ArrayStorage: @unchecked Sendable {
  /// The first byte: 64-byte aligned where the storage allocated it itself.
  ///
  /// Unsafe because kernels work on raw memory; valid as long as this object lives.
  @usableFromInline
  package let pointer: UnsafeMutableRawPointer

  /// The number of bytes at `pointer`.
  @usableFromInline
  package let byteCount: Int

  /// The elements of a string array; empty for every other.
  package let strings: [[UInt8]]

  /// Why there are no elements, in an array that could not be made.
  let failure: ArrayError?

  /// Gives the memory back; nil where the storage allocated it itself.
  private let release: (@Sendable () -> Void)?

  /// The alignment of memory that a storage allocates, in bytes: a cache line, and the widest vector.
  package static let alignment = 64

  /// Memory of its own, uninitialised unless `zeroed`.
  package convenience init(byteCount: Int, zeroed: Bool = false) {
    self.init(byteCount: byteCount, zeroed: zeroed, strings: [], failure: nil)
  }

  /// The elements of a string array.
  package convenience init(strings: [[UInt8]]) {
    self.init(byteCount: 0, zeroed: false, strings: strings, failure: nil)
  }

  /// No elements, and the reason.
  convenience init(failure: ArrayError) {
    self.init(byteCount: 0, zeroed: false, strings: [], failure: failure)
  }

  private init(byteCount: Int, zeroed: Bool, strings: [[UInt8]], failure: ArrayError?) {
    let pointer = UnsafeMutableRawPointer.allocate(
      byteCount: max(byteCount, 1), alignment: ArrayStorage.alignment)
    if zeroed { pointer.initializeMemory(as: UInt8.self, repeating: 0, count: byteCount) }
    self.pointer = pointer
    self.byteCount = byteCount
    self.strings = strings
    self.failure = failure
    release = nil
  }

  /// Memory of someone else, who gets it back through `release` once nothing refers to it.
  ///
  /// `pointer` has to be aligned for the elements and must not be written while this object lives.
  package init(
    pointer: UnsafeMutableRawPointer, byteCount: Int, release: @escaping @Sendable () -> Void
  ) {
    self.pointer = pointer
    self.byteCount = byteCount
    strings = []
    failure = nil
    self.release = release
  }

  /// Memory inside `owner`, which lives as long as this object.
  package convenience init(
    pointer: UnsafeMutableRawPointer, byteCount: Int, owner: some AnyObject & Sendable
  ) {
    self.init(pointer: pointer, byteCount: byteCount) { withExtendedLifetime(owner) {} }
  }

  deinit {
    if let release {
      release()
    } else {
      pointer.deallocate()
    }
  }
}
