internal import Glibc

/// Files that are there as a whole or not at all.
enum AtomicFile {
  /// Writes a file under another name beside it, and then gives it its name.
  ///
  /// What stands there is replaced, also where it is a link: nothing is written through it.
  ///
  /// - Throws: `Failure` with the path and the system's reason.
  static func write(_ bytes: [UInt8], to path: String) throws {
    let draft = "\(path).\(getpid()).part"
    let file = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    guard file >= 0 else { throw failure(path) }
    do {
      try bytes.withUnsafeBytes { bytes in
        var rest = bytes[...]
        while !rest.isEmpty {
          let count = Glibc.write(
            file, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
          guard count > 0 || errno == EINTR else { throw failure(path) }
          rest = rest.dropFirst(max(0, count))
        }
      }
      guard rename(draft, path) == 0 else { throw failure(path) }
      close(file)
    } catch {
      close(file)
      unlink(draft)
      throw error
    }
  }

  /// Makes a directory and those that it stands in, where they are not there.
  ///
  /// - Throws: `Failure` with the path and the system's reason.
  static func makeDirectory(_ path: String) throws {
    var made = path.hasPrefix("/") ? "/" : ""
    for part in path.split(separator: "/") {
      made += (made.isEmpty || made == "/" ? "" : "/") + part
      guard mkdir(made, 0o777) == 0 || errno == EEXIST else {
        throw Failure("\(path): the directory cannot be made: \(reason)")
      }
    }
  }

  private static func failure(_ path: String) -> Failure {
    Failure("\(path): cannot be written: \(reason)")
  }

  /// What the system says of the last failure.
  private static var reason: String {
    let text = String(cString: strerror(errno))
    return text.prefix(1).lowercased() + text.dropFirst()
  }
}
