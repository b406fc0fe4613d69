import Foundation
import StaticGraph

/// Where training stands.
struct Position: Codable {
  /// Whole epochs done.
  var epochs = 0
  /// Batches done in the epoch that is under way.
  var batches = 0
  /// Their losses.
  var epochLoss: Float = 0
  /// The loss of the best epoch and its number; nil before the first one.
  var best: Best?
  /// How far the session has drawn from each random stream.
  var randomState: [String: UInt64] = [:]

  struct Best: Codable {
    var epoch: Int
    var loss: Double
  }
}

/// The files of a model: settings with the vocabulary, the text, the best weights, and what a later
/// run needs to go on.
struct ModelFiles {
  let directory: URL

  var text: URL { directory.appending(path: "text.txt") }
  private var settingsFile: URL { directory.appending(path: "model.json") }
  private var best: URL { directory.appending(path: "best.npz") }
  private var last: URL { directory.appending(path: "last.npz") }
  private var position: URL { directory.appending(path: "last.json") }

  /// Makes the directory and keeps what stays the same in it.
  func begin(_ settings: Settings, text: String) throws {
    let manager = FileManager.default
    try manager.createDirectory(at: directory, withIntermediateDirectories: true)
    for stale in [best, last, position] where manager.fileExists(atPath: stale.path) {
      try manager.removeItem(at: stale)
    }
    try encoder.encode(settings).write(to: settingsFile, options: .atomic)
    try Data(text.utf8).write(to: self.text, options: .atomic)
  }

  func settings() throws -> Settings {
    guard let data = try? Data(contentsOf: settingsFile) else {
      throw ProgramError("there is no model in \(directory.path)")
    }
    return try JSONDecoder().decode(Settings.self, from: data)
  }

  func saveBest(_ weights: NPZ) throws {
    try Data(weights.bytes()).write(to: best, options: .atomic)
  }

  func bestWeights() throws -> NPZ {
    guard FileManager.default.fileExists(atPath: best.path) else {
      throw ProgramError("there are no weights in \(directory.path) yet: no epoch was finished")
    }
    return try NPZ(contentsOf: best)
  }

  /// Keeps what a later run needs to go on with the same bits.
  ///
  /// The arrays name the position they belong to, so that an interruption between the two files is
  /// seen.
  func saveLast(_ arrays: NPZ, _ position: Position) throws {
    var arrays = arrays
    arrays[Self.stamp] = Self.stamp(of: position)
    try Data(arrays.bytes()).write(to: last, options: .atomic)
    try encoder.encode(position).write(to: self.position, options: .atomic)
  }

  func loadLast() throws -> (arrays: NPZ, position: Position) {
    guard let data = try? Data(contentsOf: position) else {
      throw ProgramError("there is nothing to go on with in \(directory.path)")
    }
    let position = try JSONDecoder().decode(Position.self, from: data)
    let arrays = try NPZ(contentsOf: last)
    guard arrays[Self.stamp] == Self.stamp(of: position) else {
      throw ProgramError("\(last.path) and \(self.position.path) are of different runs")
    }
    return (arrays, position)
  }

  private static let stamp = "position"
  private static func stamp(of position: Position) -> NDArray {
    NDArray([position.epochs, position.batches], shape: [2], dtype: .int64)
  }

  private var encoder: JSONEncoder {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    return encoder
  }
}
