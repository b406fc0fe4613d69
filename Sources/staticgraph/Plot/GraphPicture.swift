internal import StaticGraph

/// A graph in the language of Graphviz.
struct GraphPicture {
  /// The whole picture.
  private(set) var dot = ""
  private let hidden: Set<StaticGraph.Operation>
  private var edges: [String] = []
  private var numbers: [StaticGraph.Operation: String] = [:]
  private var clusterCount = 0

  /// Draws a graph.
  init(_ graph: Graph, title: String) {
    hidden = graph.initialization
    dot = """
      digraph {
        label=\(title.quoted) labelloc=t fontname="Helvetica" fontsize=16 compound=true
        nodesep=0.2 ranksep=0.35
        node [fontname="Helvetica" fontsize=11 shape=box style="rounded,filled" \
      fillcolor="#ffffff" color="#8a8f98" margin="0.1,0.04" height=0.3]
        edge [fontname="Helvetica" fontsize=9 fontcolor="#5a6270" color="#6a7280" arrowsize=0.7]

      """
    add(graph, prefix: "n", indent: "  ")
    for edge in edges { dot += "  \(edge)\n" }
    dot += "}\n"
  }

  // MARK: Nodes

  /// The operations of a graph or body, and the bodies of these.
  private mutating func add(_ graph: Graph, prefix: String, indent: String) {
    let operations = graph.operations.filter { !hidden.contains($0) }
    let updated = Set(operations.filter(\.isUpdate).flatMap(\.inputs).map(\.operation))
    let read = Set(operations.filter { !$0.isUpdate }.flatMap(\.inputs).map(\.operation))
    for (number, operation) in operations.enumerated() {
      // A plain read is drawn as its variable, of which it is the value.
      let shown = operation.variableRead ?? operation
      numbers[operation] = numbers[shown] ?? "\(prefix)\(number)"
    }
    let shown = operations.filter { operation in
      // Variables that are updated only, such as an optimiser's, are named by their updates.
      operation.variableRead == nil
        && (operation.type != "VarHandleOp" || read.contains(operation)
          || !updated.contains(operation))
    }
    add(ScopeTree(shown), indent: indent)
    for operation in shown { connect(operation) }
  }

  private mutating func add(_ scope: ScopeTree, indent: String) {
    for operation in scope.operations { add(operation, indent: indent) }
    for child in scope.children {
      // A frame around one operation and its constants tells nothing that its name does not.
      if child.children.isEmpty, child.operations.filter({ $0.type != "Const" }).count < 2 {
        add(child, indent: indent)
      } else {
        _ = frame(child.name, fill: "#f4f6fa", indent: indent) { $0.add(child, indent: $1) }
      }
    }
  }

  /// Draws a frame around what `body` draws, and returns its name.
  private mutating func frame(
    _ label: String, fill: String, indent: String,
    _ body: (inout GraphPicture, _ indent: String) -> Void
  ) -> String {
    clusterCount += 1
    let name = "cluster_\(clusterCount)"
    dot += "\(indent)subgraph \(name) {\n"
    dot +=
      "\(indent)  label=\(label.quoted) labelloc=t labeljust=l fontsize=11 style=\"rounded,filled\" "
      + "fillcolor=\"\(fill)\" color=\"#b9c0cc\"\n"
    body(&self, indent + "  ")
    dot += "\(indent)}\n"
    return name
  }

  private mutating func add(_ operation: StaticGraph.Operation, indent: String) {
    guard let number = numbers[operation] else { return }
    dot += "\(indent)\(number) [\(NodeStyle(operation).attributes)]\n"
    for (name, body) in zip(BodyNames.of(operation), operation.bodies) {
      let prefix = "\(number)_\(name.first.map(String.init) ?? "b")"
      let cluster = frame("\(operation.name): \(name)", fill: "#e9ebef", indent: indent) {
        $0.add(body.graph, prefix: prefix, indent: $1)
        $0.addResults(of: body, prefix: prefix, indent: $1)
      }
      if let first = body.graph.operations.first, let target = numbers[first] {
        edges.append(
          "\(number) -> \(target) [lhead=\(cluster) style=dotted arrowhead=none]")
      }
    }
  }

  /// A node for each result of a body, below the operation that makes it.
  private mutating func addResults(of body: Body, prefix: String, indent: String) {
    for (index, result) in body.results.enumerated() {
      let id = "\(prefix)r\(index)"
      dot += "\(indent)\(id) [label=\"result \(index)\" \(NodeStyle.parameter)]\n"
      edges.append(edge(from: result, to: id))
    }
  }

  // MARK: Edges

  private mutating func connect(_ operation: StaticGraph.Operation) {
    guard let number = numbers[operation] else { return }
    for input in operation.inputs where !(operation.isUpdate && input.dtype == .resource) {
      edges.append(edge(from: input, to: number))
    }
    for control in operation.controlInputs {
      guard let source = numbers[control] else { continue }
      edges.append("\(source) -> \(number) [style=dashed color=\"#b4bac4\"]")
    }
  }

  private func edge(from tensor: Tensor, to target: String) -> String {
    let source = numbers[tensor.operation] ?? "unknown"
    return "\(source) -> \(target) [label=\(tensor.type.short.quoted)]"
  }
}

extension Graph {
  /// What only gives variables their first values.
  fileprivate var initialization: Set<StaticGraph.Operation> {
    let operations = operations
    var consumers: [StaticGraph.Operation: [StaticGraph.Operation]] = [:]
    for operation in operations {
      for source in operation.inputs.map(\.operation) + operation.controlInputs {
        consumers[source, default: []].append(operation)
      }
    }
    var found = Set(collection(.globalVariables).map(\.initializer))
    for operation in operations where operation.type == "NoOp" {
      let awaited = operation.controlInputs
      if !awaited.isEmpty, awaited.allSatisfy({ found.contains($0) }) { found.insert(operation) }
    }
    for operation in operations.reversed() where operation.type != "VarHandleOp" {
      guard let readers = consumers[operation] else { continue }
      if readers.allSatisfy({ found.contains($0) }) { found.insert(operation) }
    }
    return found
  }
}

extension StaticGraph.Operation {
  /// The handle of a variable whose value this operation reads, and does nothing else.
  fileprivate var variableRead: StaticGraph.Operation? {
    guard type == "ReadVariableOp", let handle = inputs.first?.operation,
      handle.type == "VarHandleOp", controlInputs.isEmpty
    else { return nil }
    return handle
  }

  /// Whether it changes variables, which its text names.
  var isUpdate: Bool {
    bodies.isEmpty && inputs.first?.dtype == .resource && type != "ReadVariableOp"
      && !type.hasPrefix("ResourceGather")
  }
}

extension TensorType {
  /// The shape, after the dtype where it is not float32: `? x 512`, `int32 ?`.
  fileprivate var short: String {
    let extents =
      shape.dimensions.map { dimensions in
        dimensions.map { $0.map { "\($0)" } ?? "?" }.joined(separator: " x ")
      } ?? "..."
    if dtype == .float32 { return extents.isEmpty ? "scalar" : extents }
    return extents.isEmpty ? dtype.name : "\(dtype.name) \(extents)"
  }
}

extension String {
  /// The text in double quotes, as DOT wants it.
  var quoted: String {
    var result = "\""
    for character in self {
      switch character {
      case "\"", "\\": result += "\\\(character)"
      case "\n": result += "\\n"
      default: result.append(character)
      }
    }
    return result + "\""
  }
}
