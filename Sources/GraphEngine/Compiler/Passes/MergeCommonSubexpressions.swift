internal import GraphArrays

/// Computes equal expressions once.
///
///     a = Tanh(x); b = Tanh(x); return Add(a, b)   ->   a = Tanh(x); return Add(a, a)
///
/// Operations with effects, random ones among them, are never merged; nor are operations that wait
/// for different others.
package enum MergeCommonSubexpressions: Pass {
  package static func run(_ program: inout Program) throws(GraphError) {
    var first: [Key: Int] = [:]
    var replacement: [Value: Value] = [:]
    var merged: Set<Value> = []
    var mergedInto: [Value: Value] = [:]
    for i in program.instructions.indices {
      program.instructions[i].replaceInputs(replacement)
      if !mergedInto.isEmpty, !program.instructions[i].controls.isEmpty {
        program.instructions[i].controls = program.instructions[i].controls.map {
          mergedInto[$0] ?? $0
        }
      }
      let instruction = program.instructions[i]
      guard instruction.isPure else { continue }
      let key = Key(instruction, in: program)
      if let earlier = first[key] {
        let kept = program.instructions[earlier]
        for (output, same) in zip(instruction.outputs, kept.outputs) { replacement[output] = same }
        merged.insert(instruction.id)
        mergedInto[instruction.id] = kept.id
      } else {
        first[key] = i
      }
    }
    if !merged.isEmpty {
      program.targets = program.targets.map { mergedInto[$0] ?? $0 }
      program.instructions.removeAll { merged.contains($0.id) }
      program.replaceUses(replacement)
    }
    try program.forEachBody { body throws(GraphError) in try run(&body) }
  }

  /// What two instructions have in common if they compute the same.
  private struct Key: Hashable {
    let instruction: Instruction
    /// The types of the results.
    let first: TensorType?
    let others: [TensorType]

    init(_ instruction: Instruction, in program: Program) {
      self.instruction = instruction
      first = instruction.outputs.first.map { program.type($0) }
      others = instruction.outputs.count < 2 ? [] : instruction.outputs.map { program.type($0) }
    }

    static func == (a: Key, b: Key) -> Bool {
      a.instruction.inputs == b.instruction.inputs
        && a.instruction.controls == b.instruction.controls && a.first == b.first
        && a.others == b.others
        && a.instruction.definition.isEqual(to: b.instruction.definition)
    }

    func hash(into hasher: inout Hasher) { hasher.combine(_rawHashValue(seed: 0)) }

    /// As that of `Value`. Few operations of one kind have the same operands: attributes are left out
    /// where there are some.
    func _rawHashValue(seed: Int) -> Int {
      var fingerprint = Fingerprint()
      fingerprint.mix(Int(bitPattern: instruction.definition.kind) ^ seed)
      for input in instruction.inputs { fingerprint.mix(input.id) }
      if instruction.inputs.isEmpty {
        var hasher = Hasher()
        instruction.definition.hash(into: &hasher)
        fingerprint.mix(hasher.finalize())
      }
      return Int(truncatingIfNeeded: fingerprint.number)
    }
  }
}
