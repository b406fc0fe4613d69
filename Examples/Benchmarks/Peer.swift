import Foundation

/// Another way to do the same work, through the script or program beside this file.
enum PeerKind: String, CaseIterable, Sendable {
  case tensorflow
  case pytorch
  case jax
  /// The step written by hand in C, `peer_schedule.c`.
  case schedule

  /// The variable of the environment that names a Python executable which has the library, or the
  /// compiled program.
  var variable: String { "STATICGRAPH_PEER_\(rawValue.uppercased())" }
  /// The program; nil where the peer is left out.
  var program: String? {
    let path = ProcessInfo.processInfo.environment[variable] ?? ""
    return path.isEmpty || path == "none" ? nil : path
  }
  /// What the program is given: the script of a library.
  private var arguments: [String] {
    guard self != .schedule else { return [] }
    let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("peer_\(rawValue).py")
    return ["-B", script.path]  // -B: leave no __pycache__ among the sources
  }

  /// Starts the peer with a workload.
  func start(_ workload: some Encodable) throws -> Peer {
    try Peer(rawValue, kind: self, program ?? "python3", arguments, workload)
  }

  /// Whether it can train such a model.
  func trains(_ settings: RecurrentSettings) -> Bool {
    switch self {
    case .tensorflow, .jax: true
    case .pytorch: settings.cell != .peephole
    case .schedule: settings.cell == .lstm && settings.layers == 1
    }
  }

  /// The peers that the environment names.
  ///
  /// - Throws: `PeerError` where it names none.
  static func installed() throws -> [PeerKind] {
    let kinds = allCases.filter { $0.program != nil }
    guard !kinds.isEmpty else {
      let names = allCases.map(\.variable).joined(separator: ", ")
      throw PeerError(
        description: "none of \(names) is set; Examples/Benchmarks/run --with-peers installs the "
          + "peers and sets them")
    }
    return kinds
  }
}

extension Setting {
  /// Starts those of `kinds` that are measured, with a workload.
  func start(_ kinds: [PeerKind], _ workload: some Encodable) throws -> [Peer] {
    try peers.filter(kinds.contains).map { try $0.start(workload) }
  }
}

extension [any Contender] {
  /// TensorFlow, where it is one of them.
  var tensorflow: Peer? { compactMap { $0 as? Peer }.first { $0.kind == .tensorflow } }
}

struct PeerError: Error, CustomStringConvertible {
  let description: String
}

/// A running peer. It speaks the protocol of `peer_protocol.py`: a line asks, a line answers.
final class Peer: Contender {
  let name: String
  /// Nil for a process of this program.
  let kind: PeerKind?

  private let process = Process()
  private let questions = Pipe()
  private let answers = Pipe()
  private var received: [UInt8] = []

  /// Starts a program, has it build the workload and warm it up.
  init(
    _ name: String, kind: PeerKind?, _ program: String, _ arguments: [String],
    _ workload: some Encodable
  ) throws {
    self.name = name
    self.kind = kind
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    process.standardInput = questions
    process.standardOutput = answers
    // A peer that has died must not take this process with it.
    signal(SIGPIPE, SIG_IGN)
    do {
      try process.run()
    } catch {
      let variable = kind.map { ", which \($0.variable) names," } ?? ""
      throw PeerError(description: "\(name): \(program)\(variable) can't be started: \(error)")
    }
    let settings = String(decoding: try JSONEncoder().encode(workload), as: UTF8.self)
    try ask("setup \(settings)")
  }

  deinit {
    try? questions.fileHandleForWriting.write(contentsOf: Data("quit\n".utf8))
    try? questions.fileHandleForWriting.close()
    process.waitUntilExit()
  }

  func measure(_ count: Int) throws -> [Double] {
    struct Round: Decodable { let ms: [Double] }
    return try JSONDecoder().decode(Round.self, from: Data(try ask("round \(count)").utf8)).ms
  }

  /// Has the peer train from the weights in a file and write what came out to another.
  func check(_ weights: URL, _ results: URL) throws {
    try ask("check \(weights.path) \(results.path)")
  }

  /// The resident memory of the peer's process, in megabytes.
  func residentMemory() throws -> Double {
    try residentMegabytes(of: "\(process.processIdentifier)")
  }

  /// Asks a question, and returns what is answered.
  ///
  /// - Throws: `PeerError` where the answer is an error or the peer has ended.
  @discardableResult
  func ask(_ question: String) throws -> String {
    try questions.fileHandleForWriting.write(contentsOf: Data("\(question)\n".utf8))
    let answer = try readAnswer()
    guard !answer.hasPrefix("error") else { throw PeerError(description: "\(name): \(answer)") }
    return answer
  }

  private func readAnswer() throws -> String {
    while true {
      if let end = received.firstIndex(of: UInt8(ascii: "\n")) {
        let line = String(decoding: received[..<end], as: UTF8.self)
        received.removeSubrange(...end)
        return line
      }
      let more = answers.fileHandleForReading.availableData
      guard !more.isEmpty else { throw PeerError(description: "\(name): the peer ended early") }
      received += more
    }
  }
}

/// The resident memory of a process, `self` or a number, in megabytes.
func residentMegabytes(of process: String) throws -> Double {
  let status = try String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)
  for line in status.split(separator: "\n") where line.hasPrefix("VmRSS:") {
    if let kibibytes = line.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap({
      Double($0)
    }) {
      return kibibytes * 1024 / 1e6
    }
  }
  throw PeerError(description: "/proc/\(process)/status tells no resident memory")
}
