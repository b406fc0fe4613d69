internal import GraphArrays
internal import GraphEngine
internal import TensorFlowProtos

/// Writes a graph as a GraphDef: operations as nodes, bodies of loops and branches as functions.
///
/// What is written is the program that the compiler imports, with tapes lowered to tensor lists
/// (`LowerTapes`), so a loop and its gradient stand in the file as they are executed.
struct GraphExporter {
  private let graph: Graph
  private var library: [Tensorflow_FunctionDef] = []
  /// Names of functions and whether they have effects or draw random numbers.
  private var functionNames: Set<String> = []
  private var places = PlaceTable()
  private let locations: [Operation: SourceLocation]

  /// The version of TensorFlow's graphs that this is: that of TensorFlow 2.15.
  static let version = 1645
  /// The version from which on readers know functions of nodes.
  private static let functionVersion = 12

  /// - Parameter withLocations: Whether places of declaration are written.
  init(_ graph: Graph, withLocations: Bool) {
    self.graph = graph
    locations = withLocations ? graph.locations() : [:]
  }

  /// The message of the whole graph.
  ///
  /// - Throws: `FormatError` for operations that TensorFlow does not have.
  mutating func graphDef() throws(FormatError) -> Tensorflow_GraphDef {
    var program: Program
    do throws(GraphError) {
      program = try Program(
        importing: graph, fetches: [], targets: graph.operations, feeds: [], feedTypes: [])
      try LowerTapes.run(&program)
    } catch {
      throw FormatError(error)
    }
    var names = NodeNames(program)
    var result = Tensorflow_GraphDef()
    let body = try nodes(of: program, &names, function: nil)
    result.node = body.nodes
    let known = graph.fileVersions
    result.versions.producer = Int32(known?.producer ?? Self.version)
    result.versions.minConsumer = Int32(
      max(known?.minimumConsumer ?? 0, library.isEmpty ? 0 : Self.functionVersion))
    if !library.isEmpty { result.library.function = library }
    if !places.isEmpty { result.debugInfo = places.message }
    return result
  }

  // MARK: Nodes

  /// The nodes of a program, and how each of its values is referred to.
  private mutating func nodes(
    of program: Program, _ names: inout NodeNames, function: String?
  ) throws(FormatError) -> (
    nodes: [Tensorflow_NodeDef], references: [Value: String], isStateful: Bool
  ) {
    var writer = NodeWriter(names: names, isFunction: function != nil)
    var isStateful = false
    var program = program
    for var instruction in program.instructions {
      let count = writer.nodes.count
      if let definition = instruction.definition as? any ControlFlowDefinition {
        var added: [String] = []
        if definition.isLoop, !instruction.hasLoopCounters(in: program) {
          for start in instruction.addLoopCounters(in: &program) {
            try writer.append(start, of: program)
          }
          added = Instruction.loopCounterNames
        }
        let functions = try self.functions(
          of: instruction, definition, adding: added, within: function)
        isStateful = isStateful || functions.isStateful
        try writer.append(instruction, definition, calling: functions, of: program)
      } else {
        try writer.append(instruction, of: program)
        isStateful =
          isStateful || OpSignature[writer.nodes[writer.nodes.count - 1].op]?.isStateful == true
      }
      let origin = instruction.origin?.operation
      if let origin, writer.names.isOriginal(instruction),
        let variable = graph.variable(ofHandle: origin)
      {
        writer.nodes[writer.nodes.count - 1].attr[FileAttribute.trainable] =
          Tensorflow_AttrValue(.bool(variable.isTrainable))
      }
      if let origin, let place = locations[origin] {
        for node in writer.nodes[count...] {
          places.add(place, of: function.map { "\(node.name)@\($0)" } ?? node.name)
        }
      }
    }
    names = writer.names
    return (writer.nodes, writer.references, isStateful)
  }

  // MARK: Functions

  /// The functions that the bodies of a loop or branch become.
  struct Functions {
    /// Their names: `[condition, body]`, `[then, else]`, or one for each number.
    var names: [String]
    /// Whether one of them has effects or draws random numbers.
    var isStateful: Bool
  }

  /// - Parameter added: The names of parameters in front of those that the bodies declare.
  private mutating func functions(
    of instruction: Instruction, _ definition: any ControlFlowDefinition, adding added: [String],
    within outer: String?
  ) throws(FormatError) -> Functions {
    let roles: [String] =
      switch definition {
      case is While: ["cond", "body"]
      case is If: ["true", "false"]
      default: definition.bodies.indices.map { "branch\($0)" }
      }
    let base = (outer.map { "\($0)_" } ?? "") + instruction.name
    var result = Functions(names: [], isStateful: false)
    for (b, role) in roles.enumerated() {
      let name = claimFunction("\(base)_\(role)")
      let isStateful = try append(
        instruction.bodies[b], named: name,
        parameters: added + definition.bodies[b].parameters.map(\.operation.name))
      result.names.append(name)
      result.isStateful = result.isStateful || isStateful
    }
    return result
  }

  /// Adds a function to the library; whether it has effects or draws random numbers.
  private mutating func append(
    _ program: Program, named name: String, parameters: [String]
  ) throws(FormatError) -> Bool {
    var function = Tensorflow_FunctionDef()
    function.signature.name = name
    var names = NodeNames(program, arguments: parameters)
    for (argument, parameter) in zip(names.arguments, program.parameters) {
      function.signature.inputArg.append(
        .init(argument, program.type(parameter.value).dtype))
    }
    let body = try nodes(of: program, &names, function: name)
    function.nodeDef = body.nodes
    for (index, result) in program.results.enumerated() {
      let output = "output_\(index)"
      function.signature.outputArg.append(.init(output, program.type(result).dtype))
      function.ret[output] = body.references[result]
    }
    function.signature.isStateful = body.isStateful
    library.append(function)
    return body.isStateful
  }

  private mutating func claimFunction(_ name: String) -> String {
    let plain = String(
      name.map { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") ? $0 : "_" })
    var unique = plain
    var number = 1
    while !functionNames.insert(unique).inserted {
      unique = "\(plain)_\(number)"
      number += 1
    }
    return unique
  }
}

/// Attributes that this package writes besides TensorFlow's own; TensorFlow passes over them.
enum FileAttribute {
  /// Whether optimisers change a variable: a GraphDef has no collections to tell it.
  static let trainable = "_trainable"
  /// The attribute with which TensorFlow's tools tell shapes: found anew when a graph is read.
  static let outputShapes = "_output_shapes"
  /// Operations that stand on the same device as others: `loc:@name`.
  static let colocation = "_class"
}

extension Tensorflow_OpDef.ArgDef {
  init(_ name: String, _ dtype: DType) {
    self.init()
    self.name = name
    type = dtype.proto
  }
}

extension FormatError {
  /// A mistake of a graph as one of the file.
  init(_ error: GraphError) {
    var text = error.message
    if !error.inputTypes.isEmpty {
      text += " (\(error.inputTypes.map(\.description).joined(separator: " x ")))"
    }
    self.init(
      error.code == .unimplemented ? .unsupported : .invalidGraph, text,
      operation: error.operation, operationType: error.operationType)
  }
}
