internal import Glibc

/// How many workers a process should have: the least of its cores, its affinity, and the CPU quota
/// of its control group.
package enum WorkerCount {
  /// The number for this process, found once.
  package static let available: Int = {
    var count = WorkerTeam.cores
    if let status = read("/proc/self/status"), let affinity = affinity(status: status) {
      count = min(count, affinity)
    }
    if let membership = read("/proc/self/cgroup"),
      let quota = quota(membership: membership, read: read)
    {
      count = min(count, Int(quota.rounded(.up)))
    }
    return max(1, count)
  }()

  /// Cores that the scheduler may use; nil where the text does not tell.
  ///
  /// - Parameter status: The text of `/proc/self/status`, as `sched_getaffinity` is not imported.
  package static func affinity(status: String) -> Int? {
    guard let line = status.split(separator: "\n").first(where: { $0.hasPrefix("Cpus_allowed:") })
    else { return nil }
    let digits = line.drop { $0 != ":" }.compactMap(\.hexDigitValue)
    let count = digits.reduce(0) { $0 + $1.nonzeroBitCount }
    return count > 0 ? count : nil
  }

  /// Cores' worth of time that the control groups grant; nil where there is no limit.
  ///
  /// - Parameters:
  ///   - membership: The text of `/proc/self/cgroup`.
  ///   - read: The text of a file; nil where there is none.
  package static func quota(membership: String, read: (String) -> String?) -> Double? {
    var least: Double?
    for line in membership.split(separator: "\n") {
      let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard parts.count == 3 else { continue }
      let path = String(parts[2])
      if parts[0] == "0", parts[1].isEmpty {
        // Version 2: a group is also bound by the limits of all groups above it.
        for folder in ancestors(path) {
          let text = read("/sys/fs/cgroup\(folder)/cpu.max")
          least = smaller(least, text.flatMap(quota(ofMax:)))
        }
      } else if parts[1].split(separator: ",").contains("cpu") {
        for folder in ancestors(path) {
          let base = "/sys/fs/cgroup/cpu\(folder)/cpu.cfs_"
          guard let quota = number(read(base + "quota_us")),
            let period = number(read(base + "period_us")), quota > 0, period > 0
          else { continue }
          least = smaller(least, quota / period)
        }
      }
    }
    return least
  }

  /// The quota in a `cpu.max`: `200000 100000` is 2, `max 100000` is none.
  private static func quota(ofMax text: String) -> Double? {
    let parts = text.split(whereSeparator: \.isWhitespace)
    guard parts.count == 2, let quota = Double(parts[0]), let period = Double(parts[1]),
      quota > 0, period > 0
    else { return nil }
    return quota / period
  }

  private static func number(_ text: String?) -> Double? {
    text?.split(whereSeparator: \.isWhitespace).first.flatMap { Double($0) }
  }

  private static func smaller(_ a: Double?, _ b: Double?) -> Double? {
    guard let a, let b else { return a ?? b }
    return min(a, b)
  }

  /// The folder, those above it, and last the root, which is the empty path.
  private static func ancestors(_ path: String) -> [String] {
    var parts = path.split(separator: "/")
    var result: [String] = []
    while !parts.isEmpty {
      result.append("/" + parts.joined(separator: "/"))
      parts.removeLast()
    }
    return result + [""]
  }

  private static func read(_ path: String) -> String? {
    guard let file = fopen(path, "r") else { return nil }
    defer { fclose(file) }
    // Files of control groups have no size beforehand, and are short.
    var bytes = [UInt8](repeating: 0, count: 65_536)
    let count = fread(&bytes, 1, bytes.count, file)
    return String(decoding: bytes.prefix(count), as: UTF8.self)
  }
}
