public import GraphArrays

/// What a value can be fed to: a tensor or a structure of them.
public protocol Feedable: Sendable {
  /// Gives each tensor its part of `value`.
  ///
  /// - Throws: `ArrayError` where a part does not fit its tensor's dtype, or the number of parts
  ///   is not that of the tensors.
  func feed(_ value: any FeedValue, into feeds: inout FeedList) throws(ArrayError)
}

/// Tensors and the arrays that are fed to them, in the order of the feeds.
public struct FeedList: Sendable {
  package private(set) var tensors: [Tensor] = []
  package private(set) var arrays: [NDArray] = []

  package init() {}

  /// Feeds `array` to `tensor`.
  public mutating func append(_ tensor: Tensor, _ array: NDArray) {
    tensors.append(tensor)
    arrays.append(array)
  }
}

extension TensorStructure {
  /// Feeds each tensor one of the leaves of `value`, in the order of `visit`.
  ///
  /// - Throws: `ArrayError` where there are not as many leaves as tensors or one does not fit.
  public func feed(_ value: any FeedValue, into feeds: inout FeedList) throws(ArrayError) {
    let tensors = tensors
    let leaves = value.leaves
    guard leaves.count == tensors.count else {
      throw ArrayError(description: "got \(leaves.count) arrays, wants \(tensors.count)")
    }
    for (tensor, leaf) in zip(tensors, leaves) { try tensor.feed(leaf, into: &feeds) }
  }
}

/// What a run is given: `[x: batch, keepProb: 0.5, state: lastState]`.
///
/// Keys are tensors or structures; a value is a number, a nested array of numbers, an `NDArray`, or
/// what a run returned for a structure.
public struct Feeds: Sendable, ExpressibleByDictionaryLiteral {
  package private(set) var pairs: [(key: any Feedable, value: any FeedValue)]

  /// No feeds.
  public init() { pairs = [] }

  /// The feeds of a literal. A tensor that appears twice is refused by the run.
  public init(dictionaryLiteral elements: (any Feedable, any FeedValue)...) {
    pairs = elements.map { (key: $0.0, value: $0.1) }
  }

  /// Adds a feed.
  public mutating func add(_ value: any FeedValue, for key: any Feedable) {
    pairs.append((key: key, value: value))
  }
}
