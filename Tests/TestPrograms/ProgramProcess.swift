public import Foundation

/// A program of the package, as the build made it, run as a process of its own.
public struct ProgramProcess {
  /// The exit status; 2 where an interrupt ended it.
  public let status: Int32
  /// What it wrote to standard output.
  public let output: String
  /// What it wrote to standard error.
  public let errors: String

  /// Runs a program to its end.
  ///
  /// - Parameters:
  ///   - directory: Where it is run; nil: where the tests are.
  ///   - mark: What its output contains when it is sent an interrupt, as Ctrl-C does;
  ///     nil: never.
  public init(
    _ name: String, _ arguments: [String] = [], in directory: URL? = nil,
    interruptedAfter mark: String? = nil
  ) throws {
    try self.init(
      executable: Self.executable(name), arguments, in: directory, interruptedAfter: mark)
  }

  /// Runs a line of a shell, in which the package's programs are found by their names.
  public init(shell line: String, in directory: URL? = nil) throws {
    try self.init(
      executable: URL(filePath: "/bin/bash"), ["-c", "PATH=\(Self.products.path):$PATH; \(line)"],
      in: directory, interruptedAfter: nil)
  }

  private init(
    executable: URL, _ arguments: [String], in directory: URL?, interruptedAfter mark: String?
  ) throws {
    let process = Process()
    process.executableURL = executable
    process.arguments = arguments
    process.currentDirectoryURL = directory
    let (output, errors) = (Pipe(), Pipe())
    process.standardOutput = output
    process.standardError = errors
    try process.run()
    var data = Data()
    while true {
      let part = Self.readSome(output)
      if part.isEmpty { break }
      data += part
      if let mark, String(decoding: data, as: UTF8.self).contains(mark) { process.interrupt() }
    }
    var complaints = Data()
    while case let part = Self.readSome(errors), !part.isEmpty { complaints += part }
    process.waitUntilExit()
    status = process.terminationStatus
    self.output = String(decoding: data, as: UTF8.self)
    self.errors = String(decoding: complaints, as: UTF8.self)
  }

  /// What is there of a program's output; nothing at its end. A signal to this process may interrupt
  /// the reading, which `FileHandle` takes for an error.
  private static func readSome(_ pipe: Pipe) -> Data {
    var bytes = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = read(pipe.fileHandleForReading.fileDescriptor, &bytes, bytes.count)
      if count >= 0 { return Data(bytes.prefix(count)) }
      guard errno == EINTR else { return Data() }
    }
  }

  /// Where the build put a program.
  public static func executable(_ name: String) -> URL { products.appending(path: name) }

  /// The directory of the build's products, where the test bundle stands too.
  private static let products: URL = {
    let bundle = CommandLine.arguments.first { $0.contains(".xctest") }
    let program = bundle ?? Bundle.main.executablePath ?? ""
    var directory = URL(filePath: program).deletingLastPathComponent()
    while directory.path.contains(".xctest") { directory.deleteLastPathComponent() }
    return directory
  }()
}

/// A directory that is there as long as the value, and empty at first.
public final class ScratchDirectory {
  /// The directory.
  public let url = FileManager.default.temporaryDirectory.appending(
    path: "staticgraph-\(UUID().uuidString)")

  /// Makes a directory among the temporary files.
  public init() throws {
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  /// A file in it.
  public func file(_ name: String) -> URL { url.appending(path: name) }
  /// The path of a file in it.
  public func path(_ name: String) -> String { file(name).path }
}
