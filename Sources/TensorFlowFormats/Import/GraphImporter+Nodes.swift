internal import FoundationEssentials
internal import GraphArrays
internal import GraphEngine
internal import TensorFlowProtos

extension GraphImporter {
  /// Adds one node.
  func add(
    _ node: Tensorflow_NodeDef, _ inputs: [Tensor], _ controls: [Operation], to target: Target,
    function: String?
  ) throws(FormatError) -> Added {
    switch node.op {
    case "While", "StatelessWhile":
      return try addLoop(node, inputs, controls, to: target, function: function)
    case "If", "StatelessIf", "Case", "StatelessCase":
      return try addBranch(node, inputs, controls, to: target, function: function)
    case "PartitionedCall", "StatefulPartitionedCall":
      let name = try functionName("f", of: node)
      return try addCall(of: name, node, inputs, controls, to: target, function: function)
    default: break
    }
    guard let example = OpCatalog.definition(named: node.op), let signature = OpSignature[node.op]
    else {
      guard hasFunction(node.op) else {
        throw FormatError(.unsupported, "this build does not know operations of this type")
      }
      return try addCall(of: node.op, node, inputs, controls, to: target, function: function)
    }
    let attributes = try attributes(of: node, signature, operands: inputs.map(\.dtype))
    let definition: any OpDefinition
    do throws(GraphError) {
      definition = try example.setting(attributes)
    } catch {
      throw FormatError(error)
    }
    let operation = try add(
      definition, node, inputs, controls, to: target, function: function)
    try check(attributes, of: operation, signature)
    return Added(outputs: operation.outputs, operations: [operation])
  }

  /// Adds an operation under the name of a node.
  func add(
    _ definition: some OpDefinition, _ node: Tensorflow_NodeDef, _ inputs: [Tensor],
    _ controls: [Operation], to target: Target, function: String?
  ) throws(FormatError) -> Operation {
    try ReadingBudget.take(
      max(0, definition.outputCount - 1), from: &budget.results,
      "operations have too many results")
    let name =
      function == nil
      ? target.prefix + node.name
      : target.names.claim(
        target.prefix + node.name)
    do throws(GraphError) {
      return try target.graph.add(
        definition, inputs, exactly: name, controls: controls,
        record: record(of: node, definition, target, function))
    } catch {
      throw FormatError(error)
    }
  }

  // MARK: Attributes

  /// The values of the signature's attributes: the file's, or else TensorFlow's default.
  ///
  /// - Throws: `FormatError` for attributes that are missing or of another kind, and for dtypes and
  ///   numbers that contradict the operands.
  func attributes(
    of node: Tensorflow_NodeDef, _ signature: OpSignature, operands: [DType]
  ) throws(FormatError) -> [String: AttributeValue] {
    guard let ranges = OpSignature.ranges(of: signature.inputs, total: operands.count) else {
      let isOpen = signature.inputs.contains(where: \.isRepeated)
      let count = signature.inputs.count { !$0.isRepeated }
      throw FormatError(
        .invalidGraph,
        "wants \(isOpen ? "at least " : "")\(count) operands, got \(operands.count)")
    }
    var result: [String: AttributeValue] = [:]
    for attribute in signature.attributes where !attribute.namesFunctions {
      do throws(FormatError) {
        if let given = node.attr[attribute.name] {
          result[attribute.name] = try AttributeValue(given, kind: attribute.kind, &budget)
        } else if let standard = attribute.standard {
          result[attribute.name] = standard
        } else {
          throw FormatError(.invalidGraph, "is missing")
        }
      } catch {
        throw FormatError(error.code, "attribute \"\(attribute.name)\" \(error.message)")
      }
    }
    for (argument, range) in zip(signature.inputs, ranges) {
      if let count = argument.count {
        try expect(.int(range.count), count, result)
      }
    }
    for argument in signature.outputs {
      guard let name = argument.count, case .int(let count) = result[name] else { continue }
      guard count >= 0, count <= budget.results else {
        throw FormatError(.limitExceeded, "attribute \"\(name)\" is \(count)")
      }
    }
    return result
  }

  private func expect(
    _ value: AttributeValue, _ name: String, _ attributes: [String: AttributeValue]
  ) throws(FormatError) {
    guard let given = attributes[name], given != value else { return }
    throw FormatError(
      .invalidGraph,
      "attribute \"\(name)\" is \(given.text), and the operands and results make it \(value.text)")
  }

  /// - Throws: `FormatError` where attributes with dtypes contradict operands or results.
  func check(
    _ attributes: [String: AttributeValue], of operation: Operation, _ signature: OpSignature
  ) throws(FormatError) {
    guard
      let derived = signature.derivedAttributes(
        inputs: operation.inputs.map(\.dtype), outputs: operation.outputs.map(\.dtype))
    else { return }
    for (name, value) in derived.sorted(by: { $0.key < $1.key }) {
      try expect(value, name, attributes)
    }
  }

  /// What is kept of a node besides its definition.
  private func record(
    of node: Tensorflow_NodeDef, _ definition: some OpDefinition, _ target: Target,
    _ function: String?
  ) -> FileRecord {
    var record = FileRecord(
      location: places.place(of: node.name, in: function), device: node.device)
    let signature = OpSignature[node.op]
    let known = Set(definition.attributeValues.map(\.name))
    for (name, value) in node.attr where !known.contains(name) && !Self.dropped.contains(name) {
      if let attribute = signature?.attribute(name) {
        // What follows from operands is found again; defaults need not be written.
        if attribute.namesFunctions || signature?.isDerived(name) == true { continue }
        if let standard = attribute.standard, let message = Tensorflow_AttrValue(standard),
          message == value
        {
          continue
        }
      }
      record.attributes[name] = GraphDefCoding.encode(
        name == FileAttribute.colocation ? value.colocated(within: target.prefix) : value)
    }
    return record
  }

  /// Attributes that speak of what is found anew: shapes, numbers of results before gradients.
  private static let dropped: Set<String> = [
    FileAttribute.outputShapes, FileAttribute.trainable, "output_shapes",
    "_num_original_outputs", "_read_only_resource_inputs",
  ]
}

extension OpSignature {
  /// Whether an attribute follows from the dtypes and numbers of operands and results.
  fileprivate func isDerived(_ name: String) -> Bool {
    (inputs + outputs).contains { $0.type == name || $0.count == name || $0.list == name }
  }
}

extension Tensorflow_AttrValue {
  /// The same colocation for nodes whose names got a prefix: `loc:@w` becomes `loc:@tower/w`.
  fileprivate func colocated(within prefix: String) -> Tensorflow_AttrValue {
    guard !prefix.isEmpty else { return self }
    let location = Array("loc:@".utf8)
    var result = self
    result.list.s = list.s.map { name in
      name.starts(with: location)
        ? Data(location + Array(prefix.utf8)) + name.dropFirst(location.count) : name
    }
    return result
  }
}
