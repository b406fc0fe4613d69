internal import Glibc

/// The standard error of the process.
enum StandardError {
  /// Writes a line, whole: one call, so that lines of several threads do not mix.
  static func write(_ line: String) {
    let bytes = Array((line + "\n").utf8)
    _ = bytes.withUnsafeBytes { Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
  }
}
