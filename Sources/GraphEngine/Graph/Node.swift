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
  /// What a file told of the operation besides; nil for one that was declared.
  package var record: FileRecord?
}

/// What a file tells of an operation and the engine has no use for, but for telling and writing it
/// again.
package struct FileRecord: Sendable {
  /// Where the operation was declared, or the file that it was read from.
  package var location: SourceLocation?
  /// The device that it was placed on.
  package var device: String
  /// Further attributes, in the file's own coding, by name.
  package var attributes: [String: [UInt8]]

  package init(
    location: SourceLocation? = nil, device: String = "", attributes: [String: [UInt8]] = [:]
  ) {
    self.location = location
    self.device = device
    self.attributes = attributes
  }
}
