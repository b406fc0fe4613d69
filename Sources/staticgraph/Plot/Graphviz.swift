internal import FoundationEssentials
internal import Glibc

/// Graphviz, where it is installed.
enum Graphviz {
  /// A picture in DOT as the bytes of an SVG file.
  ///
  /// - Throws: `Failure` where there is no Graphviz, or it fails.
  static func svg(of picture: String) throws -> [UInt8] {
    let manager = FileManager.default
    let directory = manager.temporaryDirectory.appending(path: "staticgraph-\(UUID().uuidString)")
    try manager.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { try? manager.removeItem(at: directory) }
    let (source, result) = (directory.appending(path: "a.dot"), directory.appending(path: "a.svg"))
    try AtomicFile.write(Array(picture.utf8), to: source.path)
    let status = try run("dot", ["-Tsvg", "-o\(result.path)", source.path])
    guard status == 0, let svg = try? Data(contentsOf: result) else {
      throw Failure("Graphviz's 'dot' failed with status \(status)")
    }
    return Array(svg)
  }

  /// The exit status of a program from PATH, which shares the standard streams.
  private static func run(_ program: String, _ arguments: [String]) throws -> Int32 {
    var pointers = ([program] + arguments).map { strdup($0) }
    defer { for pointer in pointers { free(pointer) } }
    pointers.append(nil)
    var process = pid_t()
    let failure = posix_spawnp(&process, program, nil, nil, pointers, environ)
    guard failure == 0 else {
      throw Failure(
        "an .svg needs Graphviz, whose program '\(program)' cannot be started "
          + "(\(String(cString: strerror(failure)))): install graphviz, or write a .dot file")
    }
    var status: Int32 = 0
    while waitpid(process, &status, 0) < 0 {
      guard errno == EINTR else { throw Failure("'\(program)' was lost") }
    }
    // What WIFEXITED and WEXITSTATUS, which are macros, do.
    return status & 0x7F == 0 ? status >> 8 & 0xFF : 128 + status & 0x7F
  }
}
