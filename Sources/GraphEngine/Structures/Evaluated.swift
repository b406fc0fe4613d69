public import GraphArrays

/// The values of a structure, read through the structure's own properties: `state.c`,
/// `state.layers[0].h`.
///
/// It can be fed where the structure, or another of its kind, is a key.
@dynamicMemberLookup
public struct Evaluated<Structure: TensorStructure>: Sendable {
  package let structure: Structure
  /// The values, in the order of `Structure.visit`.
  public let values: [NDArray]

  package init(structure: Structure, values: [NDArray]) {
    self.structure = structure
    self.values = values
  }

  /// The values of a part.
  public subscript<Part: TensorStructure>(
    dynamicMember path: KeyPath<Structure, Part>
  ) -> Part.Fetched {
    let part = structure[keyPath: path]
    var reply = reply(for: part.tensors)
    return part.take(&reply)
  }

  /// The values of a tuple of parts.
  public subscript<each Part: TensorStructure>(
    dynamicMember path: KeyPath<Structure, (repeat each Part)>
  ) -> (repeat (each Part).Fetched) {
    let parts = structure[keyPath: path]
    var tensors: [Tensor] = []
    repeat tensors += (each parts).tensors
    var reply = reply(for: tensors)
    return (repeat (each parts).take(&reply))
  }

  private func reply(for part: [Tensor]) -> FetchReply {
    let all = Dictionary(zip(structure.tensors, values), uniquingKeysWith: { first, _ in first })
    return FetchReply(part.compactMap { all[$0] })
  }
}

extension Evaluated: FeedValue {
  /// The values, in the order of `Structure.visit`.
  public var leaves: [any FeedValue] { values }

  /// A structure of one tensor is that tensor's array.
  ///
  /// - Throws: `ArrayError` where the structure has another number of tensors.
  public func ndarray(_ dtype: DType?) throws(ArrayError) -> NDArray {
    guard values.count == 1 else {
      throw ArrayError(description: "got a \(Structure.self), wants one array")
    }
    return try values[0].ndarray(dtype)
  }
}
