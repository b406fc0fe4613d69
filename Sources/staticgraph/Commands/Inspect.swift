internal import ArgumentParser
internal import FoundationEssentials
internal import StaticGraph

/// `staticgraph inspect`.
struct Inspect: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Tells what is in a file: what it is fed, its variables, what it gives.",
    discussion: """
      Examples:
        staticgraph inspect linear.pbtxt
        staticgraph inspect linear.pbtxt --ops
      """)

  @OptionGroup var model: ModelArgument

  @Flag(help: "List every operation, also those in the bodies of loops and branches.")
  var ops = false

  func run() throws {
    let model = try model.load()
    let report = ModelReport(model)
    for line in try report.summary() { say(line) }
    if ops { for line in report.operations() { say(line) } }
  }
}

/// What there is to say about a model.
private struct ModelReport {
  private let model: Model
  private let all: [StaticGraph.Operation]
  private let bodies: [Body]

  init(_ model: Model) {
    self.model = model
    all = model.graph.operations
    var bodies: [Body] = []
    var open = all
    while let operation = open.popLast() {
      bodies += operation.bodies
      open += operation.bodies.flatMap(\.graph.operations)
    }
    self.bodies = bodies
  }

  func summary() throws -> [String] {
    let size = try FileManager.default.attributesOfItem(atPath: model.url.path)[.size] as? Int ?? 0
    let inside = bodies.reduce(0) { $0 + $1.graph.operations.count }
    var lines = [
      "\(model.name): \(size) bytes, \(all.count) operations, "
        + "\(inside) more in \(bodies.count) bodies of loops and branches"
    ]
    let placeholders = all.filter { $0.type.hasPrefix("Placeholder") }
    section("placeholders", rows: placeholders.map { ($0.name, type(of: $0)) }, into: &lines)
    let counts = model.variables.map { $0.shape.elementCount ?? 0 }
    let bytes = zip(model.variables, counts).reduce(0) { $0 + $1.0.dtype.byteSize * $1.1 }
    let total = "\(counts.reduce(0, +)) values, \(bytes) bytes"
    section(
      "variables", model.variables.isEmpty ? "" : total,
      rows: model.variables.map { ($0.name, "\(TensorType($0.dtype, $0.shape))") }, into: &lines)
    let read = Set(all.flatMap(\.inputs))
    let awaited = Set(all.flatMap(\.controlInputs) + read.map(\.operation))
    let ends = all.filter { !awaited.contains($0) }
    section(
      "outputs", "tensors that no operation reads",
      rows: ends.filter { !$0.outputs.isEmpty }.map { ($0.name, type(of: $0)) }, into: &lines)
    section(
      "targets", "operations without outputs that none waits for",
      rows: ends.filter(\.outputs.isEmpty).map { ($0.name, $0.type) }, into: &lines)
    let types = Dictionary(
      grouping: all + bodies.flatMap(\.graph.operations), by: \.type
    ).mapValues(\.count)
    section(
      "operation types",
      rows: types.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map {
        ($0.key, "\($0.value)")
      },
      into: &lines)
    return lines
  }

  /// Every operation with its type, operands and results; bodies below the operation they belong to.
  func operations() -> [String] {
    var lines = ["", StandardOutput.styled("operations", .bold)]
    list(model.graph, indent: "  ", into: &lines)
    return lines
  }

  private func list(_ graph: Graph, indent: String, into lines: inout [String]) {
    for operation in graph.operations {
      let operands =
        operation.inputs.map { $0.name.hasSuffix(":0") ? String($0.name.dropLast(2)) : $0.name }
        + operation.controlInputs.map { "^\($0.name)" }
      let results = operation.outputs.map { "\($0.type)" }.joined(separator: ", ")
      lines.append(
        "\(indent)\(operation.name) = \(operation.type)(\(operands.joined(separator: ", ")))"
          + (results.isEmpty ? "" : " -> \(results)"))
      for (name, body) in zip(BodyNames.of(operation), operation.bodies) {
        lines.append("\(indent)  \(name):")
        list(body.graph, indent: indent + "    ", into: &lines)
      }
    }
  }

  private func type(of operation: StaticGraph.Operation) -> String {
    operation.outputs.map { "\($0.type)" }.joined(separator: ", ")
  }

  /// Appends rows of two columns below a title; nothing where there are no rows.
  private func section(
    _ title: String, _ note: String = "", rows: [(String, String)], into lines: inout [String]
  ) {
    guard !rows.isEmpty else { return }
    lines.append("")
    lines.append(StandardOutput.styled(title, .bold) + (note.isEmpty ? "" : " (\(note))"))
    let width = rows.map(\.0.count).max() ?? 0
    for (name, value) in rows {
      lines.append("  \(name)\(String(repeating: " ", count: width - name.count))  \(value)")
    }
  }
}

/// What the bodies of a loop or branch are called.
enum BodyNames {
  static func of(_ operation: StaticGraph.Operation) -> [String] {
    switch operation.type {
    case "If", "StatelessIf": ["then", "else"]
    case "While", "StatelessWhile": ["condition", "body"]
    default: operation.bodies.indices.map { "body \($0)" }
    }
  }
}
