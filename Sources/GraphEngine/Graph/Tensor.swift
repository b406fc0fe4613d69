public import GraphArrays

/// A symbolic value: one output of an operation of a graph.
///
/// A tensor is a handle of two words and a reference. Its dtype is known, its shape as far as the
/// operations before it tell; a value it has only in a run of a `Session`.
public struct Tensor: Sendable, Hashable, CustomStringConvertible {
  /// The graph, or the body of a loop or branch, in which the tensor was declared.
  public let graph: Graph
  package let node: Int32
  package let index: Int32

  package init(graph: Graph, node: Int32, index: Int32 = 0) {
    self.graph = graph
    self.node = node
    self.index = index
  }

  /// What stands for the result of an operation that was refused.
  package static func invalid(in graph: Graph) -> Tensor { Tensor(graph: graph, node: -1) }

  /// Whether the operation that makes this tensor was accepted.
  package var isValid: Bool { node >= 0 }

  /// Whether both are the same output of the same operation.
  public static func == (a: Tensor, b: Tensor) -> Bool {
    a.node == b.node && a.index == b.index && a.graph === b.graph
  }

  /// Hashes the place in the graph.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(node)
    hasher.combine(index)
  }

  /// The dtype and what is known of the shape.
  public var type: TensorType {
    isValid ? graph.outputType(self) : TensorType(.float32, .unknown)
  }
  /// The dtype.
  public var dtype: DType { type.dtype }
  /// What is known of the shape at declaration; `dynamicShape` is the shape in a run.
  public var shape: Shape { type.shape }
  /// The value, where it is known before anything runs: that of a constant, or of arithmetic with
  /// small constants and shapes. TF: `tf.get_static_value`.
  public var constantValue: NDArray? {
    guard isValid else { return nil }
    let node = graph.node(node)
    return node.definition.as(Const.self)?.value ?? node.known[Int(index)]?.array
  }
  /// The operation that makes this tensor.
  public var operation: Operation { Operation(graph: graph, node: node) }
  /// The name: that of the operation and the index of the output, `rnn/add:0`.
  public var name: String { "\(operation.name):\(index)" }

  /// Name and type: `lstm/gates:0 float32[?, 512]`.
  public var description: String { isValid ? "\(name) \(type)" : "an invalid tensor" }
}
