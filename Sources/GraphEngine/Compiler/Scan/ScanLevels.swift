/// How each value of a Scan's body changes from turn to turn: what passes decide by.
///
///     level 0       depends on invariants and constants only
///     level 1       depends on scanned rows too, or draws random numbers
///     level 2 + k   depends on states of component k too
///
/// A component is a set of states that depend on each other in a circle. Components are numbered so
/// that none depends on a later one: those of stacked layers, from the first layer to the last.
package struct ScanLevels {
  package static let invariant = 0
  package static let scanned = 1
  package static let firstState = 2

  /// The positions of the states of each component.
  package private(set) var components: [[Int]] = []
  private var levels: [Value: Int] = [:]

  /// The level of a value; that of an invariant where it is none of the body's.
  package subscript(value: Value) -> Int { levels[value] ?? Self.invariant }

  package init(_ scan: Scan, _ body: Program) {
    let parameters = body.parameters.map(\.value)
    components = Self.components(
      ofStates: scan.states.map { parameters[$0] }, next: Array(body.results[..<scan.stateCount]),
      body)
    for i in scan.scannedInputs { levels[parameters[i]] = Self.scanned }
    for (number, component) in components.enumerated() {
      for state in component {
        levels[parameters[scan.states.lowerBound + state]] = Self.firstState + number
      }
    }
    for instruction in body.instructions { add(instruction) }
  }

  /// Notes the results of an instruction that a pass adds.
  mutating func add(_ instruction: Instruction) {
    let least = instruction.isRepeatable ? Self.invariant : Self.scanned
    let level = instruction.inputs.reduce(least) { max($0, self[$1]) }
    guard level > Self.invariant else { return }
    for output in instruction.outputs { levels[output] = level }
  }

  // MARK: Components

  /// The strongly connected components of states, by Tarjan, Depth-first search and linear graph
  /// algorithms, 1972: a component is found after all that it depends on.
  private static func components(
    ofStates parameters: [Value], next: [Value], _ body: Program
  ) -> [[Int]] {
    var states: [Value: Set<Int>] = [:]
    for (state, parameter) in parameters.enumerated() { states[parameter] = [state] }
    for instruction in body.instructions {
      var found: Set<Int> = []
      for input in instruction.inputs {
        guard let more = states[input] else { continue }
        if found.isEmpty { found = more } else { found.formUnion(more) }
      }
      guard !found.isEmpty else { continue }
      for output in instruction.outputs { states[output] = found }
    }
    var search = ComponentSearch(dependencies: next.map { (states[$0] ?? []).sorted() })
    for state in parameters.indices { search.visit(state) }
    return search.components
  }
}

/// A search for the strongly connected components of a graph.
private struct ComponentSearch {
  let dependencies: [[Int]]
  private(set) var components: [[Int]] = []
  private var order: [Int?]
  private var lowest: [Int]
  private var isOpen: [Bool]
  private var open: [Int] = []
  private var count = 0

  init(dependencies: [[Int]]) {
    self.dependencies = dependencies
    order = Array(repeating: nil, count: dependencies.count)
    lowest = Array(repeating: 0, count: dependencies.count)
    isOpen = Array(repeating: false, count: dependencies.count)
  }

  mutating func visit(_ node: Int) {
    guard order[node] == nil else { return }
    order[node] = count
    lowest[node] = count
    count += 1
    open.append(node)
    isOpen[node] = true
    for other in dependencies[node] {
      if let known = order[other] {
        if isOpen[other] { lowest[node] = min(lowest[node], known) }
      } else {
        visit(other)
        lowest[node] = min(lowest[node], lowest[other])
      }
    }
    guard lowest[node] == order[node], let start = open.firstIndex(of: node) else { return }
    components.append(open[start...].sorted())
    for member in open[start...] { isOpen[member] = false }
    open.removeSubrange(start...)
  }
}

extension Instruction {
  /// Whether every execution with equal operands gives equal results: it draws no random numbers
  /// and reads or changes nothing outside.
  var isRepeatable: Bool {
    definition.effects.isSubset(of: .canFail)
      && bodies.allSatisfy { $0.instructions.allSatisfy(\.isRepeatable) }
  }
}
