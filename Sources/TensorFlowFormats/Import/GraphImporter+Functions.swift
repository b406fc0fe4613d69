internal import GraphArrays
internal import GraphEngine
internal import TensorFlowProtos

extension GraphImporter {
  /// The name of the function that an attribute names.
  func functionName(
    _ attribute: String, of node: Tensorflow_NodeDef
  ) throws(FormatError) -> String {
    guard let value = node.attr[attribute]?.value else {
      throw FormatError(.invalidGraph, "attribute \"\(attribute)\" is missing")
    }
    guard case .func(let list) = value else {
      throw FormatError(.invalidGraph, "attribute \"\(attribute)\" names no function")
    }
    return list.name
  }

  // MARK: Loops

  /// How often a loop's body is added until the types of its variables settle.
  private static let attempts = 3

  /// A loop whose condition and body are functions.
  ///
  /// The variables' types are found from the operands and from what the file tells of the results: a
  /// variable whose shape the body changes has unknown extents, and the body is added again for it.
  func addLoop(
    _ node: Tensorflow_NodeDef, _ inputs: [Tensor], _ controls: [Operation], to target: Target,
    function: String?
  ) throws(FormatError) -> Added {
    guard let signature = OpSignature[node.op] else { return Added() }
    let attributes = try attributes(of: node, signature, operands: inputs.map(\.dtype))
    let bodyName = try functionName("body", of: node)
    var told: [Shape] = []
    if case .shapes(let shapes)? = attributes["output_shapes"], shapes.count == inputs.count {
      told = shapes
    }
    var types = inputs.map(\.type)
    var body = try self.body(of: bodyName, types, in: target.graph)
    for attempt in 1...Self.attempts {
      let next = try Self.widened(types, body, bodyName, told)
      if next == types { break }
      types = next
      if attempt == Self.attempts {
        for index in types.indices where body.results[index].type != types[index] {
          if types[index].dtype != .variant { types[index].shape = .unknown }
        }
      }
      body = try self.body(of: bodyName, types, in: target.graph)
    }
    let conditionName = try functionName("cond", of: node)
    var condition = try self.body(of: conditionName, types, in: target.graph)
    guard condition.results.count == 1 else {
      throw FormatError(
        .invalidGraph,
        "function \"\(conditionName)\" gives \(condition.results.count) results, not one truth value"
      )
    }
    let holds = try truth(
      of: condition.results[0], name: "condition", in: condition.graph,
      NameSet(Set(condition.graph.operations.map(\.name))))
    condition = Body(graph: condition.graph, parameters: condition.parameters, results: [holds])
    var definition = While(condition: condition, body: body)
    if case .int(let count)? = attributes["parallel_iterations"] {
      definition.parallelIterations = count
    }
    let operation = try add(definition, node, inputs, controls, to: target, function: function)
    return try added(operation, attributes, signature)
  }

  /// The types of a loop's variables, as far as operands and results have them in common.
  ///
  /// - Parameter told: The shapes that the file tells of the variables, if it does: what they have
  ///   in every turn, though it cannot be seen from the body alone.
  private static func widened(
    _ types: [TensorType], _ body: Body, _ name: String, _ told: [Shape]
  ) throws(FormatError) -> [TensorType] {
    guard body.results.count == types.count else {
      throw FormatError(
        .invalidGraph,
        "function \"\(name)\" gives \(body.results.count) results for \(types.count) variables")
    }
    var next = types
    for (index, result) in body.results.map(\.type).enumerated() {
      guard let type = types[index].widened(with: result) else {
        throw FormatError(
          .invalidGraph,
          "variable \(index) is \(types[index]), and function \"\(name)\" gives it \(result)")
      }
      if type.dtype == .variant {
        // Lists tell what they hold themselves, however little of it was known before.
        next[index].element = types[index].element ?? result.element
      } else {
        next[index] = type
        if told.indices.contains(index), told[index].isCompatible(with: types[index].shape),
          let shape = type.shape.merged(with: told[index])
        {
          next[index].shape = shape
        }
      }
    }
    return next
  }

  // MARK: Branches

  /// A branch between functions: two of them, or one for each number.
  func addBranch(
    _ node: Tensorflow_NodeDef, _ inputs: [Tensor], _ controls: [Operation], to target: Target,
    function: String?
  ) throws(FormatError) -> Added {
    guard let signature = OpSignature[node.op] else { return Added() }
    var attributes = try attributes(of: node, signature, operands: inputs.map(\.dtype))
    let types = inputs.dropFirst().map(\.type)
    var bodies: [Body] = []
    for name in try branchNames(of: node) {
      bodies.append(try body(of: name, types, in: target.graph))
    }
    let definition: any OpDefinition
    var inputs = inputs
    if node.op.hasSuffix("Case") {
      definition = Case(bodies: bodies)
    } else {
      definition = If(then: bodies[0], otherwise: bodies[1])
      inputs[0] = try truth(
        of: inputs[0], name: target.prefix + node.name, in: target.graph, target.names)
      attributes["Tcond"] = nil  // the dtype in the file, which fits the operand there
    }
    let operation = try add(definition, node, inputs, controls, to: target, function: function)
    return try added(operation, attributes, signature)
  }

  /// The names of the functions of a branch, at least one.
  private func branchNames(of node: Tensorflow_NodeDef) throws(FormatError) -> [String] {
    guard node.op.hasSuffix("Case") else {
      return [
        try functionName("then_branch", of: node), try functionName("else_branch", of: node),
      ]
    }
    guard case .list(let list)? = node.attr["branches"]?.value, !list.func.isEmpty else {
      throw FormatError(.invalidGraph, "attribute \"branches\" names no functions")
    }
    return list.func.map(\.name)
  }

  /// What a loop or branch became: its last result, the history, is none of the file's.
  private func added(
    _ operation: Operation, _ attributes: [String: AttributeValue], _ signature: OpSignature
  ) throws(FormatError) -> Added {
    let outputs = Array(operation.outputs.dropLast())
    if let derived = signature.derivedAttributes(
      inputs: operation.inputs.map(\.dtype), outputs: outputs.map(\.dtype))
    {
      for (name, value) in derived.sorted(by: { $0.key < $1.key })
      where attributes[name] != nil && attributes[name] != value {
        throw FormatError(
          .invalidGraph,
          "attribute \"\(name)\" is \(attributes[name]?.text ?? ""), and the operands and results "
            + "make it \(value.text)")
      }
    }
    return Added(outputs: outputs, operations: [operation])
  }

  /// The body that a function becomes for parameters of these types.
  private func body(
    of name: String, _ types: [TensorType], in parent: Graph
  ) throws(FormatError) -> Body {
    try entering(name) { () throws(FormatError) in
      let list = try list(of: name)
      let signature = try function(name).signature
      try check(signature, takes: types.map(\.dtype))
      let graph = Graph(bodyOf: parent)
      var parameters: [Tensor] = []
      for (argument, type) in zip(signature.inputArg, types) {
        let parameter: Operation
        do throws(GraphError) {
          parameter = try graph.add(
            Argument(type: type), [], exactly: argument.name, controls: [],
            record: FileRecord(location: places.place(of: argument.name, in: name)))
        } catch {
          throw FormatError(error)
        }
        parameters.append(Tensor(graph: graph, node: parameter.node))
      }
      let names = NameSet(
        Set(signature.inputArg.map(\.name)))
      let target = Target(graph: graph, arguments: parameters, names: names)
      let added = try add(list, to: target)
      let results = try results(of: name, list, added, target)
      return Body(
        graph: graph, parameters: parameters,
        results: zip(results.indices, results).map { index, result in
          result.unlessHandedOn(parameters, index)
        })
    }
  }

  /// The tensors that a function gives back.
  private func results(
    of name: String, _ list: NodeList, _ added: [Added], _ target: Target
  ) throws(FormatError) -> [Tensor] {
    let definition = try function(name)
    var results: [Tensor] = []
    for argument in definition.signature.outputArg {
      guard let text = definition.ret[argument.name] else {
        throw FormatError(
          .invalidGraph, "function \"\(name)\" does not say what \"\(argument.name)\" is")
      }
      let result: Tensor
      do throws(FormatError) {
        result = try tensor(try list.reference(text), text, in: list, added, target)
      } catch {
        throw FormatError(error.code, "function \"\(name)\": \(error.message)")
      }
      results.append(result)
    }
    return results
  }

  private func check(
    _ signature: Tensorflow_OpDef, takes types: [DType]
  ) throws(FormatError) {
    guard signature.inputArg.count == types.count else {
      throw FormatError(
        .invalidGraph,
        "function \"\(signature.name)\" takes \(signature.inputArg.count) operands, and is given "
          + "\(types.count)")
    }
    for (argument, type) in zip(signature.inputArg, types) where argument.typeAttr.isEmpty {
      guard try DType(argument.type) == type else {
        throw FormatError(
          .invalidGraph,
          "function \"\(signature.name)\" takes \(try DType(argument.type).tensorFlowName) as "
            + "\"\(argument.name)\", and is given \(type.tensorFlowName)")
      }
    }
  }

  // MARK: Calls

  /// A call of a function: its operations, under names that begin with the name of the call.
  ///
  /// An operation has the name of the call itself: an Identity of the only result, else one that
  /// waits for all that the function does.
  func addCall(
    of name: String, _ node: Tensorflow_NodeDef, _ inputs: [Tensor], _ controls: [Operation],
    to target: Target, function caller: String?
  ) throws(FormatError) -> Added {
    try entering(name) { () throws(FormatError) in
      let list = try list(of: name)
      let definition = try function(name)
      try check(definition.signature, takes: inputs.map(\.dtype))
      var inner = target
      inner.prefix = target.prefix + node.name + "/"
      inner.arguments = inputs
      inner.controls = controls
      let added = try add(list, to: inner)
      let results = try results(of: name, list, added, inner)
      var done: [Operation] = []
      for argument in definition.controlRet.keys.sorted() {
        guard let target = definition.controlRet[argument], let position = list.position(of: target)
        else {
          throw FormatError(
            .invalidGraph, "function \"\(name)\" has no node that \"\(argument)\" stands for")
        }
        done += added[position].operations
      }
      if results.count == 1 {
        let operation = try add(
          Identity(), node, results, controls + done, to: target, function: caller)
        return Added(outputs: operation.outputs, operations: [operation])
      }
      let operation = try add(
        NoOp(), node, [], controls + done + results.map(\.operation), to: target,
        function: caller)
      if caller == nil { target.graph.addAlias(operation.name, for: results) }
      return Added(outputs: results, operations: [operation])
    }
  }
}

extension Tensor {
  /// The parameter at `index`, where this is nothing but its value under another name; else itself.
  ///
  /// TensorFlow hands on what a loop does not change through an Identity.
  fileprivate func unlessHandedOn(_ parameters: [Tensor], _ index: Int) -> Tensor {
    var source = self
    while source.operation.definition is Identity, source.operation.controlInputs.isEmpty,
      let next = source.operation.inputs.first
    {
      source = next
    }
    return parameters.indices.contains(index) && source == parameters[index] ? source : self
  }
}
