internal import GraphArrays

/// Makes a state that only collects terms a sum.
///
///     Scan(state s: s + x), s not read otherwise   ->   t = Scan(summed x);  s0 + t
///
/// What starts as zeros is not added. Terms are added to each other before they are added to the
/// start, so the last bits of the sum may differ from the loop's.
package enum RecognizeReductions: Pass {
  package static func run(_ program: inout Program) throws(GraphError) {
    program.rewriteScans { editor, outer in
      let body = editor.ports.body
      let uses = body.useCounts
      let makers = body.makers
      for state in editor.ports.states {
        guard let sum = makers[state.next], ["AddV2", "Add", "AddN"].contains(sum.definition.name),
          uses[state.parameter] == 1, uses[state.next] == 1, sum.controls.isEmpty,
          sum.inputs.contains(state.parameter),
          !editor.ports.stacked.contains(where: { $0.start == state.parameter })
        else { continue }
        let terms = sum.inputs.filter { $0 != state.parameter }
        let type = editor.type(state.parameter)
        guard !terms.isEmpty, terms.count == sum.inputs.count - 1, type.isExact,
          terms.allSatisfy({ editor.type($0) == type })
        else { continue }
        editor.collect(terms, of: state, sum, startsAsZeros: outer.isZero(state.operand))
      }
    }
  }
}

extension ScanEditor {
  fileprivate mutating func collect(
    _ terms: [Value], of state: ScanPorts.State, _ sum: Instruction, startsAsZeros: Bool
  ) {
    let type = type(state.parameter)
    ports.states.removeAll { $0.parameter == state.parameter }
    var term = terms[0]
    if terms.count > 1, let place = ports.body.instructions.firstIndex(where: { $0.id == sum.id }) {
      ports.body.instructions[place].inputs = terms
      term = state.next
    } else {
      remove([sum.id])
    }
    isChanged = true
    guard !startsAsZeros else {
      ports.summed.append(ScanPorts.Summed(value: term, output: state.final))
      return
    }
    let total = newValue(type)
    ports.summed.append(ScanPorts.Summed(value: term, output: total))
    behind.append(
      Instruction(
        Binary.add, inputs: [state.operand, total], outputs: [state.final], name: sum.name,
        origin: sum.origin))
  }
}

extension Program {
  /// The instruction that makes each value of this program.
  var makers: [Value: Instruction] {
    var makers: [Value: Instruction] = [:]
    for instruction in instructions {
      for output in instruction.outputs { makers[output] = instruction }
    }
    return makers
  }

  /// Whether all elements of a value are known to be zero.
  func isZero(_ value: Value) -> Bool {
    let makers = makers
    var value = value
    while let maker = makers[value] {
      switch maker.definition {
      case let constant as Const:
        guard constant.value.dtype.byteSize > 0 else { return false }
        return constant.value.withUnsafeBytes { $0.allSatisfy { $0 == 0 } }
      case is ZerosLike: return true
      case is Fill: value = maker.inputs[1]
      case is BroadcastTo, is Reshape, is Identity: value = maker.inputs[0]
      default: return false
      }
    }
    return false
  }
}
