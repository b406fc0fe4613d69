internal import GraphArrays

/// Makes a state that only collects terms a sum.
///
///     Scan(state s: s + x), s not read otherwise   ->   t = Scan(summed x);  s0 + t
///     Scan(state s: s + (x + y))                   ->   t, u = Scan(summed x, y);  s0 + (t + u)
///
/// What starts as zeros is not added. Terms are added to each other before they are added to the
/// start, so the last bits of the sum may differ from the loop's. Each of several terms is summed by
/// itself where one of them is no elementwise result: sums of products and reductions leave the loop
/// (`SinkReductions`), each in its own way, as those of layers that share weights.
package enum RecognizeReductions: Pass {
  package static func run(_ program: inout Program) throws(GraphError) {
    program.rewriteScans { editor, outer in
      let body = editor.ports.body
      let uses = body.useCounts
      let makers = body.makers
      for state in editor.ports.states {
        guard let sum = makers[state.next], sum.isSum, uses[state.parameter] == 1,
          uses[state.next] == 1, sum.controls.isEmpty,
          sum.inputs.contains(state.parameter),
          !editor.ports.stacked.contains(where: { $0.start == state.parameter })
        else { continue }
        let type = editor.type(state.parameter)
        var others = sum.inputs
        others.removeAll { $0 == state.parameter }
        guard !others.isEmpty, others.count == sum.inputs.count - 1, type.isExact,
          others.allSatisfy({ editor.type($0) == type })
        else { continue }
        let tree = SumTerms(of: others, type, makers, uses, editor)
        let isDivided =
          tree.terms.count > 1
          && tree.terms.contains { makers[$0]?.definition.isElementwise == false }
        let startsAsZeros = outer.isZero(state.operand)
        if isDivided {
          editor.remove(tree.inner.union([sum.id]))
          editor.collect(tree.terms, of: state, sum, startsAsZeros: startsAsZeros)
        } else {
          editor.collect(oneOf: others, of: state, sum, startsAsZeros: startsAsZeros)
        }
      }
    }
  }
}

/// The terms of a sum, those of the sums among them that nothing else reads included.
private struct SumTerms {
  private(set) var terms: [Value] = []
  /// The instructions that make such sums.
  private(set) var inner: Set<Value> = []

  init(
    of values: [Value], _ type: TensorType, _ makers: [Value: Instruction], _ uses: [Value: Int],
    _ editor: ScanEditor
  ) {
    var open = Array(values.reversed())
    while let next = open.popLast() {
      if uses[next] == 1, let maker = makers[next], maker.controls.isEmpty,
        maker.isSum,
        maker.inputs.allSatisfy({ editor.type($0) == type })
      {
        inner.insert(maker.id)
        open += maker.inputs.reversed()
      } else {
        terms.append(next)
      }
    }
  }
}

extension ScanEditor {
  /// Makes a state the sum of what is left of the addition when the state is taken out of it.
  fileprivate mutating func collect(
    oneOf terms: [Value], of state: ScanPorts.State, _ sum: Instruction, startsAsZeros: Bool
  ) {
    var term = terms[0]
    if terms.count > 1, let place = ports.body.instructions.firstIndex(where: { $0.id == sum.id }) {
      ports.body.instructions[place].inputs = terms
      term = state.next
    } else {
      remove([sum.id])
    }
    collect([term], of: state, sum, startsAsZeros: startsAsZeros)
  }

  /// Makes a state the sums of terms, each of its own, which are added behind the loop.
  fileprivate mutating func collect(
    _ terms: [Value], of state: ScanPorts.State, _ sum: Instruction, startsAsZeros: Bool
  ) {
    let type = type(state.parameter)
    ports.states.removeAll { $0.parameter == state.parameter }
    isChanged = true
    if terms.count == 1, startsAsZeros {
      ports.summed.append(ScanPorts.Summed(value: terms[0], output: state.final))
      return
    }
    var totals: [Value] = startsAsZeros ? [] : [state.operand]
    for term in terms {
      let total = newValue(type)
      ports.summed.append(ScanPorts.Summed(value: term, output: total))
      totals.append(total)
    }
    let definition: any OpDefinition = totals.count == 2 ? Binary.add : AddN()
    behind.append(
      Instruction(
        definition, inputs: totals, outputs: [state.final], name: sum.name, origin: sum.origin))
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
