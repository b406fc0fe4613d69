/// Splits a Scan whose states do not all depend on each other in a circle into one Scan after the
/// other: layers of a recurrent network.
///
///     Scan(states a, b: a' = f(a), b' = g(b, a'))
///       ->   Scan(state a: a' = f(a); stacked a'),  Scan(state b; scanned a': b' = g(b, a'))
///
/// What depends on rows only can then be done for all turns at once in the second, too. Fires where
/// more than one of the Scans has a product; the memory of what passes from one to the next is
/// limited. Not where the body has a side effect.
package enum FissionScans: Pass {
  package static func run(_ program: inout Program) throws(GraphError) {
    var memory = StackMemory(program)
    program.rewriteScans { editor, _ in
      let fission = ScanFission(editor.ports)
      guard fission.groupCount > 1,
        editor.ports.body.instructions.allSatisfy({ $0.isRemovable && $0.controls.isEmpty }),
        let bytes = memory.room(
          for: fission.crossing.map { editor.type($0) }, turns: editor.turns)
      else { return }
      memory.take(bytes)
      editor.split(fission)
    }
  }
}

/// Which part of a Scan goes to which of the Scans that it becomes.
private struct ScanFission {
  private(set) var groupCount = 0
  private let levels: ScanLevels
  /// The Scan of each component of states.
  private var groups: [Int] = []
  /// Values that later Scans need of earlier ones.
  private(set) var crossing: [Value] = []

  init(_ ports: ScanPorts) {
    levels = ports.levels
    guard levels.components.count > 1 else { return }
    var products: Set<Int> = []
    for instruction in ports.body.instructions where instruction.definition.isContraction {
      products.insert(component(of: instruction))
    }
    // Components without a product go with the one before, the first ones with the one after them.
    var hasProduct = false
    for k in 0..<levels.components.count {
      if products.contains(k), hasProduct { groupCount += 1 }
      hasProduct = hasProduct || products.contains(k)
      groups.append(groupCount)
    }
    groupCount += 1
    if groupCount > 1 { findCrossing(ports) }
  }

  private func component(of instruction: Instruction) -> Int {
    // An operation without results depends on its operands.
    let values = instruction.outputs.isEmpty ? instruction.inputs : instruction.outputs
    return values.reduce(0) { max($0, levels[$1] - ScanLevels.firstState) }
  }

  func group(of instruction: Instruction) -> Int { groups[component(of: instruction)] }

  /// The Scan that makes a value, or has it as a state.
  func group(of value: Value) -> Int { groups[max(0, levels[value] - ScanLevels.firstState)] }

  private mutating func findCrossing(_ ports: ScanPorts) {
    let constants = ports.body.constants
    let given = Set(ports.invariants.map(\.parameter) + ports.scanned.map(\.parameter))
    var seen: Set<Value> = []
    func note(_ value: Value, usedIn user: Int) {
      guard !given.contains(value), constants[value] == nil, group(of: value) < user,
        seen.insert(value).inserted
      else { return }
      crossing.append(value)
    }
    for instruction in ports.body.instructions {
      for input in instruction.inputs { note(input, usedIn: group(of: instruction)) }
    }
    for state in ports.states { note(state.next, usedIn: group(of: state.parameter)) }
    for stack in ports.stacked { note(stack.value, usedIn: group(of: stack)) }
  }

  /// The Scan that stacks a value: that of the state whose start stands in the stack.
  func group(of stack: ScanPorts.Stacked) -> Int { group(of: stack.start ?? stack.value) }
}

extension ScanEditor {
  /// Places all Scans but the last before it.
  fileprivate mutating func split(_ fission: ScanFission) {
    let whole = ports
    let constants = whole.body.constants
    // What an earlier Scan made, as an array outside.
    var arrays: [(value: Value, array: Value)] = []
    for group in 0..<fission.groupCount {
      var part = whole
      part.states = whole.states.filter { fission.group(of: $0.parameter) == group }
      part.stacked = whole.stacked.filter { fission.group(of: $0) == group }
      part.summed = whole.summed.filter { fission.group(of: $0.value) == group }
      part.body.instructions = whole.body.instructions.filter { instruction in
        instruction.definition.is(Const.self) || fission.group(of: instruction) == group
      }
      // Values are unique: those that several Scans need are others in each.
      var local: [Value: Value] = [:]
      func rename(_ value: Value) -> Value {
        let copy = part.body.newValue(whole.body.type(value))
        local[value] = copy
        return copy
      }
      let isLast = group == fission.groupCount - 1
      if !isLast {
        for k in part.invariants.indices {
          part.invariants[k].parameter = rename(part.invariants[k].parameter)
        }
        for k in part.scanned.indices {
          part.scanned[k].parameter = rename(part.scanned[k].parameter)
        }
        for k in part.body.instructions.indices {
          guard part.body.instructions[k].definition.is(Const.self) else { continue }
          let copy = rename(part.body.instructions[k].outputs[0])
          part.body.instructions[k] = Instruction(
            part.body.instructions[k].definition, inputs: [], outputs: [copy],
            name: part.body.instructions[k].name)
        }
      }
      for (value, array) in arrays {
        part.scanned.append(
          ScanPorts.Scanned(array: array, rows: part.allRows, parameter: rename(value)))
      }
      for value in fission.crossing where fission.group(of: value) == group {
        guard constants[value] == nil else { continue }
        let array = newValue(whole.body.type(value).stacked(turns))
        arrays.append((value, array))
        part.stacked.append(
          ScanPorts.Stacked(value: value, rows: part.allRows, output: array))
      }
      part.replaceUses(local)
      if isLast {
        ports = part
      } else {
        before.append(part.separateInstruction)
      }
    }
    isChanged = true
  }
}
