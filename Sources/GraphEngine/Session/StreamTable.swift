internal import GraphArrays

/// How far the random streams of a session are: one for each random operation that was compiled.
struct StreamTable {
  private var indices: [Operation: Int] = [:]
  private var names: [String] = []
  private(set) var positions: [UInt64] = []
  /// Positions that were set before their operation was compiled.
  private var waiting: [String: UInt64] = [:]

  /// The number of the stream of an operation, a new one where there is none yet.
  mutating func index(of operation: Operation) -> Int {
    if let known = indices[operation] { return known }
    let index = positions.count
    let name = Self.path(of: operation)
    indices[operation] = index
    names.append(name)
    positions.append(waiting.removeValue(forKey: name) ?? 0)
    return index
  }

  /// The first unused counter of each stream, by the operation's name.
  var state: [String: UInt64] {
    get {
      waiting.merging(zip(names, positions)) { _, position in position }
    }
    set {
      for index in names.indices { positions[index] = newValue[names[index]] ?? 0 }
      let known = Set(names)
      waiting = newValue.filter { !known.contains($0.key) }
    }
  }

  mutating func setPositions(_ new: [UInt64], of streams: [Int]) {
    for (stream, position) in zip(streams, new) { positions[stream] = position }
  }

  /// The name, with those of the loops and branches in whose bodies the operation stands.
  private static func path(of operation: Operation) -> String {
    var name = operation.name
    var graph = operation.graph
    while let parent = graph.parent {
      let owner = parent.operations.first { owner in
        (owner.definition as? any ControlFlowDefinition)?.bodies.contains { $0.graph === graph }
          ?? false
      }
      name = "\(owner?.name ?? "body")/\(name)"
      graph = parent
    }
    return name
  }
}
