/// The names in use in a graph, unique without regard to case, as TensorFlow makes them.
///
/// `foo`, `foo` and `Foo` become `foo`, `foo_1` and `Foo_2`.
struct UniqueNames: Sendable {
  /// How often each lower-cased name was asked for.
  private var used: [String: Int] = [:]
  /// Names that operations have, as opposed to scopes.
  private var operations: Set<String> = []

  /// A name for an operation: as `claim`, and recorded as an operation's.
  mutating func claimOperation(_ name: String) -> String {
    let unique = claim(name)
    operations.insert(unique.lowercased())
    return unique
  }

  /// Takes exactly this name for an operation that a file has under it: `foo` and `Foo` may stand in
  /// one file.
  mutating func claimExactly(_ name: String) {
    let key = name.lowercased()
    used[key] = max(1, used[key] ?? 0)
    operations.insert(key)
    // Later declarations in the scopes around it get numbers, as if the scopes had been opened.
    var scope = key[...]
    while let slash = scope.lastIndex(of: "/") {
      scope = scope[..<slash]
      guard used[String(scope)] == nil else { break }
      used[String(scope)] = 1
    }
  }

  /// The name of an open scope, for the one operation that the scope was opened for: `Reshape`,
  /// whose constant is `Reshape/shape`. For a second one, a name of its own.
  mutating func claimScope(_ name: String) -> String {
    let key = name.lowercased()
    guard used[key] != nil, operations.insert(key).inserted else { return claimOperation(name) }
    return name
  }

  /// `name`, or `name` with the first free number, marked as used.
  mutating func claim(_ name: String) -> String {
    let base = name.lowercased()
    var number = used[base] ?? 0
    used[base] = number + 1
    guard number > 0 else { return name }
    var key = base
    while used[key] != nil {
      key = "\(base)_\(number)"
      number += 1
    }
    used[key] = 1
    return "\(name)_\(number - 1)"
  }

  /// Whether TensorFlow accepts `name` as the name of an operation or scope.
  static func isValid(_ name: String) -> Bool {
    guard let first = name.utf8.first, isAlphanumeric(first) || first == UInt8(ascii: ".") else {
      return false
    }
    return name.utf8.dropFirst().allSatisfy {
      isAlphanumeric($0) || Self.punctuation.contains($0)
    }
  }

  private static let punctuation = Set("_.\\/>-".utf8)

  private static func isAlphanumeric(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default: false
    }
  }
}
