internal import GraphEngine

/// The names of a program's nodes in a file: operations keep theirs, what the compiler added gets
/// names that are new.
struct NodeNames {
  /// The names of a function's parameters, in order.
  private(set) var arguments: [String] = []
  /// How each parameter is referred to.
  private(set) var references: [Value: String] = [:]
  private var used: Set<String> = []

  /// The names of the nodes of a graph.
  init(_ program: Program) {
    for instruction in program.instructions where isOriginal(instruction) {
      used.insert(instruction.name.lowercased())
    }
  }

  /// The names of the nodes of a function, whose parameters are named as far as they were declared.
  init(_ program: Program, arguments declared: [String]) {
    for instruction in program.instructions where isOriginal(instruction) {
      used.insert(instruction.name.lowercased())
    }
    for (index, parameter) in program.parameters.enumerated() {
      let name =
        index < declared.count ? Self.argument(declared[index]) : "tape"
      let unique = claim(name)
      arguments.append(unique)
      references[parameter.value] = unique
    }
  }

  /// The name of the node that an instruction becomes.
  mutating func name(of instruction: Instruction) -> String {
    guard !isOriginal(instruction) else { return instruction.name }
    let isLoops = instruction.origin?.operation.name == instruction.name
    return claim(
      isLoops ? "\(instruction.name)/\(instruction.definition.name)" : instruction.name)
  }

  /// `name`, or `name` with a number, marked as used.
  mutating func claim(_ name: String) -> String {
    var unique = name
    var number = 1
    while !used.insert(unique.lowercased()).inserted {
      unique = "\(name)_\(number)"
      number += 1
    }
    return unique
  }

  /// What operations that TensorFlow does not have are written as.
  private static let spellings = [
    "IndexedSlices": "UnsortedSegmentSum", "CustomGradient": "Identity",
  ]

  /// Whether the instruction is the operation that it comes from, and was not added for it.
  func isOriginal(_ instruction: Instruction) -> Bool {
    guard let origin = instruction.origin?.operation else { return false }
    let type = instruction.definition.name
    return origin.name == instruction.name
      && (origin.type == type || Self.spellings[origin.type] == type)
  }

  /// A name as TensorFlow writes arguments of functions: lower case, without slashes.
  private static func argument(_ name: String) -> String {
    let plain = name.lowercased().map { $0.isLetter || $0.isNumber ? $0 : "_" }
    return plain.first?.isLetter == true ? String(plain) : "arg_" + String(plain)
  }
}
