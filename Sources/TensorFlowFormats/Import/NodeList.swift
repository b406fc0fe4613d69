internal import TensorFlowProtos

/// The nodes of a GraphDef or of a function, with what their inputs refer to, in an order in which
/// each node comes after those that it needs.
struct NodeList {
  /// What an operand refers to.
  struct Reference {
    enum Source {
      /// A node, by its position.
      case node(Int)
      /// A parameter of the function.
      case argument(Int)
    }
    enum Output {
      case index(Int)
      /// A result as functions name it: one of those of an argument of the signature.
      case named(String, Int)
    }
    let source: Source
    let output: Output
  }

  let nodes: [Tensorflow_NodeDef]
  /// The operands of each node; nil for those that the importer was given a tensor for.
  private(set) var inputs: [[Reference?]] = []
  /// The nodes that each node waits for.
  private(set) var controls: [[Int]] = []
  /// Positions of all nodes, each behind those that it needs, else in the order of the file.
  private(set) var order: [Int] = []

  private let positions: [String: Int]
  private let arguments: [String: Int]
  /// The function that the nodes belong to; nil for those of a graph.
  let function: String?

  /// - Parameters:
  ///   - arguments: The names of the function's parameters.
  ///   - isMapped: Whether an operand of this name (`x:1`, `^x`) is replaced.
  /// - Throws: `FormatError` for names that are there twice, operands that are not there, circles.
  init(
    _ nodes: [Tensorflow_NodeDef], arguments names: [String] = [], function: String? = nil,
    isMapped: (String) -> Bool = { _ in false }
  ) throws(FormatError) {
    self.nodes = nodes
    self.function = function
    var positions: [String: Int] = [:]
    var arguments: [String: Int] = [:]
    for (index, name) in names.enumerated() {
      guard arguments.updateValue(index, forKey: name) == nil else {
        throw FormatError(
          .invalidGraph, "function \"\(function ?? "")\" has two parameters \"\(name)\"")
      }
    }
    for (index, node) in nodes.enumerated() {
      guard positions.updateValue(index, forKey: node.name) == nil, arguments[node.name] == nil
      else {
        throw FormatError(
          .invalidGraph, "the name is there twice", operation: Self.path(node.name, function),
          operationType: node.op)
      }
    }
    self.positions = positions
    self.arguments = arguments
    for node in nodes {
      do throws(FormatError) {
        try append(node, isMapped)
      } catch {
        throw error.of(node, Self.path(node.name, function))
      }
    }
    order = try sorted()
  }

  /// The name of a node, with the function that it belongs to.
  func path(_ index: Int) -> String { Self.path(nodes[index].name, function) }

  private static func path(_ name: String, _ function: String?) -> String {
    function.map { "\($0)/\(name)" } ?? name
  }

  /// The position of the node of this name; nil where there is none.
  func position(of name: String) -> Int? { positions[name] }

  private mutating func append(
    _ node: Tensorflow_NodeDef, _ isMapped: (String) -> Bool
  ) throws(FormatError) {
    var operands: [Reference?] = []
    var before: [Int] = []
    for input in node.input {
      if input.hasPrefix("^") {
        if isMapped(input) { continue }
        let name = String(input.dropFirst())
        if arguments[name] != nil { continue }
        guard let position = positions[name] else {
          throw FormatError(.invalidGraph, "waits for \"\(name)\", which is not there")
        }
        before.append(position)
      } else {
        guard before.isEmpty else {
          throw FormatError(.invalidGraph, "operand \"\(input)\" stands behind control inputs")
        }
        operands.append(isMapped(input) ? nil : try reference(input))
      }
    }
    inputs.append(operands)
    controls.append(before)
  }

  /// What `name`, `name:1`, or in a function `name:output:0` refers to.
  ///
  /// - Throws: `FormatError` where there is no such node or parameter.
  func reference(_ text: String) throws(FormatError) -> Reference {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    if function != nil {
      if parts.count == 1, let argument = arguments[text] {
        return Reference(source: .argument(argument), output: .index(0))
      }
      if let position = positions[parts[0]], parts.count == 2 || parts.count == 3,
        let index = parts.count == 3 ? Int(parts[2]) : 0
      {
        return Reference(source: .node(position), output: .named(parts[1], index))
      }
    } else if let position = positions[parts[0]], parts.count <= 2,
      let index = parts.count == 2 ? Int(parts[1]) : 0, index >= 0
    {
      return Reference(source: .node(position), output: .index(index))
    }
    throw FormatError(.invalidGraph, "operand \"\(text)\" is not there")
  }

  /// - Throws: `FormatError` with the nodes of a circle, where there is one.
  private func sorted() throws(FormatError) -> [Int] {
    enum Mark { case new, open, done }
    var marks = [Mark](repeating: .new, count: nodes.count)
    var order: [Int] = []
    order.reserveCapacity(nodes.count)
    for start in nodes.indices where marks[start] == .new {
      var path: [(node: Int, needs: ArraySlice<Int>)] = [(start, needs(of: start)[...])]
      marks[start] = .open
      while let (node, rest) = path.last {
        guard let next = rest.first else {
          marks[node] = .done
          order.append(node)
          path.removeLast()
          continue
        }
        path[path.count - 1].needs = rest.dropFirst()
        switch marks[next] {
        case .done: break
        case .new:
          marks[next] = .open
          path.append((next, needs(of: next)[...]))
        case .open:
          let start = path.firstIndex { $0.node == next } ?? 0
          throw circle(path[start...].map(\.node))
        }
      }
    }
    return order
  }

  private func needs(of node: Int) -> [Int] {
    inputs[node].compactMap { reference in
      if case .node(let position) = reference?.source { position } else { nil }
    } + controls[node]
  }

  private func circle(_ nodes: [Int]) -> FormatError {
    let shown = nodes.reversed().prefix(8).map { "\"\(self.nodes[$0].name)\"" }
    let text = shown.joined(separator: " -> ") + (nodes.count > 8 ? " -> ..." : "")
    let first = nodes[nodes.count - 1]
    return FormatError(
      .invalidGraph, "operations need each other in a circle: \(text)", operation: path(first),
      operationType: self.nodes[first].op)
  }
}

extension FormatError {
  /// The same error as one of a node, where it is not told of another one yet.
  func of(_ node: Tensorflow_NodeDef, _ path: String) -> FormatError {
    guard operation == nil else { return self }
    var error = self
    error.operation = path
    error.operationType = node.op
    return error
  }
}
