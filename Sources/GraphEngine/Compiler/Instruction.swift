/// One operation of a program.
///
/// Passes look at thousands of instructions and change few: what an instruction says is shared by
/// its copies until one of them is changed.
package struct Instruction: Sendable {
  /// The operation of the user's graph that it comes from: told in errors, key of random streams.
  package struct Origin: Sendable, Hashable {
    package let operation: Operation
    package init(operation: Operation) { self.operation = operation }
  }

  /// Unique in the process; control dependencies refer to it.
  package let id: Value
  private var fields: Fields

  package init(
    _ definition: any OpDefinition, inputs: [Value], outputs: [Value], name: String,
    origin: Origin? = nil
  ) {
    id = Value()
    fields = Fields(definition, inputs, outputs, name, origin)
  }

  package var definition: any OpDefinition {
    get { fields.definition }
    _modify {
      detach()
      yield &fields.definition
    }
  }

  package var inputs: [Value] {
    get { fields.inputs }
    _modify {
      detach()
      yield &fields.inputs
    }
  }

  package var outputs: [Value] {
    get { fields.outputs }
    _modify {
      detach()
      yield &fields.outputs
    }
  }

  /// Instructions (by `id`) of the same program that run before this one without giving it a value.
  package var controls: [Value] {
    get { fields.controls }
    _modify {
      detach()
      yield &fields.controls
    }
  }

  /// `[condition, body]` of a While, those of an If or Case, empty for others.
  package var bodies: [Program] {
    get { fields.bodies }
    _modify {
      detach()
      yield &fields.bodies
    }
  }

  package var name: String {
    get { fields.name }
    _modify {
      detach()
      yield &fields.name
    }
  }

  package var origin: Origin? {
    get { fields.origin }
    _modify {
      detach()
      yield &fields.origin
    }
  }

  /// Makes the fields this instruction's own.
  private mutating func detach() {
    if !isKnownUniquelyReferenced(&fields) { fields = Fields(copying: fields) }
  }

  // Unchecked because its variables change only where one instruction alone refers to it.
  private final class Fields: @unchecked Sendable {
    var definition: any OpDefinition
    var inputs: [Value]
    var outputs: [Value]
    var controls: [Value] = []
    var bodies: [Program] = []
    var name: String
    var origin: Origin?

    init(
      _ definition: any OpDefinition, _ inputs: [Value], _ outputs: [Value], _ name: String,
      _ origin: Origin?
    ) {
      self.definition = definition
      self.inputs = inputs
      self.outputs = outputs
      self.name = name
      self.origin = origin
    }

    init(copying other: Fields) {
      definition = other.definition
      inputs = other.inputs
      outputs = other.outputs
      controls = other.controls
      bodies = other.bodies
      name = other.name
      origin = other.origin
    }
  }
}
