internal import GraphArrays
internal import GraphEngine
internal import TensorFlowProtos

/// Makes the handles of variables in a file the variables of the graph.
///
/// A GraphDef has handles, reads and assignments; which of them belong together is found from names
/// as TensorFlow gives them (`w`, `w/Assign`, `w/Read/ReadVariableOp`), or from the operands. A
/// handle that nothing assigns to is no variable of the graph, since nothing gives it a first value.
struct VariableRecovery {
  private let graph: Graph
  /// The handles that were added, in order, with what a file says of their training.
  private var handles: [(handle: Operation, isTrainable: Bool?)] = []
  private var consumers: [Operation: [Operation]] = [:]

  /// - Parameters:
  ///   - nodes: The nodes of the file, and the operation that each became.
  init(_ graph: Graph, _ nodes: [(node: Tensorflow_NodeDef, operation: Operation)]) {
    self.graph = graph
    for (node, operation) in nodes where operation.definition is VariableHandle {
      var isTrainable: Bool?
      if case .b(let value)? = node.attr[FileAttribute.trainable]?.value { isTrainable = value }
      handles.append((operation, isTrainable))
    }
    guard !handles.isEmpty else { return }
    for operation in graph.operations {
      for input in operation.inputs where input.dtype == .resource {
        consumers[input.operation, default: []].append(operation)
      }
    }
  }

  /// Registers the variables.
  ///
  /// - Throws: `FormatError` where a read cannot be added.
  func run() throws(FormatError) {
    for (handle, isTrainable) in handles {
      let users = consumers[handle] ?? []
      guard let assignment = assignment(of: handle, users) else { continue }
      let value = Tensor(graph: graph, node: try read(of: handle, users).node)
      graph.register(
        Variable(
          name: handle.name, value: value, initializer: assignment,
          initialValue: assignment.inputs[1],
          isTrainable: isTrainable
            ?? Self.looksTrainable(
              handle, users.filter { $0 != assignment }, value.dtype),
          handle: Tensor(graph: graph, node: handle.node)))
    }
  }

  /// The assignment of the first value: by its name, or else the first.
  private func assignment(of handle: Operation, _ users: [Operation]) -> Operation? {
    let assignments = users.filter { $0.definition is AssignVariable }
    return assignments.first { $0.name == "\(handle.name)/Assign" } ?? assignments.first
  }

  /// The variable's own read: by its name, or else the first that waits for nothing.
  private func read(
    of handle: Operation, _ users: [Operation]
  ) throws(FormatError) -> Operation {
    let reads = users.filter { $0.definition is ReadVariable && $0.controlInputs.isEmpty }
    let name = "\(handle.name)/Read/ReadVariableOp"
    if let read = reads.first(where: { $0.name == name }) ?? reads.first { return read }
    let element = handle.outputs[0].type.element ?? TensorType(.float32, .unknown)
    do throws(GraphError) {
      return try graph.add(
        ReadVariable(type: element), handle.outputs, exactly: graph.unusedName(name), controls: [],
        record: FileRecord(location: handle.location))
    } catch {
      throw FormatError(error)
    }
  }

  /// Whether optimisers may change a variable of a file that does not tell: one of real numbers that
  /// is changed by an optimiser's step as the first of its variables, or by nothing.
  ///
  /// - Parameter users: What reads or changes it, besides its first assignment.
  private static func looksTrainable(
    _ handle: Operation, _ users: [Operation], _ dtype: DType
  ) -> Bool {
    dtype.isFloating
      && users.filter { $0.definition is any VariableUpdate }.allSatisfy { update in
        update.inputs.first?.operation == handle
          && !(update.definition is AssignVariable || update.definition is AssignAddVariable
            || update.definition is AssignSubVariable)
      }
  }
}
