import Foundation

/// The time from the start of a process to the end of what it prints: the command line reads a graph
/// from a file, gives its variables their first values, runs it and prints a result; a peer imports
/// its library and adds two numbers.
struct ColdStart: Row {
  let name = "cold-start"

  private static let graph = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("graphs/linear-regression.pbtxt")

  private static let statements: [PeerKind: String] = [
    .tensorflow: """
    import tensorflow.compat.v1 as tf
    tf.disable_eager_execution()
    x = tf.placeholder(tf.float32, [2])
    print(tf.Session().run(x + 1, {x: [1, 2]}))
    """,
    .pytorch: "import torch; print(torch.tensor([1.0, 2.0]) + 1)",
    .jax: "import jax; print(jax.jit(lambda x: x + 1)(jax.numpy.array([1.0, 2.0])))",
  ]

  /// The command line, built beside this program.
  private func program() throws -> URL {
    let own = Bundle.main.executableURL ?? URL(fileURLWithPath: CommandLine.arguments[0])
    let program = own.deletingLastPathComponent().appendingPathComponent("staticgraph")
    guard FileManager.default.isExecutableFile(atPath: program.path) else {
      throw PeerError(
        description: "\(program.path) is missing: swift build -c release --product staticgraph")
    }
    return program
  }

  private static let arguments = [
    "run", graph.path, "--init", "--feed", "x=[1,2]", "--fetch", "prediction",
  ]

  func prepare(_ setting: Setting) throws -> any Contender {
    let program = try program()
    return Local.telling { try Self.start(program, Self.arguments).milliseconds }
  }

  func rivals(_ setting: Setting) throws -> [any Contender] {
    setting.peers.compactMap { kind in
      guard let statements = Self.statements[kind], let program = kind.program else { return nil }
      let python = URL(fileURLWithPath: program)
      return Local.telling(kind.rawValue) {
        try Self.start(python, ["-B", "-c", statements]).milliseconds
      }
    }
  }

  /// Whether the command line prints what the graph gives with its first weights.
  func check(_ setting: Setting, _ rivals: [any Contender]) throws -> Check? {
    let program = try program()
    let text = try Self.start(program, Self.arguments).output
    let size = try FileManager.default.attributesOfItem(atPath: program.path)[.size] as? Int ?? 0
    return Check(
      passed: text == "[0. 0.]\n",
      message: "prints \(text.trimmingCharacters(in: .newlines)); the binary has "
        + String(format: "%.1f MB", Double(size) / 1e6))
  }

  /// Starts a program, and takes the time until its standard output ends.
  private static func start(
    _ program: URL, _ arguments: [String]
  ) throws -> (output: String, milliseconds: Double) {
    let process = Process()
    let output = Pipe()
    process.executableURL = program
    process.arguments = arguments
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    var text = ""
    let time = try milliseconds {
      try process.run()
      text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    }
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw PeerError(description: "\(program.path) failed (\(process.terminationStatus))")
    }
    return (text, time)
  }
}
