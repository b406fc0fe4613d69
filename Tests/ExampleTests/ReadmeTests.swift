import Foundation
import Testing

/// What the README shows is what there is.
@Suite struct ReadmeTests {
  private static let package = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  private static func text(_ path: String) throws -> String {
    try String(contentsOf: package.appending(path: path), encoding: .utf8)
  }

  @Test("The README's program is the example that it names, of about thirty lines")
  func programIsAnExample() throws {
    let program = try Self.text("Examples/Quickstart/main.swift")
    #expect(try Self.text("README.md").contains("```swift\n\(program)```\n"))
    #expect(program.split(separator: "\n", omittingEmptySubsequences: false).count <= 36)
  }

  @Test("Every script and directory that the README names is there")
  func pathsExist() throws {
    let readme = try Self.text("README.md")
    let pattern = /(?:Examples|Tests|Sources)\/[A-Za-z0-9\/_]+/
    let paths = Set(readme.matches(of: pattern).map { String($0.output) })
    #expect(paths.count > 3)
    for path in paths {
      #expect(FileManager.default.fileExists(atPath: Self.package.appending(path: path).path))
    }
  }
}
