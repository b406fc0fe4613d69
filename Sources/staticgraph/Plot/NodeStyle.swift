internal import StaticGraph

/// How an operation looks.
struct NodeStyle {
  /// What parameters and results of bodies look like.
  static let parameter = "shape=ellipse fillcolor=\"#ffffff\" fontsize=9"

  /// The attributes of the node, in DOT.
  let attributes: String

  init(_ operation: StaticGraph.Operation) {
    let name = operation.name.split(separator: "/").last.map(String.init) ?? operation.name
    let type = operation.type
    // `MatMul_1` tells that it is a MatMul.
    let isTold = name.lowercased().hasPrefix(type.lowercased())
    var label = isTold ? name : "\(name)\n\(type)"
    var look = "fillcolor=\"#ffffff\""
    switch type {
    case "Const":
      label = operation.outputs.first.map(Self.value) ?? name
      look = "shape=plaintext style=\"\" fontsize=9 fontcolor=\"#5a6270\""
    case "_Arg": look = Self.parameter
    case "Placeholder", "PlaceholderWithDefault":
      label = "\(name)\n\(operation.outputs.first.map { "\($0.type)" } ?? "")"
      look = "shape=box style=filled fillcolor=\"#d8ead3\""
    case "VarHandleOp":
      let read = operation.outputs.first.flatMap { handle in
        operation.graph.operations.first { $0.inputs == [handle] }?.outputs.first
      }
      label = "\(name)\n\(read.map { "variable \($0.type)" } ?? "variable")"
      look = "shape=cylinder style=filled fillcolor=\"#fbe5c8\""
    case "NoOp": look = "shape=ellipse fillcolor=\"#eef0f4\""
    default: break
    }
    if operation.isUpdate {
      let names = operation.inputs.filter { $0.dtype == .resource }.map(\.operation.name)
      label = "\(type)\n\(names.joined(separator: "\n"))"
      look = "fillcolor=\"#fbe5c8\""
    }
    if !operation.bodies.isEmpty { look = "fillcolor=\"#d5dff2\"" }
    attributes = "label=\(label.quoted) tooltip=\("\(type) \(operation.name)".quoted) \(look)"
  }

  /// A constant's value, or its shape where it is long.
  private static func value(_ tensor: Tensor) -> String {
    guard let value = tensor.constantValue, value.count <= 4 else { return "\(tensor.type)" }
    return "\(value)"
  }
}
