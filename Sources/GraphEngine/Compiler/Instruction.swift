/// One operation of a program.
///
/// Passes look at thousands of instructions and change few: what an instruction says is shared by
/// its copies and never changes in place, so that reading it costs no check. Bodies are changed in
/// place, and stand in the instruction itself.
package struct Instruction: Sendable {
  /// The operation of the user's graph that it comes from: told in errors, key of random streams.
  package struct Origin: Sendable, Hashable {
    package let operation: Operation
    package init(operation: Operation) { self.operation = operation }
  }

  /// Unique in the process; control dependencies refer to it.
  package let id: Value
  private var content: Content
  /// `[condition, body]` of a While, those of an If or Case, empty for others.
  package var bodies: [Program] = []

  package init(
    _ definition: any OpDefinition, inputs: [Value], outputs: [Value], name: String,
    origin: Origin? = nil
  ) {
    id = Value()
    content = Content(
      definition: definition, inputs: inputs, outputs: outputs, controls: [], name: name,
      origin: origin)
  }

  package var definition: any OpDefinition {
    get { content.definition }
    set { content = content.changed(definition: newValue) }
  }

  package var inputs: [Value] {
    get { content.inputs }
    set { content = content.changed(inputs: newValue) }
  }

  package var outputs: [Value] {
    get { content.outputs }
    set { content = content.changed(outputs: newValue) }
  }

  /// Instructions (by `id`) of the same program that run before this one without giving it a value.
  package var controls: [Value] {
    get { content.controls }
    set { content = content.changed(controls: newValue) }
  }

  package var name: String { content.name }
  /// A number that changes where operands or results do. Bodies are not looked at.
  var fingerprint: Fingerprint { content.fingerprint }
  package var origin: Origin? { content.origin }

  /// What loops and branches do with their bodies; nil for other operations.
  package var controlFlow: (any ControlFlowDefinition)? {
    bodies.isEmpty ? nil : definition as? any ControlFlowDefinition
  }

  /// Puts what `replacement` has for them in the place of operands.
  mutating func replaceInputs(_ replacement: [Value: Value]) {
    guard !replacement.isEmpty, inputs.contains(where: { replacement[$0] != nil }) else { return }
    inputs = inputs.map { $0.replaced(by: replacement) }
  }

  private final class Content: Sendable {
    let definition: any OpDefinition
    let inputs: [Value]
    let outputs: [Value]
    let controls: [Value]
    let name: String
    let origin: Origin?
    /// Mixed from the numbers of operands and results.
    let fingerprint: Fingerprint

    init(
      definition: any OpDefinition, inputs: [Value], outputs: [Value], controls: [Value],
      name: String, origin: Origin?
    ) {
      self.definition = definition
      self.inputs = inputs
      self.outputs = outputs
      self.controls = controls
      self.name = name
      self.origin = origin
      var fingerprint = Fingerprint()
      for input in inputs { fingerprint.mix(input.id) }
      for output in outputs { fingerprint.mix(output.id) }
      self.fingerprint = fingerprint
    }

    func changed(
      definition: (any OpDefinition)? = nil, inputs: [Value]? = nil, outputs: [Value]? = nil,
      controls: [Value]? = nil
    ) -> Content {
      Content(
        definition: definition ?? self.definition, inputs: inputs ?? self.inputs,
        outputs: outputs ?? self.outputs, controls: controls ?? self.controls, name: name,
        origin: origin)
    }
  }
}

/// A number made of others, in which a change of one of them shows.
struct Fingerprint: Sendable, Equatable {
  private(set) var number: UInt64 = 0

  // Values are numbered one after another: a product by an odd number tells them apart, and the shift
  // brings what it says in its upper half down.
  mutating func mix(_ other: Int) {
    number = (number ^ UInt64(truncatingIfNeeded: other)) &* 0x9E37_79B9_7F4A_7C15
    number ^= number >> 32
  }

  mutating func mix(_ other: Fingerprint) { mix(Int(truncatingIfNeeded: other.number)) }
}
