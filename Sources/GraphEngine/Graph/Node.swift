internal import GraphArrays

/// One output of a node: what an input of another node refers to.
package struct NodeOutput: Sendable, Hashable {
  package var node: Int32
  package var index: Int32

  package init(node: Int32, index: Int32) {
    self.node = node
    self.index = index
  }

  /// The tensor, in the graph whose node it is.
  package func tensor(in graph: Graph) -> Tensor { Tensor(graph: graph, node: node, index: index) }
}

/// An operation as its graph stores it. Never changed once it is added.
package struct Node: Sendable {
  package let name: String
  package let definition: any OpDefinition
  package let inputs: [NodeOutput]
  /// Nodes that run before this one without giving it a value, ascending.
  package let controls: [Int32]
  package let outputs: [TensorType]
  /// What is known of each output's value at declaration.
  package let known: [KnownValue?]
  /// Where this node's addresses stand in the graph's flat list.
  let trace: Range<Int32>
}
