import FoundationEssentials
import StaticGraph
import Testing

/// The files that the scripts in `Tests/Fixtures` made with TensorFlow.
enum TrainingFixtures {
  private static let directory = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Fixtures")

  static func url(_ path: String) -> URL { directory.appending(path: path) }

  static func arrays(_ path: String) throws -> NPZ { try NPZ(contentsOf: url(path)) }

  static func rows<Row: Decodable>(_ path: String, as type: Row.Type = Row.self) -> [Row] {
    // Arguments of tests cannot throw; without rows the tests that check their number fail.
    (try? JSONDecoder().decode([Row].self, from: Data(contentsOf: url(path)))) ?? []
  }
}

extension NPZ {
  /// The array of this name, which must be there.
  func array(_ name: String) throws -> NDArray { try #require(self[name], "no array \(name)") }

  /// The arrays whose names begin with `prefix`, by the rest of their names.
  func arrays(under prefix: String) -> [String: NDArray] {
    var result: [String: NDArray] = [:]
    for name in names where name.hasPrefix(prefix) {
      result[String(name.dropFirst(prefix.count))] = self[name]
    }
    return result
  }
}

/// The largest difference of two arrays over the largest magnitude of the second; infinite where
/// their shapes differ or one of them has a NaN that the other has not.
func relativeDifference(_ a: NDArray, _ b: NDArray) -> Double {
  guard a.shape == b.shape else { return .infinity }
  let (x, y) = (a.scalars(as: Double.self), b.scalars(as: Double.self))
  let scale = max(y.filter(\.isFinite).map(abs).max() ?? 0, .leastNormalMagnitude)
  var largest = 0.0
  for (p, q) in zip(x, y) where !(p.isNaN && q.isNaN) && p != q {
    let difference = abs(p - q)
    largest = max(largest, difference.isNaN ? .infinity : difference)
  }
  return largest / scale
}

/// Whether two arrays agree within `tolerance` of the largest magnitude.
func expectClose(
  _ actual: NDArray, _ expected: NDArray, _ tolerance: Double, _ what: String = "",
  sourceLocation: Testing.SourceLocation = #_sourceLocation
) {
  let difference = relativeDifference(actual, expected)
  #expect(
    difference <= tolerance, "\(what) \(actual) is not \(expected)", sourceLocation: sourceLocation)
}

extension Graph {
  /// The variables of the graph by name.
  var variablesByName: [String: Variable] {
    Dictionary(
      collection(.globalVariables).map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
  }
}

extension Session {
  /// Initialises all variables of a graph but those named here, which are given these values.
  func initialize(_ graph: Graph, _ values: [String: NDArray] = [:]) throws {
    try run(graph.globalVariablesInitializer())
    for (name, value) in values {
      let variable = try #require(graph.variablesByName[name], "no variable \(name)")
      try assign(value, to: variable)
    }
  }
}
