internal import GraphArrays
internal import GraphEngine
internal import TensorFlowProtos

extension GraphImporter {
  /// The bool scalar that TensorFlow takes for a predicate of a loop or branch: a number is true where
  /// it is not zero, an array where it has elements.
  ///
  /// - Parameters:
  ///   - name: What the operations that find it are called, if they are needed.
  ///   - graph: The graph of the predicate.
  ///   - names: The names that are taken there.
  /// - Throws: `FormatError` for texts and lists.
  func truth(
    of predicate: Tensor, name: String, in graph: Graph, _ names: NameSet
  ) throws(FormatError) -> Tensor {
    let isScalar = predicate.shape.isCompatible(with: [])
    if predicate.dtype == .bool, isScalar { return predicate }
    guard predicate.dtype == .bool || predicate.dtype.isNumeric else {
      throw FormatError(
        .unsupported, "a predicate of dtype \(predicate.dtype.tensorFlowName) is not supported")
    }
    func add(_ definition: some OpDefinition, _ operand: Tensor) throws(FormatError) -> Tensor {
      do throws(GraphError) {
        let operation = try graph.add(
          definition, [operand], exactly: names.claim("\(name)/\(definition.name)"), controls: [],
          record: FileRecord(location: predicate.operation.location))
        return Tensor(graph: graph, node: operation.node)
      } catch {
        throw FormatError(error)
      }
    }
    let number = isScalar ? predicate : try add(SizeOf(outputType: .int32), predicate)
    return try add(Cast(.bool), number)
  }
}
