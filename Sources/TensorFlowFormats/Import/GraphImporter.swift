internal import GraphArrays
internal import GraphEngine
internal import TensorFlowProtos

/// Adds the nodes of a GraphDef to a graph: bodies of loops and branches become bodies of the
/// engine, calls of functions become the operations of what they call.
final class GraphImporter {
  /// What a node became.
  struct Added {
    /// Its results, as others refer to them by position.
    var outputs: [Tensor] = []
    /// What has to be done before another node that waits for it.
    var operations: [Operation] = []
  }

  /// Where nodes are added.
  struct Target {
    let graph: Graph
    /// What stands before names: a scope that ends in `/`, or nothing.
    var prefix = ""
    /// Tensors that stand for the parameters of the function.
    var arguments: [Tensor] = []
    /// What all nodes wait for.
    var controls: [Operation] = []
    /// Names that are taken in the graph.
    var names: NameSet
  }

  /// The names that are taken in a graph while nodes are added to it.
  final class NameSet {
    private var used: Set<String>

    init(_ used: Set<String>) { self.used = used }

    /// `name`, or `name` with a number, marked as taken.
    func claim(_ name: String) -> String {
      var unique = name
      var number = 1
      while !used.insert(unique).inserted {
        unique = "\(name)_\(number)"
        number += 1
      }
      return unique
    }
  }

  let places: PlaceReader
  var budget = ReadingBudget()
  private let definitions: [String: Tensorflow_FunctionDef]
  private var lists: [String: NodeList] = [:]
  /// The functions that are being added, the innermost last.
  private var active: [String] = []
  /// What operands that the file names are replaced with.
  private let inputMap: [String: Tensor]

  /// - Parameters:
  ///   - file: The name of the file, which operations tell as their place.
  init(
    _ message: Tensorflow_GraphDef, file: String?, inputMap: [String: Tensor]
  ) throws(FormatError) {
    places = PlaceReader(message.debugInfo, file: file)
    self.inputMap = inputMap
    var definitions: [String: Tensorflow_FunctionDef] = [:]
    for function in message.library.function {
      let name = function.signature.name
      guard definitions.updateValue(function, forKey: name) == nil else {
        throw FormatError(.invalidGraph, "function \"\(name)\" is there twice")
      }
    }
    self.definitions = definitions
  }

  /// The function of this name.
  ///
  /// - Throws: `FormatError` where the file has none.
  func function(_ name: String) throws(FormatError) -> Tensorflow_FunctionDef {
    guard let definition = definitions[name] else {
      throw FormatError(.invalidGraph, "function \"\(name)\" is not in the library")
    }
    return definition
  }

  /// Whether the file has a function of this name.
  func hasFunction(_ name: String) -> Bool { definitions[name] != nil }

  /// The nodes of a function.
  func list(of name: String) throws(FormatError) -> NodeList {
    if let known = lists[name] { return known }
    let definition = try function(name)
    let list = try NodeList(
      definition.nodeDef, arguments: definition.signature.inputArg.map(\.name), function: name)
    lists[name] = list
    return list
  }

  /// Runs `body` while the function of this name counts as being added.
  ///
  /// - Throws: `FormatError` where it is being added already, or functions are too deep in each
  ///   other.
  func entering<R>(
    _ name: String, _ body: () throws(FormatError) -> R
  ) throws(FormatError) -> R {
    if let start = active.firstIndex(of: name) {
      let path = (active[start...] + [name]).joined(separator: " -> ")
      throw FormatError(.unsupported, "function \"\(name)\" calls itself (\(path))")
    }
    guard active.count < budget.depth else {
      throw FormatError(
        .limitExceeded, "functions call each other more than \(budget.depth) deep")
    }
    active.append(name)
    defer { active.removeLast() }
    return try body()
  }

  /// Adds all nodes of a list, and returns what each became.
  func add(_ list: NodeList, to target: Target) throws(FormatError) -> [Added] {
    if list.function != nil {
      try ReadingBudget.take(
        list.nodes.count, from: &budget.operations, "functions become too many operations")
    }
    var added = [Added](repeating: Added(), count: list.nodes.count)
    for position in list.order {
      let node = list.nodes[position]
      do throws(FormatError) {
        let inputs = try operands(of: position, in: list, added, target)
        var controls = target.controls
        for before in list.controls[position] { controls += added[before].operations }
        for name in node.input where name.hasPrefix("^") {
          if let mapped = inputMap[name], list.function == nil { controls.append(mapped.operation) }
        }
        added[position] = try add(
          node, inputs, controls, to: target, function: list.function)
      } catch {
        throw error.of(node, list.path(position))
      }
    }
    return added
  }

  private func operands(
    of position: Int, in list: NodeList, _ added: [Added], _ target: Target
  ) throws(FormatError) -> [Tensor] {
    var operands: [Tensor] = []
    for (reference, name) in zip(list.inputs[position], list.nodes[position].input) {
      if let reference {
        operands.append(try tensor(reference, name, in: list, added, target))
      } else if let mapped = inputMap[name] ?? inputMap[Self.plain(name)] {
        operands.append(mapped)
      }
    }
    return operands
  }

  /// The tensor that an operand refers to.
  func tensor(
    _ reference: NodeList.Reference, _ text: String, in list: NodeList, _ added: [Added],
    _ target: Target
  ) throws(FormatError) -> Tensor {
    switch reference.source {
    case .argument(let index): return target.arguments[index]
    case .node(let position):
      let outputs = added[position].outputs
      let index: Int?
      switch reference.output {
      case .index(let position): index = position
      case .named(let argument, let offset):
        index = outputIndex(of: list.nodes[position], argument, offset, count: outputs.count)
      }
      guard let index, outputs.indices.contains(index) else {
        throw FormatError(
          .invalidGraph,
          "operand \"\(text)\" is not there: \"\(list.nodes[position].name)\" has "
            + (outputs.count == 1 ? "1 result" : "\(outputs.count) results"))
      }
      return outputs[index]
    }
  }

  private func outputIndex(
    of node: Tensorflow_NodeDef, _ argument: String, _ offset: Int, count: Int
  ) -> Int? {
    if let function = definitions[node.op] {
      return function.signature.outputArg.firstIndex { $0.name == argument }
    }
    return OpSignature[node.op]?.output(argument, offset, of: count)
  }

  /// `x` for `x:0`, which mean the same.
  static func plain(_ name: String) -> String {
    name.hasSuffix(":0") ? String(name.dropLast(2)) : name + ":0"
  }
}
