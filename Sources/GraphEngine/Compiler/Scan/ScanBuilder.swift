internal import GraphArrays

/// Puts a `Scan` together from the ports that recognition finds.
struct ScanBuilder {
  /// An item of a list that each turn writes.
  struct Written {
    let index: Affine
    let value: Value
  }

  /// The items of a list before the first turn.
  struct StartingList {
    let length: Int
    /// The array whose rows they are; nil where nothing was written.
    let rows: Value?

    /// A list as long in which nothing was written.
    var withoutRows: StartingList { StartingList(length: length, rows: nil) }
  }

  let loop: Instruction
  let turns: Int
  let isReversed: Bool
  private var body: Program
  private var before: [Instruction] = []
  private var after: [Instruction] = []

  private var invariants: [(operand: Value, parameter: Value)] = []
  private var states: [(operand: Value, parameter: Value, next: Value, final: Value)] = []
  private var scanned: [(array: Value, rows: Scan.Rows, parameter: Value)] = []
  private var stacked: [(value: Value, rows: Scan.Rows, output: Value)] = []
  /// Values of the body that are rows now, and the instructions that read them from lists.
  private var readItems: Set<Value> = []

  init(loop: Instruction, body: Program, turns: Int, isReversed: Bool) {
    self.loop = loop
    self.body = body
    self.turns = turns
    self.isReversed = isReversed
  }

  mutating func addInvariant(_ operand: Value, _ parameter: Value) {
    invariants.append((operand, parameter))
  }

  mutating func addState(_ operand: Value, _ parameter: Value, next: Value, final: Value) {
    states.append((operand, parameter, next, final))
  }

  /// A counter is an array of its values, and its last value is a constant.
  mutating func addCounter(
    _ counter: Affine, _ parameter: Value, _ output: Value, _ program: inout Program
  ) {
    let dtype = body.type(parameter).dtype
    let end = NDArray.integers([counter.value(at: turns)], dtype: dtype, shape: [])
    after.append(Program.constant(end, as: output, like: loop))
    guard body.instructions.contains(where: { $0.inputs.contains(parameter) }) else { return }
    let order = isReversed ? Array((0..<turns).reversed()) : Array(0..<turns)
    let values = NDArray.integers(
      order.map { counter.value(at: $0) }, dtype: dtype, shape: [turns])
    let array = program.newValue(TensorType(dtype, exact: [turns]))
    before.append(Program.constant(values, as: array, like: loop))
    scanned.append((array, Scan.Rows(offset: 0, length: turns), parameter))
  }

  /// An item of a list made from `array`, at an index that follows the count.
  mutating func addScanned(
    _ array: Value, _ length: Int, _ index: Affine, _ item: Value, _ program: inout Program
  ) throws(ScanRefusal) {
    let (rows, isFlipped) = try rows(of: index, length)
    let source = isFlipped ? reversed(array, &program, &before) : array
    readItems.insert(item)
    if let same = scanned.first(where: { $0.array == source && $0.rows == rows }) {
      body.replaceUses([item: same.parameter])
    } else {
      scanned.append((source, rows, item))
    }
  }

  /// An item of a list in which nothing was written before.
  mutating func addZeros(_ item: Value) {
    let type = body.type(item)
    let zeros = NDArray.zeros(type.extents ?? [], type.dtype)
    guard
      let place = body.instructions.firstIndex(where: { $0.outputs.contains(item) })
    else { return }
    body.instructions[place] = Program.constant(zeros, as: item, like: body.instructions[place])
  }

  /// A list of which each turn writes an item. The others stay what they were.
  mutating func addWritten(
    _ item: Written, over start: StartingList, list: Value, _ program: inout Program
  ) throws(ScanRefusal) {
    let type = body.type(item.value)
    guard let array = start.rows, start.length > turns else {
      finishList(list, try addRows(item, start.length, &program), type, &program)
      return
    }
    let lowest = min(item.index.value(at: 0), item.index.value(at: turns - 1))
    let end = lowest + turns
    guard lowest >= 0, end <= start.length else { throw Self.outside }
    var written = try addRows(
      Written(index: item.index - .constant(lowest), value: item.value), turns, &program)
    if lowest > 0 {
      written = concatenate(rows(0..<lowest, of: array, &program), written, &program)
    }
    if end < start.length {
      written = concatenate(written, rows(end..<start.length, of: array, &program), &program)
    }
    finishList(list, written, type, &program)
  }

  /// A list to which each turn adds items.
  mutating func addSum(
    _ items: [Written], to start: StartingList, list: Value, _ program: inout Program
  ) throws(ScanRefusal) {
    guard let first = items.first else { throw ScanRefusal(reason: "a list is a sum of nothing") }
    let type = body.type(first.value)
    var terms = start.rows.map { [$0] } ?? []
    for item in items { terms.append(try addRows(item, start.length, &program)) }
    guard terms.count > 1 else { return finishList(list, terms[0], type, &program) }
    let sum = program.newValue(type.stacked(start.length))
    after.append(
      Instruction(AddN(), inputs: terms, outputs: [sum], name: loop.name, origin: loop.origin))
    finishList(list, sum, type, &program)
  }

  /// A list to which each turn appends: item `i` is what the turn of that number made.
  mutating func addPushed(
    _ value: Value, list: Value, _ program: inout Program
  ) throws(ScanRefusal) {
    let rows = addStack(value, Scan.Rows(offset: 0, length: turns), isReversed, &program)
    finishList(list, rows, body.type(value), &program)
  }

  /// An array of `length` rows of which each turn writes one, zeros where none does.
  private mutating func addRows(
    _ item: Written, _ length: Int, _ program: inout Program
  ) throws(ScanRefusal) -> Value {
    let (rows, isFlipped) = try rows(of: item.index, length)
    return addStack(item.value, rows, isFlipped, &program)
  }

  private mutating func addStack(
    _ value: Value, _ rows: Scan.Rows, _ isFlipped: Bool, _ program: inout Program
  ) -> Value {
    let output: Value
    let whole = Scan.Rows(offset: 0, length: turns)
    if rows == whole, let row = scanned.first(where: { $0.parameter == value && $0.rows == whole })
    {
      output = row.array  // a stack of the rows of an array is the array
    } else {
      output = program.newValue(body.type(value).stacked(rows.length))
      stacked.append((value, rows, output))
    }
    return isFlipped ? reversed(output, &program, &after) : output
  }

  /// Makes the list behind the loop from its rows.
  private mutating func finishList(
    _ list: Value, _ rows: Value, _ item: TensorType, _ program: inout Program
  ) {
    after.append(
      Instruction(
        TensorListFromTensor(dtype: item.dtype), inputs: [rows, shape(of: item, &program)],
        outputs: [list], name: loop.name, origin: loop.origin))
  }

  /// Rows of an array.
  private mutating func rows(
    _ range: Range<Int>, of array: Value, _ program: inout Program
  ) -> Value {
    let type = program.type(array)
    let extents = [range.count] + (type.extents ?? []).dropFirst()
    let begin = [range.lowerBound] + extents.dropFirst().map { _ in 0 }
    let output = program.newValue(TensorType(type.dtype, exact: extents))
    let operands = [begin, extents].map { integers in
      program.addConstant(
        NDArray.integers(integers, dtype: .int32, shape: [integers.count]), like: loop, &after)
    }
    after.append(
      Instruction(
        Slice(), inputs: [array] + operands, outputs: [output], name: loop.name,
        origin: loop.origin))
    return output
  }

  /// The rows of `a`, and behind them those of `b`.
  private mutating func concatenate(
    _ a: Value, _ b: Value, _ program: inout Program
  ) -> Value {
    let (first, second) = (program.type(a).extents ?? [], program.type(b).extents ?? [])
    let count = (first.first ?? 0) + (second.first ?? 0)
    let output = program.newValue(
      TensorType(program.type(a).dtype, exact: [count] + first.dropFirst()))
    let axis = program.addConstant(NDArray(scalar: Int32(0)), like: loop, &after)
    after.append(
      Instruction(
        ConcatV2(count: 2), inputs: [a, b, axis], outputs: [output], name: loop.name,
        origin: loop.origin))
    return output
  }

  private mutating func shape(of item: TensorType, _ program: inout Program) -> Value {
    program.addConstant(item.elementShapeArray, like: loop, &after)
  }

  /// The rows that an index runs over as turns count up, and whether the array must be reversed
  /// for that, as the index runs against the direction of the Scan.
  private func rows(of index: Affine, _ length: Int) throws(ScanRefusal) -> (Scan.Rows, Bool) {
    let lowest = min(index.value(at: 0), index.value(at: turns - 1))
    guard lowest >= 0, lowest + turns <= length else { throw Self.outside }
    let isFlipped = (index.step < 0) != isReversed
    let offset = isFlipped ? length - turns - lowest : lowest
    return (Scan.Rows(offset: offset, length: length), isFlipped)
  }

  private static let outside = ScanRefusal(reason: "a list is touched outside of its items")

  private func reversed(
    _ array: Value, _ program: inout Program, _ instructions: inout [Instruction]
  ) -> Value {
    let axis = program.newValue(TensorType(.int32, exact: [1]))
    instructions.append(
      Program.constant(
        NDArray.integers([0], dtype: .int32, shape: [1]), as: axis, like: loop))
    let output = program.newValue(program.type(array))
    instructions.append(
      Instruction(
        ReverseV2(), inputs: [array, axis], outputs: [output], name: loop.name, origin: loop.origin)
    )
    return output
  }

  /// What takes the loop's place.
  func instructions(_ program: inout Program) -> [Instruction] {
    let definition = Scan(
      turns: turns, isReversed: isReversed, invariantCount: invariants.count,
      stateCount: states.count, scanned: scanned.map(\.rows), stacked: stacked.map(\.rows))
    var inner = body
    inner.instructions.removeAll { instruction in
      instruction.outputs.contains(where: readItems.contains)
    }
    let parameters =
      invariants.map(\.parameter) + states.map(\.parameter) + scanned.map(\.parameter)
    inner.parameters = parameters.enumerated().map {
      Program.Parameter(value: $1, source: .argument($0))
    }
    // What counted, and what read and wrote lists, goes with them.
    inner.keepInstructions(for: states.map(\.next) + stacked.map(\.value))
    var scan = Instruction(
      definition,
      inputs: invariants.map(\.operand) + states.map(\.operand) + scanned.map(\.array),
      outputs: states.map(\.final) + stacked.map(\.output), name: loop.name, origin: loop.origin)
    scan.controls = loop.controls
    scan.bodies = [inner]
    return before + [scan] + after
  }
}
