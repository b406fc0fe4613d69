import Foundation

/// A program of `Examples`, as the build made it, run as a process of its own.
struct ExampleProcess {
  let status: Int32
  let output: String
  let errors: String

  /// Runs a program to its end.
  ///
  /// - Parameter interruptedAfter: What its output contains when it is sent an interrupt, as Ctrl-C
  ///   does; nil: never.
  init(_ name: String, _ arguments: [String] = [], interruptedAfter mark: String? = nil) throws {
    let process = Process()
    process.executableURL = Self.products.appending(path: name)
    process.arguments = arguments
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

  /// The directory of the build's products, where the test bundle stands too.
  private static let products: URL = {
    let bundle = CommandLine.arguments.first { $0.contains(".xctest") }
    let program = bundle ?? Bundle.main.executablePath ?? ""
    var directory = URL(filePath: program).deletingLastPathComponent()
    while directory.path.contains(".xctest") { directory.deleteLastPathComponent() }
    return directory
  }()
}
