internal import Synchronization
/// The name of a list of things that a graph remembers, and what the things are.
public struct CollectionKey<Element: Sendable>: Sendable, Hashable {
  /// TensorFlow's name of the collection.
  public let name: String

  /// A collection of one's own.
  public init(_ name: String) { self.name = name }
}

extension CollectionKey where Element == Variable {
  /// Every variable.
  public static var globalVariables: Self { Self("variables") }
  /// Variables that optimisers change.
  public static var trainableVariables: Self { Self("trainable_variables") }
}

extension CollectionKey where Element == Tensor {
  /// Losses that add up to the total.
  public static var losses: Self { Self("losses") }
  /// Penalties on weights.
  public static var regularizationLosses: Self { Self("regularization_losses") }
}

extension CollectionKey where Element == Operation {
  /// Training steps.
  public static var trainOperations: Self { Self("train_op") }
  /// Updates to be run with each training step.
  public static var updateOperations: Self { Self("update_ops") }
}

extension Graph {
  /// Remembers `element` under `key`.
  public func addToCollection<E>(_ key: CollectionKey<E>, _ element: E) {
    root.state.withLock { $0.collections[key.name, default: []].append(element) }
  }

  /// What was remembered under `key`, in order.
  public func collection<E>(_ key: CollectionKey<E>) -> [E] {
    root.state.withLock { state in
      (state.collections[key.name] ?? []).compactMap { $0 as? E }
    }
  }
}
