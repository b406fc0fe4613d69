internal import GraphArrays
internal import GraphEngine

/// The signature of an operation as TensorFlow registers it: what a NodeDef of it looks like.
///
/// Definitions know their attributes; the signature adds what follows from operands (`T`, `N`), the
/// defaults of attributes that a file leaves out, and the names of results by which nodes of
/// functions refer to each other.
struct OpSignature: Sendable {
  /// An operand or result, or several of them.
  struct Argument: Sendable {
    let name: String
    /// An attribute with the number of tensors; nil for one tensor.
    let count: String?
    /// An attribute with the dtypes of any number of tensors; nil for one dtype.
    let list: String?
    /// An attribute with the dtype; nil for a fixed dtype, or a list.
    let type: String?

    /// Whether it may stand for other than one tensor.
    var isRepeated: Bool { count != nil || list != nil }
  }

  /// An attribute: its kind (`int`, `list(type)`) and the value that it has where a file names none.
  struct Attribute: Sendable {
    let name: String
    let kind: String
    let standard: AttributeValue?
  }

  let name: String
  let inputs: [Argument]
  let outputs: [Argument]
  let attributes: [Attribute]
  /// Whether the operation has effects, or draws random numbers.
  let isStateful: Bool

  /// Whether an attribute names functions, which are read and written apart from other attributes.
  static func namesFunctions(_ kind: String) -> Bool { kind == "func" || kind == "list(func)" }

  /// The attribute of this name.
  func attribute(_ name: String) -> Attribute? { attributes.first { $0.name == name } }

  /// The signature of the operation with this name; nil where there is none in the table.
  static subscript(name: String) -> OpSignature? { byName[name] }

  private static let byName = Dictionary(
    parsed(table).map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })

  /// Where the tensors of each argument stand, of `total` operands or results.
  ///
  /// At most one argument of an operation in the table stands for any number of tensors, or several
  /// do for the same number.
  static func ranges(of arguments: [Argument], total: Int) -> [Range<Int>]? {
    let open = arguments.filter(\.isRepeated)
    let rest = total - (arguments.count - open.count)
    guard rest >= 0, open.isEmpty ? rest == 0 : rest % open.count == 0,
      open.count < 2 || open.allSatisfy({ $0.count != nil && $0.count == open[0].count })
    else { return nil }
    let each = open.isEmpty ? 0 : rest / open.count
    var start = 0
    return arguments.map { argument in
      let range = start..<start + (argument.isRepeated ? each : 1)
      start = range.upperBound
      return range
    }
  }

  /// The attributes that follow from the dtypes of operands and results: `T`, `N`.
  ///
  /// Nil where there are more or fewer tensors than the signature has.
  func derivedAttributes(
    inputs inputTypes: [DType], outputs outputTypes: [DType]
  ) -> [String: AttributeValue]? {
    var result: [String: AttributeValue] = [:]
    for (arguments, types) in [(inputs, inputTypes), (outputs, outputTypes)] {
      guard let ranges = Self.ranges(of: arguments, total: types.count) else { return nil }
      for (argument, range) in zip(arguments, ranges) {
        if let list = argument.list { result[list] = .types(Array(types[range])) }
        if let count = argument.count { result[count] = .int(range.count) }
        if let type = argument.type, let first = types[range].first { result[type] = .type(first) }
      }
    }
    return result
  }

  /// How a node of a function refers to a result: `output:2` for the third one of an argument.
  func reference(toOutput index: Int, of total: Int) -> String? {
    guard let ranges = Self.ranges(of: outputs, total: total) else { return nil }
    for (argument, range) in zip(outputs, ranges) where range.contains(index) {
      return "\(argument.name):\(index - range.lowerBound)"
    }
    return nil
  }

  /// The result that `output:2` refers to, of `total`; nil where there is none.
  func output(_ argument: some StringProtocol, _ index: Int, of total: Int) -> Int? {
    guard let ranges = Self.ranges(of: outputs, total: total),
      let position = outputs.firstIndex(where: { $0.name == argument }),
      index >= 0, index < ranges[position].count
    else { return nil }
    return ranges[position].lowerBound + index
  }
}

// MARK: The notation of the table

extension OpSignature {
  private static func parsed(_ table: String) -> [OpSignature] {
    var entries: [String] = []
    for line in table.split(separator: "\n") {
      if line.hasPrefix(" "), let last = entries.popLast() {
        entries.append(last + " " + line.drop { $0 == " " })
      } else {
        entries.append(String(line))
      }
    }
    return entries.map { OpSignature($0[...]) }
  }

  /// `Pack(values:N*T) -> (output:T) {N:int; T:type; axis:int = 0}`.
  private init(_ entry: Substring) {
    var rest = entry
    name = String(rest.take(upTo: "("))
    inputs = Self.arguments(rest.take(upTo: ") -> ("))
    outputs = Self.arguments(rest.take(upTo: ")"))
    if rest.hasPrefix(" {") {
      rest.removeFirst(2)
      attributes = rest.take(upTo: "}").split(separator: "; ").map(Self.attribute)
    } else {
      attributes = []
    }
    isStateful = rest.hasSuffix("stateful")
  }

  private static func arguments(_ text: Substring) -> [Argument] {
    text.split(separator: ", ").map { part in
      var type = part
      let name = String(type.take(upTo: ":"))
      if type.hasPrefix("list<") {
        return Argument(
          name: name, count: nil, list: String(type.dropFirst(5).dropLast()), type: nil)
      }
      let count = type.contains("*") ? String(type.take(upTo: "*")) : nil
      let isFixed = dtype(type) != nil
      return Argument(
        name: name, count: count, list: nil, type: isFixed ? nil : String(type))
    }
  }

  private static func attribute(_ text: Substring) -> Attribute {
    var rest = text
    let name = String(rest.take(upTo: ":"))
    guard rest.contains(" = ") else {
      return Attribute(name: name, kind: String(rest), standard: nil)
    }
    let kind = String(rest.take(upTo: " = "))
    return Attribute(name: name, kind: kind, standard: value(rest, kind))
  }

  private static func value(_ text: Substring, _ kind: String) -> AttributeValue? {
    switch kind {
    case "int": Int(text).map { .int($0) }
    case "float": Float(text).map { .float($0) }
    case "bool": .bool(text == "true")
    case "string": .string(String(text.dropFirst().dropLast()))
    case "type": dtype(text).map { .type($0) }
    case "shape": .shape(.unknown)
    case "list(int)": .ints([])
    case "list(type)": .types([])
    case "list(shape)": .shapes([])
    case "list(string)": .strings([])
    default: nil
    }
  }

  private static func dtype(_ name: Substring) -> DType? {
    switch name {
    case "float": .float32
    case "double": .float64
    default: DType(name: String(name))
    }
  }
}

extension Substring {
  /// Cuts off what stands before `separator`, and the separator; all where it is not there.
  fileprivate mutating func take(upTo separator: String) -> Substring {
    var start = startIndex
    while start < endIndex {
      if self[start...].hasPrefix(separator) {
        let taken = self[..<start]
        self = self[start...].dropFirst(separator.count)
        return taken
      }
      formIndex(after: &start)
    }
    let taken = self
    self = self[endIndex...]
    return taken
  }
}
