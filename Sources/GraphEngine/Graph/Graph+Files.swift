internal import GraphArrays
internal import Synchronization

extension Shape {
  /// No array has an axis that is longer, and sums of a few extents are numbers.
  static let greatestExtent = 1 << 48

  /// Whether an axis is longer than any array's.
  fileprivate var hasAbsurdExtent: Bool {
    dimensions?.contains { $0.map { $0 > Self.greatestExtent } ?? false } ?? false
  }
}

extension Graph {
  /// Adds an operation that a file has: to this graph or body, whichever is open, under exactly this
  /// name, which is new here.
  ///
  /// - Parameters:
  ///   - inputs: Tensors of this graph.
  ///   - controls: Operations of this graph.
  /// - Throws: `GraphError`, of which the graph keeps nothing, where the operands do not fit.
  package func add(
    _ definition: some OpDefinition, _ inputs: [Tensor], exactly name: String,
    controls: [Operation], record: FileRecord
  ) throws(GraphError) -> Operation {
    let (types, known) = state.withLock { state in
      (
        inputs.map { state.nodes[Int($0.node)].outputs[Int($0.index)] },
        inputs.map { state.nodes[Int($0.node)].known[Int($0.index)] }
      )
    }
    let context = InferenceContext(types: types, known: known)
    let outputs: [TensorType]
    do throws(GraphError) {
      outputs = try definition.inferChecked(context)
    } catch {
      var error = error
      if error.inputTypes.isEmpty { error.inputTypes = types }
      throw error
    }
    for type in outputs where type.shape.hasAbsurdExtent {
      throw GraphError(.invalidArgument, "a result of shape \(type.shape) is too large")
    }
    let values = definition.foldKnown(context, outputs)
    let node = state.withLock { state in
      state.names.claimExactly(name)
      let end = Int32(state.addresses.count)
      state.nodes.append(
        Node(
          name: name, definition: definition, inputs: inputs.map(\.output),
          controls: Set(controls.map(\.node)).sorted(), outputs: outputs, known: values,
          trace: end..<end, record: record))
      return Int32(state.nodes.count - 1)
    }
    return Operation(graph: self, node: node)
  }

  /// Runs `body`, and puts the graph back to what it was before where that throws.
  package func undoing<R, Failure: Error>(
    onFailureOf body: () throws(Failure) -> R
  ) throws(Failure) -> R {
    let before = state.withLock { $0 }
    do throws(Failure) {
      return try body()
    } catch {
      state.withLock { $0 = before }
      throw error
    }
  }

  /// A name for a scope that is new in the graph: `name`, or `name` with a number.
  package func claimScope(_ name: String) -> String {
    state.withLock { state in
      let scope = state.nameScope
      return state.names.claim(scope.isEmpty ? name : "\(scope)/\(name)")
    }
  }
}

extension Graph {
  /// What a file told of an operation of this graph besides what it computes; nil for one that was
  /// declared.
  package func record(of operation: Operation) -> FileRecord? {
    state.withLock { $0.nodes[Int(operation.node)].record }
  }

  /// Makes the handle in `variable` that of a variable, as if it had been declared.
  package func register(_ variable: Variable) {
    state.withLock { state in
      let record = VariableRecord(variable)
      state.variables.byName[variable.name] = record
      state.variables.byHandle[variable.handle.node] = record
    }
    addToCollection(.globalVariables, variable)
    if variable.isTrainable { addToCollection(.trainableVariables, variable) }
  }

  /// The variable whose handle this operation makes; nil for other operations.
  package func variable(ofHandle operation: Operation) -> Variable? {
    guard operation.graph === self else { return nil }
    return state.withLock { $0.variables.byHandle[operation.node] }?.variable(in: self)
  }

  /// Where each operation was declared, those in bodies of loops and branches among them; not that
  /// of operations of which only the file is known from which they were read.
  package func locations() -> [Operation: SourceLocation] {
    let operations = allOperations
    let places = CallTrace.locations(of: operations.map { $0.graph.trace(of: $0.node) })
    var result: [Operation: SourceLocation] = [:]
    for (operation, place) in zip(operations, places) {
      if let place, place.line > 0 { result[operation] = place }
    }
    return result
  }

  /// Every operation, with those of bodies of loops and branches.
  private var allOperations: [Operation] {
    operations.flatMap { operation in
      let bodies = (operation.definition as? any ControlFlowDefinition)?.bodies ?? []
      return [operation] + bodies.flatMap { $0.graph.allOperations }
    }
  }

  /// Lets a name of a file stand for tensors that operations of other names make.
  package func addAlias(_ name: String, for tensors: [Tensor]) {
    state.withLock { $0.aliases[name] = tensors.map(\.output) }
  }

  /// The versions of the file that the graph was read from; nil where it was declared.
  package var fileVersions: FileVersions? {
    get { state.withLock { $0.fileVersions } }
    set { state.withLock { $0.fileVersions = newValue } }
  }
}

/// Which version of TensorFlow wrote a file, and which is needed to read it.
package struct FileVersions: Sendable, Hashable {
  package var producer: Int
  package var minimumConsumer: Int

  package init(producer: Int, minimumConsumer: Int) {
    self.producer = producer
    self.minimumConsumer = minimumConsumer
  }
}

extension Graph {
  /// Whether TensorFlow accepts `name` as the name of an operation.
  package static func isValidName(_ name: String) -> Bool { UniqueNames.isValid(name) }

  /// `name`, or `name` with the first number that makes it new in the graph.
  package func unusedName(_ name: String) -> String {
    state.withLock { state in
      var names = state.names
      return names.claim(name)
    }
  }
}
