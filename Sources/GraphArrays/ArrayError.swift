/// Why a value could not be made, converted, read or written as an array.
public struct ArrayError: Error, CustomStringConvertible, Sendable, Hashable {
  /// What is wrong, without the place.
  package let reason: String

  /// Where in a nested array: indices from the outermost axis; empty for the value as a whole.
  package let place: [Int]

  /// An error about a value as a whole.
  public init(description: String) { self.init(reason: description, place: []) }

  /// An error about the element at `place` of a nested array.
  package init(reason: String, place: [Int]) {
    self.reason = reason
    self.place = place
  }

  /// The same error as seen from one axis further out, where the value is element `index`.
  package func within(_ index: Int) -> ArrayError {
    ArrayError(reason: reason, place: [index] + place)
  }

  /// What is wrong and where: `0.5 does not fit int32 at [1, 2]`.
  public var description: String { place.isEmpty ? reason : "\(reason) at \(place)" }
}

extension ArrayError {
  /// An error about what stands at a byte of a file: `byte 10: the header ends early`.
  init(byte offset: Int, _ reason: String) { self.init(description: "byte \(offset): \(reason)") }
}
