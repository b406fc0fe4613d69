internal import GraphArrays

extension Program: CustomStringConvertible {
  /// The program as text: one instruction a line, values numbered in order of appearance, bodies
  /// indented. Equal programs have equal texts, whatever the numbers of their values.
  ///
  ///     %0 = feed 0 float32[2, 3]
  ///     %1 = Tanh(%0) float32[2, 3]
  ///     return %1
  package var description: String {
    var numbers: [Value: Int] = [:]
    return text(indent: "", &numbers)
  }

  private func text(indent: String, _ numbers: inout [Value: Int]) -> String {
    var lines: [String] = []
    func define(_ value: Value) -> String {
      numbers[value] = numbers[value] ?? numbers.count
      return use(value)
    }
    func use(_ value: Value) -> String { numbers[value].map { "%\($0)" } ?? "%?" }
    for parameter in parameters {
      lines.append("\(define(parameter.value)) = \(parameter.source) \(type(parameter.value))")
    }
    var controls: [Value: String] = [:]
    for instruction in instructions {
      let outputs = instruction.outputs.map { define($0) }.joined(separator: ", ")
      var line = outputs.isEmpty ? "" : "\(outputs) = "
      line += instruction.definition.name
      line += "(\(instruction.inputs.map { use($0) }.joined(separator: ", ")))"
      let attributes = Self.attributes(of: instruction.definition)
      if !attributes.isEmpty { line += " {\(attributes)}" }
      let types = instruction.outputs.map { type($0).description }
      if !types.isEmpty { line += " \(types.joined(separator: ", "))" }
      let after = instruction.controls.compactMap { controls[$0] }
      if !after.isEmpty { line += " after \(after.joined(separator: ", "))" }
      controls[instruction.id] = outputs.isEmpty ? instruction.name : outputs
      lines.append(line)
      for body in instruction.bodies + (instruction.definition.fusedBody.map { [$0] } ?? []) {
        lines.append("  {")
        lines.append(body.text(indent: indent + "    ", &numbers))
        lines.append("  }")
      }
    }
    for update in updates { lines.append("update \(update.variable.node) = \(use(update.value))") }
    lines.append("return \(results.map { use($0) }.joined(separator: ", "))")
    return lines.map { $0.hasPrefix(indent) && !indent.isEmpty ? $0 : indent + $0 }
      .joined(separator: "\n")
  }

  private static func attributes(of definition: some OpDefinition) -> String {
    definition.attributeValues.filter { $0.value.text != "\"\"" }
      .map { "\($0.name): \($0.value.text)" }.joined(separator: ", ")
  }
}

extension OpDefinition {
  /// The operations that a fused group consists of.
  fileprivate var fusedBody: Program? { (self as? Fused)?.body }
}

extension Program.Source: CustomStringConvertible {
  package var description: String {
    switch self {
    case .feed(let position): "feed \(position)"
    case .variable(let key): "variable \(key.node)"
    case .isInitialized(let key): "initialized \(key.node)"
    case .argument(let position): "argument \(position)"
    }
  }
}

extension AttributeValue {
  /// The value as dumps show it; arrays of more than eight elements by their type.
  package var text: String {
    switch self {
    case .int(let value): "\(value)"
    case .float(let value): "\(value)"
    case .bool(let value): "\(value)"
    case .string(let value): "\"\(value)\""
    case .type(let value): "\(value)"
    case .shape(let value): "\(value)"
    case .tensor(let value):
      value.array.count <= 8
        ? value.array.description.split(separator: "\n").joined(separator: " ")
        : "\(value.array.dtype)\(value.array.shape)"
    case .ints(let value): "\(value)"
    case .types(let value): "\(value)"
    case .shapes(let value): "\(value)"
    case .strings(let value): "\(value)"
    case .body: "body"
    }
  }
}
