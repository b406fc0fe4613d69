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
    let item = CollectionItem(element, in: root)
    root.state.withLock { $0.collections[key.name, default: []].append(item) }
  }

  /// What was remembered under `key`, in order.
  public func collection<E>(_ key: CollectionKey<E>) -> [E] {
    let root = root
    let items = root.state.withLock { $0.collections[key.name] ?? [] }
    return items.compactMap { $0.element(in: root) as? E }
  }
}

/// What a graph remembers: parts of itself by their nodes, since they would keep it alive.
enum CollectionItem: Sendable {
  case tensor(NodeOutput)
  case operation(Int32)
  case variable(VariableRecord)
  case other(any Sendable)

  init(_ element: any Sendable, in graph: Graph) {
    switch element {
    case let tensor as Tensor where tensor.graph === graph: self = .tensor(tensor.output)
    case let operation as Operation where operation.graph === graph:
      self = .operation(operation.node)
    case let variable as Variable where variable.handle.graph === graph:
      self = .variable(VariableRecord(variable))
    default: self = .other(element)
    }
  }

  func element(in graph: Graph) -> any Sendable {
    switch self {
    case .tensor(let output): output.tensor(in: graph)
    case .operation(let node): Operation(graph: graph, node: node)
    case .variable(let record): record.variable(in: graph)
    case .other(let element): element
    }
  }
}
