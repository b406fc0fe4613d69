internal import ArgumentParser
internal import FoundationEssentials
internal import StaticGraph

/// The model that a command works on.
struct ModelArgument: ParsableArguments {
  @Argument(
    help: ArgumentHelp("The graph: a .pb or .pbtxt file.", valueName: "model"),
    completion: .file(extensions: ["pb", "pbtxt"]))
  var path: String

  func validate() throws {
    guard !path.isEmpty else { throw ValidationError("the name of the model is empty") }
  }

  func load() throws -> Model { try Model(path) }
}

/// A graph from a file, whose parts are found by name.
struct Model {
  let url: URL
  let graph: Graph
  let variables: [Variable]

  init(_ path: String) throws {
    url = URL(filePath: path)
    graph = try Graph(contentsOf: url)
    variables = graph.collection(.globalVariables)
  }

  /// The file's name.
  var name: String { url.lastPathComponent }

  /// The operation with this name.
  func operation(_ name: String) throws -> StaticGraph.Operation {
    guard let operation = graph.operation(named: name) else { throw unknown(name) }
    return operation
  }

  /// The variable with this name, or whose handle has it.
  func variable(_ name: String) -> Variable? {
    variables.first { $0.name == name }
      ?? variables.first { variable in
        variable.value.operation.inputs.first.map { handle in
          handle.operation.name == name || handle.name == name
        } ?? false
      }
  }

  /// The tensor that a name stands for; that of a variable stands for its value.
  func tensor(_ name: String) throws -> Tensor {
    if let variable = variable(name) { return variable.value }
    guard let tensor = graph.tensor(named: name) else {
      guard let operation = graph.operation(named: name.prefixBeforeColon) else {
        throw unknown(name)
      }
      let count = operation.outputs.count
      throw Failure(
        count == 0
          ? "\(self.name): \(operation) has no outputs: it can only be a target"
          : "\(self.name): \(operation) has no output \"\(name)\", its \(count) are numbered from 0"
      )
    }
    // A file that gives a variable no first value has its handle and reads all the same.
    guard tensor.dtype == .resource else { return tensor }
    let read = graph.operations.first { $0.type == "ReadVariableOp" && $0.inputs == [tensor] }
    return read?.outputs.first ?? tensor
  }

  private func unknown(_ name: String) -> Failure {
    let wanted = name.prefixBeforeColon
    let names = graph.operations.map(\.name)
    let close =
      names.first { $0.lowercased() == wanted.lowercased() }
      ?? names.first { $0.hasSuffix("/\(wanted)") }
      ?? names.first { $0.hasPrefix("\(wanted)/") }.map { _ in names.first { $0.hasPrefix(wanted) }
      }
      ?? nil
    let hint = close.map { "; there is \"\($0)\"" } ?? ""
    return Failure("\(self.name): there is no operation \"\(wanted)\"\(hint)")
  }
}

extension String {
  /// `rnn/add` of `rnn/add:0`.
  fileprivate var prefixBeforeColon: String { String(prefix { $0 != ":" }) }
}
