package import CKernels

/// Makes an `ElementwiseProgram`, function by function, in the order in which they are executed.
///
/// Positions and strides count elements of the type in question. Two operands or results lie in
/// one array where they are given the same position in the table; arrays at different positions do
/// not overlap, except as `store` is told.
package struct ElementwiseBuilder {
  /// A value of the program.
  package struct Value: Hashable, Sendable {
    fileprivate let index: Int
  }

  /// What an instruction does.
  enum Function {
    case copy
    case unary(UnaryLoop)
    case binary(BinaryLoop)
    case select(SelectLoop)
  }

  /// A function of the program, and what becomes of its result.
  struct Instruction {
    var function: Function
    var operands: [Int]
    /// Where the result is stored, at once or after the last instruction.
    var destination: Destination?
  }

  /// Where a value lies in the arrays; offsets and strides count bytes.
  struct View: Hashable {
    var array: Int
    var offset: Int
    var rowStride: Int
    var columnStride: Int
  }

  /// A result's place, and the arrays whose memory it may share.
  struct Destination {
    var view: View
    var overwriting: Set<Int>
  }

  /// What a value is.
  enum Origin {
    case array(View)
    case constant(UInt64)
    case instruction(Int)
  }

  struct Definition {
    var type: KernelType
    var origin: Origin
  }

  private(set) var definitions: [Definition] = []
  private(set) var instructions: [Instruction] = []
  let columns: Int
  private let kernels: KernelTable

  /// - Parameters:
  ///   - columns: The columns of the program's domain.
  ///   - kernels: The instruction set.
  package init(columns: Int, kernels: KernelTable = .best) {
    self.columns = columns
    self.kernels = kernels
  }

  /// An operand in an array.
  ///
  /// - Parameters:
  ///   - array: The position of the array in the table.
  ///   - offset: The operand's first element in the array.
  ///   - rowStride: How far its rows are apart; 0 for one row for all.
  ///   - columnStride: 1, or 0 for one column for all.
  package mutating func operand(
    _ type: KernelType, array: Int, offset: Int = 0, rowStride: Int, columnStride: Int = 1
  ) -> Value {
    define(type, .array(view(type, array, offset, rowStride, columnStride)))
  }

  /// One value for all elements.
  ///
  /// - Parameter source: The address of the value, which is copied.
  package mutating func constant(_ type: KernelType, at source: UnsafeRawPointer) -> Value {
    var bits: UInt64 = 0
    withUnsafeMutableBytes(of: &bits) {
      $0.copyMemory(from: UnsafeRawBufferPointer(start: source, count: type.byteCount))
    }
    return define(type, .constant(bits))
  }

  /// One value for all elements.
  package mutating func constant(_ value: Float) -> Value {
    define(SG_F32, .constant(UInt64(value.bitPattern)))
  }

  /// One value for all elements.
  package mutating func constant(_ value: Double) -> Value {
    define(SG_F64, .constant(value.bitPattern))
  }

  /// A unary function, or nil where it does not exist for the operand's type.
  ///
  /// - Parameter result: The type of the result, where it is not the operand's.
  package mutating func unary(
    _ function: KeyPath<sg_kernels, sg_unary>, _ x: Value, to result: KernelType? = nil
  ) -> Value? {
    let type = type(of: x)
    return kernels.pointee[keyPath: function][type].map { apply($0, x, to: result ?? type) }
  }

  /// A binary function, or nil where it does not exist for the operands' type.
  ///
  /// - Parameter result: The type of the result, where it is not the operands'.
  package mutating func binary(
    _ function: KeyPath<sg_kernels, sg_binary>, _ x: Value, _ y: Value, to result: KernelType? = nil
  ) -> Value? {
    let type = type(of: x)
    guard type == self.type(of: y), let loop = kernels.pointee[keyPath: function][type] else {
      return nil
    }
    return append(
      Instruction(function: .binary(loop), operands: [x.index, y.index]), result ?? type)
  }

  /// `x` where the condition holds, else `y`, or nil where their types differ.
  package mutating func select(_ condition: Value, _ x: Value, _ y: Value) -> Value? {
    let type = type(of: x)
    guard type == self.type(of: y), self.type(of: condition) == SG_BOOL else { return nil }
    return choose(condition, x, y)
  }

  /// The value in another type, as TensorFlow's Cast.
  package mutating func cast(_ x: Value, to type: KernelType) -> Value {
    let from = self.type(of: x)
    return from == type ? x : apply(kernels.cast(from: from, to: type), x, to: type)
  }

  /// Stores a value as a result.
  ///
  /// - Parameters:
  ///   - array: The position of the array in the table.
  ///   - offset: The result's first element in the array.
  ///   - rowStride: How far its rows are apart.
  ///   - others: Positions of arrays of which some may be, in a run, the same memory with the
  ///     same places. The array's own position needs no mention.
  package mutating func store(
    _ value: Value, array: Int, offset: Int = 0, rowStride: Int, overwriting others: Set<Int> = []
  ) {
    let type = type(of: value)
    let destination = Destination(
      view: view(type, array, offset, rowStride, 1), overwriting: others.union([array]))
    if case .instruction(let index) = definitions[value.index].origin,
      instructions[index].destination == nil
    {
      instructions[index].destination = destination
    } else {
      // An operand, or a value that is stored already.
      let copy = copy(value)
      instructions[copy].destination = destination
    }
  }

  /// The program.
  package consuming func program() -> ElementwiseProgram { ElementwiseAllocation(self).program() }

  private func type(of value: Value) -> KernelType { definitions[value.index].type }

  private func view(
    _ type: KernelType, _ array: Int, _ offset: Int, _ rowStride: Int, _ columnStride: Int
  ) -> View {
    let size = type.byteCount
    return View(
      array: array, offset: offset * size, rowStride: rowStride * size,
      columnStride: columns == 1 ? size : columnStride * size)
  }

  private mutating func define(_ type: KernelType, _ origin: Origin) -> Value {
    definitions.append(Definition(type: type, origin: origin))
    return Value(index: definitions.count - 1)
  }

  private mutating func append(_ instruction: Instruction, _ type: KernelType) -> Value {
    instructions.append(instruction)
    return define(type, .instruction(instructions.count - 1))
  }

  /// Unary loops have no strides: a value for all columns is spread out first.
  private mutating func apply(_ loop: @escaping UnaryLoop, _ x: Value, to type: KernelType) -> Value
  {
    let operand = isSpread(x) ? x : spread(x)
    return append(Instruction(function: .unary(loop), operands: [operand.index]), type)
  }

  private func isSpread(_ value: Value) -> Bool {
    switch definitions[value.index].origin {
    case .array(let view): view.columnStride != 0
    case .constant: false
    case .instruction: true
    }
  }

  private mutating func spread(_ value: Value) -> Value {
    choose(define(SG_BOOL, .constant(1)), value, value)
  }

  private mutating func choose(_ condition: Value, _ x: Value, _ y: Value) -> Value {
    let type = type(of: x)
    return append(
      Instruction(
        function: .select(kernels.pointee.select[byteCount: type.byteCount]),
        operands: [condition.index, x.index, y.index]), type)
  }

  /// The instruction that copies a value.
  private mutating func copy(_ value: Value) -> Int {
    if isSpread(value) {
      _ = append(Instruction(function: .copy, operands: [value.index]), type(of: value))
    } else {
      _ = spread(value)
    }
    return instructions.count - 1
  }
}

extension sg_dtype {
  /// The bytes of an element.
  package var byteCount: Int {
    switch self {
    case SG_F32, SG_I32: 4
    case SG_F64, SG_I64: 8
    default: 1
    }
  }
}
