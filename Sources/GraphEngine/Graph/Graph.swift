internal import GraphArrays
package import Synchronization

/// A static computational graph: an append-only container of operations.
///
/// Placeholders, variables and operations are declared once; a `Session` compiles and runs what a
/// fetch needs. Functions that declare operations do not throw: the first mistake is recorded with
/// the user's file and line, tensors made from it are invalid and pass silently through further
/// declarations, and `Session(graph)`, a run or an export throws it.
///
/// The bodies of loops and branches are graphs too, whose `parent` is the graph that the loop stands
/// in. While a body's closure runs, every operation declared on the graph goes into that body, and
/// tensors from outside are captured. So a graph is declared from one thread at a time; running and
/// reading it is safe from any number of threads.
public final class Graph: Sendable {
  /// What happens at a mistake in a declaration.
  public enum ErrorPolicy: Sendable {
    /// It is kept, and thrown by `Session(graph)`, a run or an export.
    case record
    /// The process stops at the line, for a debugger.
    case trap
  }

  /// Seed of the random operations that are not given one of their own; nil: another one each time.
  public let seed: Int?
  /// What happens at a mistake in a declaration.
  public let errorPolicy: ErrorPolicy
  /// The graph that this body's loop or branch stands in; nil for a graph that is no body.
  ///
  /// `weak` because the graph's nodes hold the body: what a graph stores refers to it and to the
  /// graphs around it by numbers of nodes only, so that it is freed with its last tensor.
  package weak let parent: Graph?
  /// The graph that this one belongs to, through any number of bodies; nil for a graph that is no
  /// body, and for a body that outlived it.
  private weak let outermost: Graph?

  /// What declarations change. The mutex is never held while a definition's own code runs.
  package let state: Mutex<State>

  package struct State: Sendable {
    package var nodes: [Node] = []
    var addresses: [UInt] = []
    var names = UniqueNames()
    var nameScope = ""
    var controls: [[Int32]] = []
    var error: GraphError?
    var isFinalized = false
    var randomOperations = 0
    /// Open bodies, the innermost last. In the outermost graph only.
    var bodies: [Graph] = []
    /// Trace of the operation whose gradient is being declared: gradients tell the place of it.
    var inheritedTrace: CallTrace?
    /// What this body takes from its parent: the tensor outside and its parameter in here.
    var captures: [NodeOutput: NodeOutput] = [:]
    var captureOrder: [NodeOutput] = []
    var variables = VariableStore()
    var collections: [String: [CollectionItem]] = [:]
    /// Reads of variables made for the innermost control dependencies, by the variable's own read.
    var freshReads: [[NodeOutput: NodeOutput]] = []
    /// Names of a file whose operations became others: those of calls of functions.
    var aliases: [String: [NodeOutput]] = [:]
    var fileVersions: FileVersions?
  }

  /// A new, empty graph.
  public init(seed: Int? = nil, onError: ErrorPolicy = .record) {
    self.seed = seed
    errorPolicy = onError
    parent = nil
    outermost = nil
    state = Mutex(State())
  }

  /// A body of a loop or branch that stands in `parent`.
  package init(bodyOf parent: Graph) {
    seed = parent.seed
    errorPolicy = parent.errorPolicy
    self.parent = parent
    outermost = parent.root
    state = Mutex(State())
  }

  /// The graph that is no body and that this one belongs to.
  package var root: Graph { outermost ?? self }

  /// Where operations are declared now: the innermost open body, or the graph itself.
  package var innermost: Graph {
    let root = root
    return root.state.withLock { $0.bodies.last } ?? root
  }

  // MARK: Reading

  package func node(_ node: Int32) -> Node { state.withLock { $0.nodes[Int(node)] } }

  package func outputType(_ tensor: Tensor) -> TensorType {
    state.withLock { $0.nodes[Int(tensor.node)].outputs[Int(tensor.index)] }
  }

  package var nodeCount: Int { state.withLock { $0.nodes.count } }

  /// Every operation, in the order of declaration. Bodies of loops and branches are not entered.
  public var operations: [Operation] {
    (0..<Int32(nodeCount)).map { Operation(graph: self, node: $0) }
  }

  /// The operation with this name; nil where there is none.
  public func operation(named name: String) -> Operation? {
    state.withLock { state in state.nodes.firstIndex { $0.name == name } }
      .map { Operation(graph: self, node: Int32($0)) }
  }

  /// The tensor with this name: `rnn/add:0`, or `rnn/add` for the first output; nil where there
  /// is none.
  public func tensor(named name: String) -> Tensor? {
    let parts = name.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    let index = parts.count == 1 ? 0 : Int32(parts[1])
    if let tensors = state.withLock({ $0.aliases[String(parts[0])] }) {
      guard let index, tensors.indices.contains(Int(index)) else { return nil }
      return tensors[Int(index)].tensor(in: self)
    }
    guard let operation = operation(named: String(parts[0])) else { return nil }
    guard let index, index >= 0, index < operation.outputs.count else { return nil }
    return Tensor(graph: self, node: operation.node, index: index)
  }

  /// The first mistake in the declarations, with the place of it; nil where there is none.
  public var error: GraphError? { root.state.withLock { $0.error } }

  // MARK: Adding

  /// Forbids further operations, so that a loop which declares some by mistake is found.
  public func finalize() { root.state.withLock { $0.isFinalized = true } }

  /// Whether the graph was finalized.
  public var isFinalized: Bool { root.state.withLock { $0.isFinalized } }

  /// Adds an operation to the innermost open body, capturing operands from outside.
  ///
  /// A mistake is recorded and gives an invalid operation. Where `name` is nil, the name is
  /// `defaultName`, or else the definition's.
  @discardableResult
  package func add(
    _ definition: some OpDefinition, _ inputs: [Tensor], name: String? = nil,
    defaultName: String? = nil, controls: [Operation] = []
  ) -> Operation {
    innermost.addHere(
      definition, inputs, name: name ?? defaultName ?? definition.name, controls: controls)
  }

  /// The first output of an operation added with `add`.
  package func tensor(
    _ definition: some OpDefinition, _ inputs: [Tensor], name: String? = nil,
    defaultName: String? = nil
  ) -> Tensor {
    let operation = add(definition, inputs, name: name, defaultName: defaultName)
    return Tensor(graph: operation.graph, node: operation.node)
  }

  /// All outputs of an operation added with `add`; invalid tensors where it was refused.
  package func tensors(
    _ definition: some OpDefinition, _ inputs: [Tensor], name: String? = nil,
    defaultName: String? = nil
  ) -> [Tensor] {
    let operation = add(definition, inputs, name: name, defaultName: defaultName)
    guard operation.isValid else {
      let invalid = Tensor.invalid(in: operation.graph)
      let count = min(max(0, definition.outputCount), InferenceContext.largestOutputCount)
      return Array(repeating: invalid, count: count)
    }
    return operation.outputs
  }

  private func addHere(
    _ definition: some OpDefinition, _ inputs: [Tensor], name: String, controls: [Operation]
  ) -> Operation {
    let refused = Operation(graph: self, node: -1)
    guard inputs.allSatisfy(\.isValid) else {
      adoptMistakes(of: inputs)
      return refused
    }
    do throws(GraphError) {
      if isFinalized {
        throw GraphError(.failedPrecondition, "the graph is finalized and cannot be changed")
      }
      var operands: [Tensor] = []
      operands.reserveCapacity(inputs.count)
      for input in inputs { operands.append(try readAnew(try importing(input))) }
      let (types, known) = state.withLock { state in
        (
          operands.map { state.nodes[Int($0.node)].outputs[Int($0.index)] },
          operands.map { state.nodes[Int($0.node)].known[Int($0.index)] }
        )
      }
      let context = InferenceContext(types: types, known: known)
      let outputs: [TensorType]
      do throws(GraphError) {
        outputs = try definition.inferChecked(context)
      } catch {
        var error = error
        if error.inputTypes.isEmpty, error.code == .invalidArgument { error.inputTypes = types }
        throw error
      }
      let values = definition.foldKnown(context, outputs)
      return try append(
        definition, operands, outputs: outputs, known: values, name: name, controls: controls)
    } catch {
      record(error, definition.name, name)
      return refused
    }
  }

  private func append(
    _ definition: some OpDefinition, _ inputs: [Tensor], outputs: [TensorType],
    known: [KnownValue?], name: String, controls: [Operation]
  ) throws(GraphError) -> Operation {
    let plain = name.hasSuffix("/") ? String(name.dropLast()) : name
    guard UniqueNames.isValid(plain) else {
      throw GraphError(.invalidArgument, "\"\(name)\" is not a valid name of an operation")
    }
    let own = controls.filter { $0.graph === self && $0.isValid }.map(\.node)
    let inherited = root.state.withLock { $0.inheritedTrace }
    let node = state.withLock { state in
      let full =
        name.hasSuffix("/")
        ? state.names.claimScope(plain)
        : state.names.claimOperation(
          state.nameScope.isEmpty ? plain : "\(state.nameScope)/\(plain)")
      let trace: Range<Int32>
      if let inherited {
        let start = Int32(state.addresses.count)
        state.addresses += inherited.addresses
        trace = start..<Int32(state.addresses.count)
      } else {
        trace = CallTrace.capture(into: &state.addresses)
      }
      let before =
        own.isEmpty && state.controls.isEmpty
        ? [] : Set(state.controls.joined()).union(own).sorted()
      state.nodes.append(
        Node(
          name: full, definition: definition,
          inputs: inputs.map { NodeOutput(node: $0.node, index: $0.index) }, controls: before,
          outputs: outputs, known: known, trace: trace,
          record: inherited?.known.map { FileRecord(location: $0) }))
      return Int32(state.nodes.count - 1)
    }
    return Operation(graph: self, node: node)
  }

  // MARK: Mistakes

  /// Keeps `error` as the graph's mistake if it is the first, with the place of the caller.
  ///
  /// - Parameter name: The operation's name in the scope that is open; as it stands where it ends
  ///   in `/`.
  package func record(_ error: GraphError, _ operationType: String? = nil, _ name: String? = nil) {
    var error = error
    error.operationType = error.operationType ?? operationType
    if error.operation == nil, let name {
      let scope = state.withLock { $0.nameScope }
      if name.hasSuffix("/") {
        error.operation = String(name.dropLast())
      } else {
        error.operation = scope.isEmpty ? name : "\(scope)/\(name)"
      }
    }
    let isFirst = root.state.withLock { $0.error == nil }
    guard isFirst || errorPolicy == .trap else { return }
    if error.trace == nil {
      let inherited = root.state.withLock { $0.inheritedTrace }
      var addresses: [UInt] = []
      if inherited == nil { _ = CallTrace.capture(into: &addresses) }
      error.trace = inherited ?? CallTrace(addresses: addresses)
    }
    if errorPolicy == .trap { preconditionFailure(error.description) }
    root.state.withLock { if $0.error == nil { $0.error = error } }
  }

  /// Where the user declared a node.
  package func trace(of node: Int32) -> CallTrace {
    state.withLock { state in
      let node = state.nodes[Int(node)]
      let range = Int(node.trace.lowerBound)..<Int(node.trace.upperBound)
      return CallTrace(
        addresses: Array(state.addresses[range]), known: node.record?.location)
    }
  }

  /// Lets operations that `body` declares tell the place of `operation` as theirs: a gradient that
  /// fails is a matter of the line that declared the forward operation.
  package func inheritingTrace<R>(of operation: Operation, _ body: () -> R) -> R {
    let root = root
    let trace = operation.graph.trace(of: operation.node)
    let outer = root.state.withLock { state in
      let outer = state.inheritedTrace
      state.inheritedTrace = trace
      return outer
    }
    defer { root.state.withLock { $0.inheritedTrace = outer } }
    return body()
  }
}
