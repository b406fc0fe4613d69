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
  private var storage: Storage

  package init(
    _ definition: any OpDefinition, inputs: [Value], outputs: [Value], name: String,
    origin: Origin? = nil
  ) {
    id = Value()
    storage = Storage(
      Fields(definition: definition, inputs: inputs, outputs: outputs, name: name, origin: origin))
  }

  package var definition: any OpDefinition {
    get { storage.fields.definition }
    _modify { yield &own.definition }
  }

  package var inputs: [Value] {
    get { storage.fields.inputs }
    _modify { yield &own.inputs }
  }

  package var outputs: [Value] {
    get { storage.fields.outputs }
    _modify { yield &own.outputs }
  }

  /// Instructions (by `id`) of the same program that run before this one without giving it a value.
  package var controls: [Value] {
    get { storage.fields.controls }
    _modify { yield &own.controls }
  }

  /// `[condition, body]` of a While, those of an If or Case, empty for others.
  package var bodies: [Program] {
    get { storage.fields.bodies }
    _modify { yield &own.bodies }
  }

  package var name: String {
    get { storage.fields.name }
    _modify { yield &own.name }
  }

  package var origin: Origin? {
    get { storage.fields.origin }
    _modify { yield &own.origin }
  }

  private struct Fields {
    var definition: any OpDefinition
    var inputs: [Value]
    var outputs: [Value]
    var controls: [Value] = []
    var bodies: [Program] = []
    var name: String
    var origin: Origin?
  }

  /// The fields, which change only here: they are this instruction's own from then on.
  private var own: Fields {
    get { storage.fields }
    _modify {
      if !isKnownUniquelyReferenced(&storage) { storage = Storage(storage.fields) }
      yield &storage.fields
    }
  }

  // Unchecked because `fields` change only where one instruction alone refers to them.
  private final class Storage: @unchecked Sendable {
    var fields: Fields

    init(_ fields: Fields) { self.fields = fields }
  }
}
