package import GraphArrays

/// An operation of a loop's body that is to be done for all turns at once, outside of the loop.
///
/// An operand is the same in every turn, or an array with a leading axis of as many rows as the
/// loop has turns: row `t` is what the operation would be given in the turn that belongs to `t`.
package struct AllTurns {
  /// An operand, outside of the loop.
  package struct Operand {
    /// The value outside.
    package var value: Value
    /// The type that it has in a turn.
    package var type: TensorType
    /// Whether `value` holds the operands of all turns.
    package var isStacked: Bool
    /// Its elements, where it is a constant.
    package var constant: NDArray?

    package init(_ value: Value, _ type: TensorType, isStacked: Bool, constant: NDArray? = nil) {
      self.value = value
      self.type = type
      self.isStacked = isStacked
      self.constant = constant
    }
  }

  /// The number of turns.
  package let turns: Int
  package let operands: [Operand]
  /// The types of the results in a turn.
  package let results: [TensorType]
  /// The instructions that rules made, and the types of their results.
  private(set) var instructions: [Instruction] = []
  private(set) var types: [Value: TensorType] = [:]
  private var constants: [Value: NDArray] = [:]
  private let source: Instruction

  init(_ source: Instruction, turns: Int, operands: [Operand], results: [TensorType]) {
    self.source = source
    self.turns = turns
    self.operands = operands
    self.results = results
    for operand in operands {
      types[operand.value] =
        operand.isStacked ? operand.type.stacked(turns) : operand.type
      if !operand.isStacked { constants[operand.value] = operand.constant }
    }
  }

  // MARK: Operands

  /// Whether an operand differs from turn to turn.
  package func isStacked(_ index: Int) -> Bool { operands[index].isStacked }
  /// The rank that an operand has in a turn.
  package func rank(_ index: Int) -> Int { operands[index].type.extents?.count ?? 0 }
  /// The extents that an operand has in a turn.
  package func extents(_ index: Int) -> [Int] { operands[index].type.extents ?? [] }
  /// The elements of an integer operand that is a constant.
  package func integers(_ index: Int) -> [Int]? { operands[index].constant?.integerElements }
  /// The extents of a result of all turns.
  package func extents(ofResult index: Int = 0) -> [Int] {
    [turns] + (results[index].extents ?? [])
  }

  /// The axis that a constant operand gives, counted from 0, with the axis of the turns before it.
  package func axis(_ index: Int, rank: Int) -> Int? {
    guard let axis = integers(index)?.first else { return nil }
    return (axis < 0 ? axis + rank : axis) + 1
  }

  /// An operand to be broadcast with others of up to `rank` axes: a stack of fewer axes gets axes
  /// of extent 1 behind the first.
  package mutating func aligned(_ index: Int, rank: Int) throws(GraphError) -> Value {
    let operand = operands[index]
    let extents = extents(index)
    guard operand.isStacked, extents.count < rank else { return operand.value }
    let ones = Array(repeating: 1, count: rank - extents.count)
    return try reshape(operand.value, to: [turns] + ones + extents)
  }

  /// An operand with a row for each turn, also where it is the same in all of them.
  package mutating func stack(_ index: Int) throws(GraphError) -> Value {
    let operand = operands[index]
    guard !operand.isStacked else { return operand.value }
    return try emit(BroadcastTo(), [operand.value, vector([turns] + extents(index))])
  }

  // MARK: Instructions

  /// The only result of an operation on values outside of the loop.
  ///
  /// - Throws: Where the operation refuses their types.
  package mutating func emit(
    _ definition: some OpDefinition, _ inputs: [Value]
  ) throws(GraphError) -> Value {
    guard let result = try emitAll(definition, inputs).first else {
      throw GraphError(.failedPrecondition, "\(definition.name) has no result")
    }
    return result
  }

  /// All results of an operation on values outside of the loop.
  ///
  /// - Throws: Where the operation refuses their types.
  package mutating func emitAll(
    _ definition: some OpDefinition, _ inputs: [Value]
  ) throws(GraphError) -> [Value] {
    let context = InferenceContext(
      types: inputs.map { types[$0] ?? TensorType(.variant, .unknown) },
      known: inputs.map { constants[$0].map { .array($0) } })
    let outputTypes = try definition.infer(context)
    let outputs = outputTypes.map { type in
      let value = Value()
      types[value] = type
      return value
    }
    instructions.append(
      Instruction(
        definition, inputs: inputs, outputs: outputs, name: source.name, origin: source.origin))
    return outputs
  }

  /// A constant vector of integers.
  package mutating func vector(_ elements: [Int]) -> Value {
    integers(elements, shape: [elements.count])
  }

  /// A constant integer.
  package mutating func integer(_ element: Int) -> Value {
    integers([element], shape: [])
  }

  /// A constant array of integers.
  package mutating func integers(_ elements: [Int], shape: [Int]) -> Value {
    constant(NDArray.integers(elements, dtype: .int32, shape: shape))
  }

  private mutating func constant(_ array: NDArray) -> Value {
    let value = Value()
    types[value] = TensorType(array.dtype, exact: array.shape)
    constants[value] = array
    instructions.append(
      Instruction(
        Const(array), inputs: [], outputs: [value], name: source.name, origin: source.origin))
    return value
  }

  /// A value under another shape; itself where it has that shape.
  package mutating func reshape(
    _ value: Value, to extents: [Int]
  ) throws(GraphError) -> Value {
    if types[value]?.extents == extents { return value }
    return try emit(Reshape(), [value, vector(extents)])
  }

  /// A stack under the shape that the results of all turns have.
  package mutating func reshape(
    asResult value: Value, _ index: Int = 0
  ) throws(GraphError) -> Value {
    try reshape(value, to: extents(ofResult: index))
  }

  /// Whether these values are the results of all turns, by their types.
  func makes(_ stacks: [Value]) -> Bool {
    stacks.map { types[$0] } == results.map { $0.stacked(turns) }
  }

  // MARK: Rules that families share

  /// The operation itself on stacks, for what works element by element with broadcasting, or on the
  /// last axes of each of its operands.
  package mutating func broadcast(
    _ definition: some OpDefinition
  ) throws(GraphError) -> [Value]? {
    let rank = operands.map { $0.type.extents?.count ?? 0 }.max() ?? 0
    var inputs: [Value] = []
    for index in operands.indices { inputs.append(try aligned(index, rank: rank)) }
    return try emitAll(definition, inputs)
  }

  /// The operation itself on stacks, for what wants operands of one shape.
  package mutating func elementwise(
    _ definition: some OpDefinition
  ) throws(GraphError) -> [Value]? {
    var inputs: [Value] = []
    for index in operands.indices { inputs.append(try stack(index)) }
    return try emitAll(definition, inputs)
  }

  /// What only gives its first operand another shape.
  package mutating func reshape() throws(GraphError) -> [Value]? {
    guard isStacked(0), !operands.dropFirst().contains(where: \.isStacked) else { return nil }
    return [try reshape(asResult: operands[0].value)]
  }
}

extension TensorType {
  /// The type of a stack of `count` values of this type.
  package func stacked(_ count: Int) -> TensorType {
    guard let extents else { return TensorType(dtype, .unknown) }
    return TensorType(dtype, exact: [count] + extents)
  }
}
