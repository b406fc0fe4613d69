internal import FoundationEssentials
internal import Glibc

extension Error {
  /// Why a file could not be read, in words.
  package var reasonOfReading: String { reason(missing: "there is no such file") }

  /// Why a file could not be written, in words.
  package var reasonOfWriting: String { reason(missing: "there is no such directory") }

  private func reason(missing: String) -> String {
    var cause: any Error = self
    while let inner = (cause as? CocoaError)?.underlying { cause = inner }
    guard let code = (cause as? POSIXError)?.code else { return "the system does not tell why" }
    switch code {
    case .ENOENT: return missing
    case .EISDIR: return "it is a directory"
    case .ENOTDIR: return "a part of its path is no directory"
    case .EACCES, .EPERM: return "permission denied"
    default:
      let text = String(cString: strerror(code.rawValue))
      return text.prefix(1).lowercased() + text.dropFirst()
    }
  }
}
