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
      for j in program.instructions[i].inputs.indices {
        let input = program.instructions[i].inputs[j]
        program.instructions[i].inputs[j] = replacement[input] ?? input
      }
      program.instructions[i].controls = program.instructions[i].controls.map {
        mergedInto[$0] ?? $0
      }
      let instruction = program.instructions[i]
      guard instruction.isPure else { continue }
      let key = Key(
        definition: instruction.definition, inputs: instruction.inputs,
        controls: instruction.controls, types: instruction.outputs.map { program.type($0) })
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
    let definition: any OpDefinition
    let inputs: [Value]
    let controls: [Value]
    let types: [TensorType]

    static func == (a: Key, b: Key) -> Bool {
      a.inputs == b.inputs && a.controls == b.controls && a.types == b.types
        && a.definition.isEqual(to: b.definition)
    }

    func hash(into hasher: inout Hasher) {
      hasher.combine(inputs)
      hasher.combine(ObjectIdentifier(type(of: definition) as any Any.Type))
      definition.hash(into: &hasher)
    }
  }
}
