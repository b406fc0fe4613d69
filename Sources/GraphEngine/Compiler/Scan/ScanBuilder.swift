internal import GraphArrays

/// Puts a `Scan` together from the ports that recognition finds.
struct ScanBuilder {
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

  /// A list of `length` items of which each turn writes the one at `index`.
  mutating func addStacked(
    _ value: Value, _ length: Int, _ index: Affine, list: Value, _ program: inout Program
  ) throws(ScanRefusal) {
    let (rows, isFlipped) = try rows(of: index, length)
    addStack(value, rows, isFlipped, list, &program)
  }

  /// A list to which each turn appends: item `i` is what the turn of that number made.
  mutating func addPushed(
    _ value: Value, list: Value, _ program: inout Program
  ) throws(ScanRefusal) {
    addStack(value, Scan.Rows(offset: 0, length: turns), isReversed, list, &program)
  }

  private mutating func addStack(
    _ value: Value, _ rows: Scan.Rows, _ isFlipped: Bool, _ list: Value, _ program: inout Program
  ) {
    let item = body.type(value)
    let output: Value
    let whole = Scan.Rows(offset: 0, length: turns)
    if rows == whole, let row = scanned.first(where: { $0.parameter == value && $0.rows == whole })
    {
      output = row.array  // a stack of the rows of an array is the array
    } else {
      output = program.newValue(
        TensorType(item.dtype, exact: [rows.length] + (item.extents ?? [])))
      stacked.append((value, rows, output))
    }
    let array = isFlipped ? reversed(output, &program, &after) : output
    after.append(
      Instruction(
        TensorListFromTensor(dtype: item.dtype), inputs: [array, shape(of: item, &program)],
        outputs: [list],
        name: loop.name, origin: loop.origin))
  }

  private mutating func shape(of item: TensorType, _ program: inout Program) -> Value {
    let extents = item.extents ?? []
    let value = program.newValue(TensorType(.int32, exact: [extents.count]))
    after.append(
      Program.constant(
        NDArray.integers(extents, dtype: .int32, shape: [extents.count]), as: value, like: loop))
    return value
  }

  /// The rows that an index runs over as turns count up, and whether the array must be reversed
  /// for that, as the index runs against the direction of the Scan.
  private func rows(of index: Affine, _ length: Int) throws(ScanRefusal) -> (Scan.Rows, Bool) {
    let lowest = min(index.value(at: 0), index.value(at: turns - 1))
    guard lowest >= 0, lowest + turns <= length else {
      throw ScanRefusal(reason: "a list is touched outside of its items")
    }
    let isFlipped = (index.step < 0) != isReversed
    let offset = isFlipped ? length - turns - lowest : lowest
    return (Scan.Rows(offset: offset, length: length), isFlipped)
  }

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
