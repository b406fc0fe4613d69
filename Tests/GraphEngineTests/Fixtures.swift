import FoundationEssentials

/// The files in Tests/Fixtures.
enum Fixtures {
  static let directory = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Fixtures")

  static func decoded<Value: Decodable>(_ path: String, as type: Value.Type) throws -> Value {
    try JSONDecoder().decode(type, from: Data(contentsOf: directory.appending(path: path)))
  }
}
