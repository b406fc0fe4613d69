import StaticGraph
import Synchronization
import Testing

/// A mistake that a user can make, and what the library says to it.
struct Mistake: Sendable, CustomTestStringConvertible {
  /// A graph with a mistake in it, or a run that must fail.
  enum Kind: Sendable {
    case declaration(@Sendable (Graph, Here) -> Void)
    case run(@Sendable (Graph, Here) throws -> Attempt)
  }

  /// The mistake in a few words.
  let title: String
  /// The error's description; `HERE` stands for the file and line of the mistake, `THERE` for those
  /// of an earlier line that it has to do with.
  let text: String
  let kind: Kind

  /// A mistake in a declaration.
  static func declaring(
    _ title: String, _ text: String, _ make: @escaping @Sendable (Graph, Here) -> Void
  ) -> Mistake {
    Mistake(title: title, text: text, kind: .declaration(make))
  }

  /// A mistake that a run tells.
  static func running(
    _ title: String, _ text: String, _ make: @escaping @Sendable (Graph, Here) throws -> Attempt
  ) -> Mistake {
    Mistake(title: title, text: text, kind: .run(make))
  }

  var testDescription: String { title }
}

/// What is done with a session: something that fails, and something like it that does not.
struct Attempt: Sendable {
  let fails: @Sendable (Session) throws -> Void
  /// Run after the failure, in the same session.
  let succeeds: @Sendable (Session) throws -> Void

  init(
    fails: @escaping @Sendable (Session) throws -> Void,
    succeeds: @escaping @Sendable (Session) throws -> Void
  ) {
    self.fails = fails
    self.succeeds = succeeds
  }

  /// A fetch that fails with some feeds and does not with others.
  init(
    _ fetch: some Fetchable, wrong: @autoclosure @escaping @Sendable () -> Feeds,
    right: @autoclosure @escaping @Sendable () -> Feeds
  ) {
    fails = { _ = try $0.run(fetch, feeding: wrong()) }
    succeeds = { _ = try $0.run(fetch, feeding: right()) }
  }

  /// A fetch that always fails.
  init(_ fetch: some Fetchable) {
    fails = { _ = try $0.run(fetch) }
    succeeds = { _ in }
  }
}

/// Notes the line on which a mistake stands, and an earlier one that the error names too.
final class Here: Sendable {
  private let noted = Mutex<[String: String]>([:])

  /// The value, whose line is that of the mistake.
  @discardableResult
  func callAsFunction<Value>(
    _ value: Value, file: String = #fileID, line: Int = #line
  ) -> Value {
    note("HERE", file, line)
    return value
  }

  /// The value, whose line is the earlier one.
  @discardableResult
  func there<Value>(_ value: Value, file: String = #fileID, line: Int = #line) -> Value {
    note("THERE", file, line)
    return value
  }

  private func note(_ word: String, _ file: String, _ line: Int) {
    let name = file.split(separator: "/").last.map(String.init) ?? file
    noted.withLock { $0[word] = "\(name):\(line)" }
  }

  /// `text` with the places that were noted.
  func filled(_ text: String) -> String {
    // THERE before HERE, which it contains.
    ["THERE", "HERE"].reduce(text) { text, word in
      guard let place = noted.withLock({ $0[word] }) else { return text }
      return text.replacing(word, with: place)
    }
  }
}
