internal import CFrames
internal import FoundationEssentials
internal import Runtime

/// Where the user declared an operation.
public struct SourceLocation: Sendable, Hashable, CustomStringConvertible {
  /// The name of the file, without its directory.
  public let file: String
  /// The line, counted from 1.
  public let line: Int
  /// The function, as the compiler mangles it.
  public let function: String
  /// `CharLSTM.swift:42`.
  public var description: String { "\(file):\(line)" }
}

/// Return addresses of the functions that led to the declaration of an operation.
///
/// Operators cannot take `#line`, and layers would report the library's own line. So each
/// operation keeps raw return addresses, found by walking frame pointers, which
/// are turned into file and line only when an error is told.
package struct CallTrace: Sendable {
  /// Between a user's line and an operation of a cell inside of a loop stand some fifty frames where
  /// nothing is inlined.
  package static let depth = 72
  package let addresses: [UInt]

  package init(addresses: [UInt]) { self.addresses = addresses }

  /// Appends the addresses of the callers of this function to `flat`.
  @inline(never)
  package static func capture(into flat: inout [UInt]) -> Range<Int32> {
    let start = Int32(flat.count)
    withUnsafeTemporaryAllocation(of: UInt.self, capacity: depth) { buffer in
      guard let base = buffer.baseAddress else { return }
      let count = sg_frames(base, buffer.count)
      flat.append(contentsOf: UnsafeBufferPointer(start: base, count: count))
    }
    return start..<Int32(flat.count)
  }

  /// The innermost frame outside of this package's library targets.
  ///
  /// Addresses are looked up a few at a time, as each takes its time and the user's line is mostly
  /// found early.
  package func location() -> SourceLocation? {
    for start in stride(from: 0, to: addresses.count, by: 8) {
      let few = Array(addresses[start..<min(start + 8, addresses.count)])
      guard let backtrace = Backtrace(returnAddresses: few),
        let frames = backtrace.symbolicated(with: Self.images)?.frames
      else { return nil }
      for frame in frames {
        guard let at = frame.symbol?.sourceLocation, at.line > 0, !Self.isLibrary(at.path) else {
          continue
        }
        let file = at.path.split(separator: "/").last.map(String.init) ?? at.path
        return SourceLocation(file: file, line: at.line, function: frame.symbol?.name ?? "")
      }
    }
    return nil
  }

  /// The map of loaded images: captured once, as libraries are loaded before graphs are made.
  private static let images = ImageMap.capture()

  private static let modules: Set<String> = [
    "GraphArrays", "GraphKernels", "GraphEngine", "GraphTraining", "TensorFlowFormats",
    "StaticGraph",
  ]

  /// Whether a path of the line table belongs to the library: DWARF gives absolute paths for
  /// frames and paths relative to the package for inlined ones.
  static func isLibrary(_ path: String) -> Bool {
    guard path.hasSuffix(".swift") else { return true }
    let parts = path.split(separator: "/")
    return zip(parts, parts.dropFirst()).contains {
      $0 == "Sources" && modules.contains(String($1))
    }
  }
}

extension Backtrace {
  /// A backtrace of raw return addresses, by way of the documented compact coding
  /// (CompactBacktraceFormat.md of the Swift project), as there is no public initialiser.
  fileprivate init?(returnAddresses: [UInt]) {
    var bytes: [UInt8] = [2]  // version 0, 64-bit words
    for address in returnAddresses {
      bytes.append(0b0010_1_111)  // a return address, absolute, 8 bytes
      withUnsafeBytes(of: address.bigEndian) { bytes.append(contentsOf: $0) }
    }
    let text = Data(bytes).base64EncodedString().prefix { $0 != "=" }
    #if arch(x86_64)
      let machine = "x86_64"
    #else
      let machine = "aarch64"
    #endif
    let json = #"{"architecture": "\#(machine)", "backtrace": "\#(text)"}"#
    guard let decoded = try? JSONDecoder().decode(Backtrace.self, from: Data(json.utf8)) else {
      return nil
    }
    self = decoded
  }
}
