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

/// A Swift type that an attribute can have.
package protocol AttributeConvertible: SendableMetatype, Sendable {
  var attributeValue: AttributeValue { get }
}
extension Int: AttributeConvertible {
  package var attributeValue: AttributeValue { .int(self) }
}
extension Float: AttributeConvertible {
  package var attributeValue: AttributeValue { .float(self) }
}
extension Bool: AttributeConvertible {
  package var attributeValue: AttributeValue { .bool(self) }
}
extension String: AttributeConvertible {
  package var attributeValue: AttributeValue { .string(self) }
}
extension DType: AttributeConvertible {
  package var attributeValue: AttributeValue { .type(self) }
}
extension Shape: AttributeConvertible {
  package var attributeValue: AttributeValue { .shape(self) }
}
extension [Int]: AttributeConvertible {
  package var attributeValue: AttributeValue { .ints(self) }
}
extension NDArrayIdentity: AttributeConvertible {
  package var attributeValue: AttributeValue { .tensor(self) }
}

/// An attribute of a definition: TensorFlow's name of it, and how it is read.
package struct Attribute<Definition>: Sendable {
  package let name: String
  package let value: @Sendable (Definition) -> AttributeValue

  /// The stored property at `path`, under TensorFlow's name of it.
  package init<Value: AttributeConvertible>(
    _ name: String, _ path: any KeyPath<Definition, Value> & Sendable
  ) {
    self.name = name
    value = { $0[keyPath: path].attributeValue }
  }
}

extension OpDefinition {
  /// Names and values of the attributes, in the order of the definition's table.
  package var attributeValues: [(name: String, value: AttributeValue)] {
    Self.attributes.map { ($0.name, $0.value(self)) }
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
