internal import GraphArrays

/// What a kind of operation is: type rule, kernel, gradient, attributes.
///
/// A definition is a value; its stored properties are its attributes, and equality and hashing,
/// synthesised over them, are the key by which equal operations are merged. An operation is added
/// to the library as one file with its public function and its definition, and one line in
/// `OpCatalog`.
package protocol OpDefinition: Sendable, Hashable {
  /// TensorFlow's name of the operation, as a NodeDef carries it.
  var name: String { get }
  /// The attributes that are stored, exported, imported and told in dumps. Default: none.
  static var attributes: [Attribute<Self>] { get }
  /// How many outputs there are. Default: 1.
  var outputCount: Int { get }
  /// What an execution does besides computing its outputs. Default: nothing.
  var effects: Effects { get }
  /// Operands whose values decide the types of results or the choice of the kernel (`shape` of
  /// Reshape, `axis` of Sum), by position. Where one of them is not a constant, type and kernel are
  /// found when the operation runs, and cost more. Default: none.
  var specializedInputs: [Int] { get }
  /// Those of `specializedInputs` whose values the kernel is made for, where all types are exact
  /// already: a slice of known extents reads its begin when it runs. Default: all of them.
  var kernelInputs: [Int] { get }

  /// The types of the outputs for operands of these types, as far as both are known.
  ///
  /// Called at declaration with what is known then, and again by the compiler and at run time with
  /// more. Where every operand's type is exact and the values of `specializedInputs` are known, the
  /// results must be exact for every operation whose outputs are arrays.
  ///
  /// - Throws: `GraphError` with a message that names the contradiction; the graph adds the
  ///   operation, the place and the operand types.
  func infer(_ context: InferenceContext) throws(GraphError) -> [TensorType]

  /// The code for exactly these types.
  func kernel(_ request: KernelRequest) throws(GraphError) -> Kernel

  /// The gradient with respect to each operand, nil where there is none (integers, indices).
  ///
  /// - Throws: `GraphError` with code `.unimplemented` where the operation has no gradient, which
  ///   is the default.
  func gradient(_ context: GradientContext) throws(GraphError) -> [Tensor?]

  /// The operand that the only result equals, bit for bit, for operands of these types and values:
  /// that of an identity, of a reshape to the shape that is there. Default: nil.
  ///
  /// - Parameter context: What is known of the operands; made where it is asked for.
  func forwardedInput(_ context: () -> InferenceContext, _ output: TensorType) -> Int?

  /// Puts simpler instructions in the place of one of this definition, where what makes its operands
  /// allows it: a reshape of a reshape is one. They give the same results, bit for bit but for the
  /// sign of zero. Default: never.
  ///
  /// - Returns: Whether it did so.
  func simplify(_ instruction: Instruction, _ rewriter: inout Rewriter) -> Bool

  /// What is known of the output's elements, where it is an integer scalar or vector whose
  /// operands are known in part: `[?, 512]` as the value of a shape. Default: nil.
  func knownElements(_ context: InferenceContext) -> [Int?]?

  /// What is known of the elements of each result, where there are several. Default: what
  /// `knownElements` tells of the only one.
  func knownResults(_ context: InferenceContext) -> [[Int?]?]

  // MARK: In loops

  /// Whether each element of the only result depends only on the elements of the operands at the
  /// same place, under NumPy's rules of broadcasting. Default: false.
  var isElementwise: Bool { get }
  /// The definition as a member of fused groups; nil where it can be none.
  var elementwise: (any ElementwiseDefinition)? { get }
  /// Whether the result is a linear function of the first operand that moves its elements: the sum
  /// of results is the result of the sum. Default: false.
  var isLinear: Bool { get }
  /// Whether the work grows with extents that the result does not have, as that of a product of
  /// matrices does. Default: false.
  var isContraction: Bool { get }
  /// What the operation is for all turns of a loop at once: its results with a leading axis of the
  /// turns, or nil where it has no such form. At least one operand is stacked.
  ///
  /// Default: the operation itself on stacks where it is elementwise, none for others.
  ///
  /// - Throws: Where an operation of the form refuses its operands; then there is no form.
  func overTime(_ all: inout AllTurns) throws(GraphError) -> [Value]?
  /// The sum of the only result over all turns of a loop as one operation on stacks; nil where
  /// there is no such form. At least one operand is stacked. Default: none.
  ///
  /// - Throws: Where an operation of the form refuses its operands; then there is no form.
  func sumOverTime(_ all: inout AllTurns) throws(GraphError) -> Value?

  /// The row axis of each result, for operands of which some are partitioned: where row `r` of every
  /// result depends on rows `r` of the partitioned operands and on whole ones only, the operation
  /// may be executed for some rows at a time. A result may be whole.
  ///
  /// Executed with fewer rows, with the same whole operands, it must give the same values.
  ///
  /// - Throws: `RowRefusal` where a result depends on other rows. Default: operands of elementwise
  ///   operations are aligned from the right, all others refuse.
  func rowAxes(_ context: RowContext) throws(RowRefusal) -> [Int?]

  /// Whether the bits of a row of a result do not depend on how many other rows are computed with
  /// it. Default: yes; products of a library that chooses its code by the number of rows say no.
  var isRowExact: Bool { get }
}

extension OpDefinition {
  package static var attributes: [Attribute<Self>] { [] }
  package var outputCount: Int { 1 }
  package var effects: Effects { [] }
  package var specializedInputs: [Int] { [] }
  package var kernelInputs: [Int] { specializedInputs }
  package func knownElements(_ context: InferenceContext) -> [Int?]? { nil }
  package func knownResults(_ context: InferenceContext) -> [[Int?]?] {
    outputCount == 1 ? [knownElements(context)] : []
  }
  package func simplify(_ instruction: Instruction, _ rewriter: inout Rewriter) -> Bool { false }
  package func forwardedInput(_ context: () -> InferenceContext, _ output: TensorType) -> Int? {
    nil
  }
  package var isElementwise: Bool { false }
  package var elementwise: (any ElementwiseDefinition)? { nil }
  package var isLinear: Bool { false }
  package var isContraction: Bool { false }
  package func overTime(_ all: inout AllTurns) throws(GraphError) -> [Value]? {
    isElementwise ? try all.broadcast(self) : nil
  }
  package func sumOverTime(_ all: inout AllTurns) throws(GraphError) -> Value? { nil }
  package var isRowExact: Bool { true }

  package func rowAxes(_ context: RowContext) throws(RowRefusal) -> [Int?] {
    guard isElementwise else { throw RowRefusal("\(name) may mix rows") }
    return [try context.aligned()]
  }

  package func gradient(_ context: GradientContext) throws(GraphError) -> [Tensor?] {
    throw GraphError(.unimplemented, "\(name) has no gradient")
  }

  /// Whether `other` is the same definition with equal attributes.
  package func isEqual(to other: any OpDefinition) -> Bool { other.as(Self.self) == self }

  /// The kind of the definition, whatever its attributes.
  package static var kind: ObjectIdentifier { ObjectIdentifier(Self.self) }
  /// The kind of the definition, whatever its attributes.
  package var kind: ObjectIdentifier { Self.kind }

  /// Whether this is a definition of some kind.
  ///
  /// Passes ask this of every operation, and most answers are no: comparing types costs far less
  /// than the language's own cast, which looks for conformances too.
  package func `is`<Other: OpDefinition>(_ other: Other.Type) -> Bool { Self.self == other }

  /// This definition, where it is of some kind.
  package func `as`<Other: OpDefinition>(_ other: Other.Type) -> Other? {
    self.is(other) ? self as? Other : nil
  }

  /// `infer`, where each result is one that an array can be.
  ///
  /// - Throws: `GraphError`, that of `infer` among others.
  package func inferChecked(_ context: InferenceContext) throws(GraphError) -> [TensorType] {
    let types = try infer(context)
    for type in types { try type.checkExtents() }
    return types
  }

  /// What is known of each output's value, given what is known of the operands.
  ///
  /// Only small integer values are kept: they are shapes, axes and indices.
  func foldKnown(_ context: InferenceContext, _ outputs: [TensorType]) -> [KnownValue?] {
    if let constant = self.as(Const.self) { return [.array(constant.value)] }
    var result = [KnownValue?](repeating: nil, count: outputs.count)
    let isInteger = outputs.allSatisfy {
      ($0.dtype == .int32 || $0.dtype == .int64) && ($0.shape.rank ?? 2) <= 1
    }
    guard isInteger, !outputs.isEmpty else { return result }
    let known = knownResults(context)
    if known.contains(where: { $0 != nil }) {
      for (index, elements) in known.enumerated() where index < outputs.count {
        guard let elements, elements.count <= KnownValue.limit else { continue }
        result[index] = KnownValue(
          dtype: outputs[index].dtype, isScalar: outputs[index].shape.rank == 0,
          elements: elements)
      }
    } else if effects.isEmpty, outputs.allSatisfy({ ($0.count ?? .max) <= KnownValue.limit }),
      !context.types.isEmpty || outputs[0].count ?? 0 <= 1,
      let values = try? evaluateAllOnHost(context.known.map { $0?.array }, context.types)
    {
      result = values.map { .array($0) }
    }
    return result
  }
}

/// What an execution of an operation does besides computing its outputs.
package struct Effects: OptionSet, Sendable, Hashable {
  package let rawValue: UInt8
  package init(rawValue: UInt8) { self.rawValue = rawValue }

  /// It changes or shows something outside: never moved, merged, or left out of a body.
  package static let sideEffect = Effects(rawValue: 1)
  /// It draws from a stream of random numbers of its own: never merged with an equal one.
  package static let stream = Effects(rawValue: 2)
  /// It can fail at run time: not executed where it was not asked for.
  package static let canFail = Effects(rawValue: 4)
  /// It reads or writes a variable: merged with nothing.
  package static let state = Effects(rawValue: 8)
}

/// A stored value that equality and hashing pass over: the closures of a record in a family's
/// table, which its name identifies.
@propertyWrapper
package struct NotCompared<Value: Sendable>: Hashable, Sendable {
  package let wrappedValue: Value
  package init(wrappedValue: Value) { self.wrappedValue = wrappedValue }
  package static func == (a: Self, b: Self) -> Bool { true }
  package func hash(into hasher: inout Hasher) {}
}
