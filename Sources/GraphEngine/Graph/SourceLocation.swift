internal import CFrames
internal import FoundationEssentials
internal import Runtime

/// Where the user declared an operation.
public struct SourceLocation: Sendable, Hashable, CustomStringConvertible {
  /// The name of the file, without its directory.
  public let file: String
  /// The line, counted from 1; 0 where only the file is known.
  public let line: Int
  /// The function, as the compiler mangles it.
  public let function: String
  /// `CharLSTM.swift:42`.
  /// The file alone where the line is not known.
  public var description: String { line > 0 ? "\(file):\(line)" : file }

  package init(file: String, line: Int, function: String = "") {
    self.file = file
    self.line = line
    self.function = function
  }
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
  /// The place that a file tells of an operation that was read from it; addresses play no part then.
  package let known: SourceLocation?

  package init(addresses: [UInt], known: SourceLocation? = nil) {
    self.addresses = addresses
    self.known = known
  }

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
    if let known { return known }
    for start in stride(from: 0, to: addresses.count, by: 8) {
      let few = Array(addresses[start..<min(start + 8, addresses.count)])
      if let location = Self.location(in: few) { return location }
    }
    return nil
  }

  /// The innermost frame of these outside of this package's library targets.
  private static func location(in addresses: [UInt]) -> SourceLocation? {
    frames(of: addresses)?.lazy.compactMap { location(of: $0) }.first
  }

  private static func frames(of addresses: [UInt]) -> [SymbolicatedBacktrace.Frame]? {
    guard let backtrace = Backtrace(returnAddresses: addresses) else { return nil }
    return backtrace.symbolicated(with: images)?.frames.map { $0 }
  }

  /// Where a frame is in the user's code; nil for one of the library.
  private static func location(of frame: SymbolicatedBacktrace.Frame) -> SourceLocation? {
    guard let at = frame.symbol?.sourceLocation, at.line > 0, !isLibrary(at.path) else {
      return nil
    }
    let file = at.path.split(separator: "/").last.map(String.init) ?? at.path
    return SourceLocation(file: file, line: at.line, function: frame.symbol?.name ?? "")
  }

  /// The locations of many traces: each address is looked up once, and all of them together.
  static func locations(of traces: [CallTrace]) -> [SourceLocation?] {
    let addresses = Array(Set(traces.flatMap(\.addresses)))
    var known: [UInt: SourceLocation] = [:]
    for frame in addresses.isEmpty ? [] : frames(of: addresses) ?? [] {
      guard let address = UInt(frame.captured.originalProgramCounter), known[address] == nil else {
        continue
      }
      known[address] = location(of: frame)
    }
    return traces.map { trace in
      trace.known ?? trace.addresses.lazy.compactMap { known[$0] }.first
    }
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
