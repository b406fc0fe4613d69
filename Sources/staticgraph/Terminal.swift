internal import Glibc

/// How signals end the program.
enum Signals {
  /// Closed output ends it without a word, Ctrl-C with status 130.
  static func prepare() {
    signal(SIGPIPE, SIG_DFL)
    signal(SIGINT) { _ in _exit(130) }
    // A program inherits what the thread that started it had blocked.
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, SIGPIPE)
    sigaddset(&signals, SIGINT)
    pthread_sigmask(SIG_UNBLOCK, &signals, nil)
  }
}

/// How text looks on a terminal.
enum TextStyle: String {
  case bold = "1"
  case red = "1;31"
  case yellow = "33"
}

/// An output stream of the program.
struct OutputStream: Sendable {
  private let descriptor: Int32
  /// Whether a person looks at it.
  let isTerminal: Bool
  private let isColoured: Bool

  fileprivate init(_ descriptor: Int32) {
    self.descriptor = descriptor
    isTerminal = isatty(descriptor) == 1
    // https://no-color.org: any value but the empty one.
    let refused = getenv("NO_COLOR").map { $0.pointee != 0 } ?? false
    let isDumb = getenv("TERM").map { strcmp($0, "dumb") == 0 } ?? false
    isColoured = isTerminal && !refused && !isDumb
  }

  /// The text in a style, where the stream shows styles.
  func styled(_ text: String, _ style: TextStyle) -> String {
    isColoured ? "\u{1B}[\(style.rawValue)m\(text)\u{1B}[0m" : text
  }

  /// Writes all of the text; what a closed stream does not take is lost.
  func write(_ text: String) {
    var text = text
    text.withUTF8 { bytes in
      var rest = UnsafeRawBufferPointer(bytes)
      while let start = rest.baseAddress, rest.count > 0 {
        let count = Glibc.write(descriptor, start, rest.count)
        guard count > 0 || errno == EINTR else { return }
        rest = UnsafeRawBufferPointer(rebasing: rest[Swift.max(0, count)...])
      }
    }
  }
}

/// Standard output.
let StandardOutput = OutputStream(STDOUT_FILENO)
/// Standard error.
let StandardError = OutputStream(STDERR_FILENO)

/// Writes a line to standard output.
func say(_ line: String) { StandardOutput.write(line + "\n") }

/// Writes a warning to standard error.
func warn(_ message: String) {
  StandardError.write("\(StandardError.styled("warning:", .yellow)) \(message)\n")
}
