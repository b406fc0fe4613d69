package import GraphArrays

/// The value of an attribute, in TensorFlow's kinds.
package enum AttributeValue: Sendable, Hashable {
  case int(Int)
  case float(Float)
  case bool(Bool)
  case string(String)
  case type(DType)
  case shape(Shape)
  case tensor(NDArrayIdentity)
  case ints([Int])
  case types([DType])
  case shapes([Shape])
  case strings([String])
  /// A body of a loop or branch.
  case body(Graph)

  package static func == (a: AttributeValue, b: AttributeValue) -> Bool {
    switch (a, b) {
    case (.int(let x), .int(let y)): x == y
    case (.float(let x), .float(let y)): x.bitPattern == y.bitPattern
    case (.bool(let x), .bool(let y)): x == y
    case (.string(let x), .string(let y)): x == y
    case (.type(let x), .type(let y)): x == y
    case (.shape(let x), .shape(let y)): x == y
    case (.tensor(let x), .tensor(let y)): x == y
    case (.ints(let x), .ints(let y)): x == y
    case (.types(let x), .types(let y)): x == y
    case (.shapes(let x), .shapes(let y)): x == y
    case (.strings(let x), .strings(let y)): x == y
    case (.body(let x), .body(let y)): x === y
    default: false
    }
  }

  package func hash(into hasher: inout Hasher) {
    switch self {
    case .int(let x): hasher.combine(x)
    case .float(let x): hasher.combine(x.bitPattern)
    case .bool(let x): hasher.combine(x)
    case .string(let x): hasher.combine(x)
    case .type(let x): hasher.combine(x)
    case .shape(let x): hasher.combine(x)
    case .tensor(let x): hasher.combine(x)
    case .ints(let x): hasher.combine(x)
    case .types(let x): hasher.combine(x)
    case .shapes(let x): hasher.combine(x)
    case .strings(let x): hasher.combine(x)
    case .body(let x): hasher.combine(ObjectIdentifier(x))
    }
  }
}

extension AttributeValue {
  /// The kind of value, by TensorFlow's name of it: `int`, `list(type)`.
  package var kind: String {
    switch self {
    case .int: "int"
    case .float: "float"
    case .bool: "bool"
    case .string: "string"
    case .type: "type"
    case .shape: "shape"
    case .tensor: "tensor"
    case .ints: "list(int)"
    case .types: "list(type)"
    case .shapes: "list(shape)"
    case .strings: "list(string)"
    case .body: "func"
    }
  }
}

/// A Swift type that an attribute can have.
package protocol AttributeConvertible: SendableMetatype, Sendable {
  /// The value that an attribute has; nil for one of another kind.
  init?(_ value: AttributeValue)
  /// The value as that of an attribute.
  var attributeValue: AttributeValue { get }
}
extension Int: AttributeConvertible {
  package init?(_ value: AttributeValue) {
    guard case .int(let value) = value else { return nil }
    self = value
  }
  package var attributeValue: AttributeValue { .int(self) }
}
extension Float: AttributeConvertible {
  package init?(_ value: AttributeValue) {
    guard case .float(let value) = value else { return nil }
    self = value
  }
  package var attributeValue: AttributeValue { .float(self) }
}
extension Bool: AttributeConvertible {
  package init?(_ value: AttributeValue) {
    guard case .bool(let value) = value else { return nil }
    self = value
  }
  package var attributeValue: AttributeValue { .bool(self) }
}
extension String: AttributeConvertible {
  package init?(_ value: AttributeValue) {
    guard case .string(let value) = value else { return nil }
    self = value
  }
  package var attributeValue: AttributeValue { .string(self) }
}
extension DType: AttributeConvertible {
  package init?(_ value: AttributeValue) {
    guard case .type(let value) = value else { return nil }
    self = value
  }
  package var attributeValue: AttributeValue { .type(self) }
}
extension Shape: AttributeConvertible {
  package init?(_ value: AttributeValue) {
    guard case .shape(let value) = value else { return nil }
    self = value
  }
  package var attributeValue: AttributeValue { .shape(self) }
}
extension Array: AttributeConvertible where Element: AttributeElement {
  package init?(_ value: AttributeValue) {
    guard let elements = Element.elements(of: value) else { return nil }
    self = elements
  }
  package var attributeValue: AttributeValue { Element.list(self) }
}
extension NDArrayIdentity: AttributeConvertible {
  package init?(_ value: AttributeValue) {
    guard case .tensor(let value) = value else { return nil }
    self = value
  }
  package var attributeValue: AttributeValue { .tensor(self) }
}

/// A Swift type of which an attribute can have a list.
package protocol AttributeElement: Sendable {
  /// The list as the value of an attribute.
  static func list(_ elements: [Self]) -> AttributeValue
  /// The list that is the value of an attribute; nil for a value of another kind.
  static func elements(of value: AttributeValue) -> [Self]?
}
extension Int: AttributeElement {
  package static func list(_ elements: [Int]) -> AttributeValue { .ints(elements) }
  package static func elements(of value: AttributeValue) -> [Int]? {
    if case .ints(let elements) = value { elements } else { nil }
  }
}
extension DType: AttributeElement {
  package static func list(_ elements: [DType]) -> AttributeValue { .types(elements) }
  package static func elements(of value: AttributeValue) -> [DType]? {
    if case .types(let elements) = value { elements } else { nil }
  }
}
extension Shape: AttributeElement {
  package static func list(_ elements: [Shape]) -> AttributeValue { .shapes(elements) }
  package static func elements(of value: AttributeValue) -> [Shape]? {
    if case .shapes(let elements) = value { elements } else { nil }
  }
}

/// An attribute of a definition: TensorFlow's name of it, and how it is read and set.
package struct Attribute<Definition>: Sendable {
  package let name: String
  package let value: @Sendable (Definition) -> AttributeValue
  /// Gives it a value; false where that is of another kind. Nil where others decide the value.
  package let set: (@Sendable (inout Definition, AttributeValue) -> Bool)?

  /// The stored property at `path`, under TensorFlow's name of it.
  package init<Value: AttributeConvertible>(
    _ name: String, _ path: any WritableKeyPath<Definition, Value> & Sendable
  ) {
    self.name = name
    value = { $0[keyPath: path].attributeValue }
    set = { definition, value in
      guard let value = Value(value) else { return false }
      definition[keyPath: path] = value
      return true
    }
  }

  /// What follows from other attributes, or is no value that a file has in one place.
  package init<Value: AttributeConvertible>(
    derived name: String, _ path: any KeyPath<Definition, Value> & Sendable
  ) {
    self.name = name
    value = { $0[keyPath: path].attributeValue }
    set = nil
  }
}

extension OpDefinition {
  /// Names and values of the attributes, in the order of the definition's table.
  package var attributeValues: [(name: String, value: AttributeValue)] {
    Self.attributes.map { ($0.name, $0.value(self)) }
  }

  /// This definition with the values that a file gives attributes; others stay as they are.
  ///
  /// - Throws: `GraphError` where a value is of another kind, or contradicts what others decide.
  package func setting(_ values: [String: AttributeValue]) throws(GraphError) -> Self {
    var result = self
    for attribute in Self.attributes {
      guard let value = values[attribute.name], let set = attribute.set else { continue }
      guard set(&result, value) else {
        throw GraphError(
          .invalidArgument,
          "attribute \"\(attribute.name)\" is of kind \(value.kind), wants "
            + attribute.value(self).kind)
      }
    }
    for attribute in Self.attributes where attribute.set == nil {
      guard let value = values[attribute.name], value != attribute.value(result) else { continue }
      throw GraphError(
        .invalidArgument,
        "attribute \"\(attribute.name)\" is \(value.text), and the others make it "
          + attribute.value(result).text)
    }
    return result
  }
}

/// An array as an attribute: equal where dtype, shape and bits are.
package struct NDArrayIdentity: Sendable, Hashable {
  package let array: NDArray
  package init(_ array: NDArray) { self.array = array }

  package static func == (a: Self, b: Self) -> Bool {
    guard a.array.dtype == b.array.dtype, a.array.shape == b.array.shape else { return false }
    if a.array.dtype == .string { return a.array == b.array }
    return a.array.withUnsafeBytes { x in
      b.array.withUnsafeBytes { y in x.elementsEqual(y) }
    }
  }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(array.dtype)
    hasher.combine(array.shape)
    if array.dtype != .string {
      array.withUnsafeBytes {
        hasher.combine(bytes: UnsafeRawBufferPointer(rebasing: $0.prefix(64)))
      }
    }
  }
}
