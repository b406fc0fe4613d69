internal import FoundationEssentials
internal import GraphArrays
internal import GraphEngine
internal import TensorFlowProtos

extension Tensorflow_AttrValue {
  /// The message of an attribute's value; nil for bodies, which are written as functions.
  init?(_ value: AttributeValue) {
    self.init()
    switch value {
    case .int(let value): i = Int64(value)
    case .float(let value): f = value
    case .bool(let value): b = value
    case .string(let value): s = Data(value.utf8)
    case .type(let value): type = value.proto
    case .shape(let value): shape = value.proto
    case .tensor(let value): tensor = Tensorflow_TensorProto(value.array)
    case .ints(let values): list.i = values.map(Int64.init)
    case .types(let values): list.type = values.map(\.proto)
    case .shapes(let values): list.shape = values.map(\.proto)
    case .strings(let values): list.s = values.map { Data($0.utf8) }
    case .body: return nil
    }
    // A list without elements is a list all the same.
    if case .list = self.value { return }
    if value.kind.hasPrefix("list(") { list = ListValue() }
  }

  /// The function of this name.
  init(function name: String) {
    self.init()
    self.func = .with { $0.name = name }
  }

  /// The functions of these names.
  init(functions names: [String]) {
    self.init()
    list = .with { list in
      list.func = names.map { name in .with { $0.name = name } }
    }
  }

  /// The names of the functions that this is or lists.
  var functionNames: [String] {
    switch value {
    case .func(let function): [function.name]
    case .list(let list): list.func.map(\.name)
    default: []
    }
  }
}

extension AttributeValue {
  /// The value of an attribute of this kind (`int`, `list(type)`).
  ///
  /// - Throws: `FormatError` where the message has another kind of value, or one that cannot be read.
  init(
    _ proto: Tensorflow_AttrValue, kind: String, _ budget: inout ReadingBudget
  ) throws(FormatError) {
    switch (kind, proto.value) {
    case ("int", .i(let value)): self = .int(Int(value))
    case ("float", .f(let value)): self = .float(value)
    case ("bool", .b(let value)): self = .bool(value)
    case ("string", .s(let value)): self = .string(try Self.text(value))
    case ("type", .type(let value)): self = .type(try DType(value))
    case ("shape", .shape(let value)): self = .shape(try Shape(value))
    case ("tensor", .tensor(let value)):
      self = .tensor(NDArrayIdentity(try NDArray(value, &budget)))
    case (_, .list(let list)) where kind.hasPrefix("list("):
      try self.init(list, kind: kind)
    default:
      throw FormatError(.invalidGraph, "is \(proto.kind), wants \(kind)")
    }
  }

  private init(
    _ list: Tensorflow_AttrValue.ListValue, kind: String
  ) throws(FormatError) {
    let filled = list.filledKinds
    guard filled.isEmpty || filled == [kind] else {
      throw FormatError(.invalidGraph, "is \(filled.joined(separator: " and ")), wants \(kind)")
    }
    switch kind {
    case "list(int)": self = .ints(list.i.map(Int.init))
    case "list(type)":
      self = .types(try list.type.map { proto throws(FormatError) in try DType(proto) })
    case "list(shape)":
      self = .shapes(try list.shape.map { proto throws(FormatError) in try Shape(proto) })
    case "list(string)":
      self = .strings(try list.s.map { data throws(FormatError) in try Self.text(data) })
    default: throw FormatError(.unsupported, "is \(kind), which is not supported")
    }
  }

  private static func text(_ data: Data) throws(FormatError) -> String {
    guard let text = String(validating: data, as: UTF8.self) else {
      throw FormatError(.unsupported, "holds bytes that are no UTF-8")
    }
    return text
  }
}

extension Tensorflow_AttrValue {
  /// The kind of the value, for messages: `int`, `list(type)`.
  fileprivate var kind: String {
    switch value {
    case .i: "int"
    case .f: "float"
    case .b: "bool"
    case .s: "string"
    case .type: "type"
    case .shape: "shape"
    case .tensor: "tensor"
    case .func: "func"
    case .placeholder: "a placeholder"
    case .list(let list): list.filledKinds.first ?? "a list"
    case nil: "without a value"
    }
  }
}

extension Tensorflow_AttrValue.ListValue {
  /// The kinds of which the list has elements.
  fileprivate var filledKinds: [String] {
    [
      (s.isEmpty, "list(string)"), (i.isEmpty, "list(int)"), (f.isEmpty, "list(float)"),
      (b.isEmpty, "list(bool)"), (type.isEmpty, "list(type)"), (shape.isEmpty, "list(shape)"),
      (tensor.isEmpty, "list(tensor)"), (`func`.isEmpty, "list(func)"),
    ].filter { !$0.0 }.map(\.1)
  }
}
