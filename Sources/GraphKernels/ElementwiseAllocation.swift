internal import CKernels

/// Decides where the values of an elementwise program lie while it is executed.
///
/// A result is written where it belongs at once, unless that would overwrite an operand that is
/// read later; then it waits in a register until the end of the tile. Other values are in
/// registers, of which those whose value nobody needs any more are used again.
struct ElementwiseAllocation {
  private typealias View = ElementwiseBuilder.View

  /// Bytes that a tile's operands, results and registers may take, of a first-level cache of 32 KB.
  private static let workingSet = 24_576
  /// Registers begin at multiples of this many bytes.
  private static let alignment = 64

  private enum Location {
    case view(View)
    case constant(Int)
    case register(Int)
  }

  private let builder: ElementwiseBuilder
  /// The instructions whose results are needed, in order.
  private let order: [Int]
  /// The position in the order at which a definition is used last.
  private var lastUse: [Int]
  /// The definition that an instruction makes.
  private var definitionOf: [Int: Int] = [:]
  private var locations: [Location?]
  private var registerSizes: [Int] = []
  private var constants: [UInt64] = []

  init(_ builder: ElementwiseBuilder) {
    self.builder = builder
    let definitions = builder.definitions
    let instructions = builder.instructions
    var needed = instructions.map { $0.destination != nil }
    for index in instructions.indices.reversed() where needed[index] {
      for operand in instructions[index].operands {
        if case .instruction(let source) = definitions[operand].origin { needed[source] = true }
      }
    }
    order = instructions.indices.filter { needed[$0] }
    lastUse = Array(repeating: -1, count: definitions.count)
    locations = Array(repeating: nil, count: definitions.count)
    for (position, index) in order.enumerated() {
      for operand in instructions[index].operands { lastUse[operand] = position }
    }
    for (index, definition) in definitions.enumerated() {
      switch definition.origin {
      case .array(let view): locations[index] = .view(view)
      case .constant(let bits):
        locations[index] = .constant(constants.count)
        constants.append(bits)
      case .instruction(let source): definitionOf[source] = index
      }
    }
  }

  /// The program.
  consuming func program() -> ElementwiseProgram {
    let waiting = allocate()
    let (tileRows, tileColumns) = tile()
    let constantBytes = Self.aligned(constants.count * 8)
    var registerOffsets: [Int] = []
    var end = constantBytes
    for size in registerSizes {
      registerOffsets.append(end)
      end += Self.aligned(size * tileRows * tileColumns)
    }

    func place(_ location: Location?) -> sg_place {
      switch location {
      case .view(let view):
        sg_place(
          array: view.array, offset: view.offset, row_stride: view.rowStride,
          column_stride: view.columnStride)
      case .constant(let index):
        sg_place(array: -1, offset: index * 8, row_stride: 0, column_stride: 0)
      case .register(let index):
        sg_place(
          array: -1, offset: registerOffsets[index],
          row_stride: tileColumns * registerSizes[index], column_stride: registerSizes[index])
      case nil: sg_place()
      }
    }

    func step(_ function: ElementwiseBuilder.Function, _ operands: [Location?], to out: Location?)
      -> sg_elementwise_step
    {
      var step = sg_elementwise_step()
      switch function {
      case .copy: step.arity = 0
      case .unary(let loop): (step.arity, step.unary) = (1, loop)
      case .binary(let loop): (step.arity, step.binary) = (2, loop)
      case .select(let loop): (step.arity, step.select) = (3, loop)
      }
      let places = operands.map { place($0) }
      step.operands.0 = places[0]
      if places.count > 1 { step.operands.1 = places[1] }
      if places.count > 2 { step.operands.2 = places[2] }
      step.out = place(out)
      step.row_by_row = tileRows > 1 && !(operands + [out]).allSatisfy(isDense) ? 1 : 0
      return step
    }

    var steps = order.map { index in
      let instruction = builder.instructions[index]
      return step(
        instruction.function, instruction.operands.map { locations[$0] }, to: location(of: index))
    }
    for index in waiting {
      guard let destination = builder.instructions[index].destination else { continue }
      steps.append(step(.copy, [location(of: index)], to: .view(destination.view)))
    }
    return ElementwiseProgram(
      steps: steps,
      constants: constants.enumerated().map { .init(offset: $0 * 8, bits: $1) },
      columns: builder.columns, tileRows: tileRows, tileColumns: tileColumns,
      scratchByteCount: max(end, Self.alignment))
  }

  private func location(of instruction: Int) -> Location? {
    definitionOf[instruction].flatMap { locations[$0] }
  }

  /// Gives each instruction's result a location; answers the instructions whose results wait.
  private mutating func allocate() -> [Int] {
    var waiting: [Int] = []
    var free: [Int] = []
    for (position, index) in order.enumerated() {
      let instruction = builder.instructions[index]
      guard let definition = definitionOf[index] else { continue }
      let size = builder.definitions[definition].type.byteCount
      var dying: [Int] = []
      for operand in instruction.operands where lastUse[operand] == position {
        if case .register(let register) = locations[operand], !dying.contains(register) {
          dying.append(register)
        }
      }
      if let destination = instruction.destination {
        guard overwrites(destination, size: size, from: position) else {
          locations[definition] = .view(destination.view)
          free += dying
          continue
        }
        waiting.append(index)
        lastUse[definition] = order.count
      }
      // Loops work in place where sizes are equal.
      free += dying.filter { registerSizes[$0] == size }
      if let found = free.firstIndex(where: { registerSizes[$0] == size }) {
        locations[definition] = .register(free.remove(at: found))
      } else {
        locations[definition] = .register(registerSizes.count)
        registerSizes.append(size)
      }
      free += dying.filter { registerSizes[$0] != size }
    }
    return waiting
  }

  /// Whether storing a result with the instruction at `position` would overwrite what a later one
  /// reads, or the same one with elements of another size.
  private func overwrites(
    _ destination: ElementwiseBuilder.Destination, size: Int, from position: Int
  ) -> Bool {
    for (later, index) in order.enumerated() where later >= position {
      for operand in builder.instructions[index].operands {
        let definition = builder.definitions[operand]
        guard case .array(let view) = definition.origin,
          destination.overwriting.contains(view.array)
        else { continue }
        if later == position && definition.type.byteCount == size { continue }
        if overlaps(view, destination.view, size: size) { return true }
      }
    }
    return false
  }

  /// Whether two views of one array may have bytes in common; columns beside each other have none.
  private func overlaps(_ read: View, _ written: View, size: Int) -> Bool {
    guard read.rowStride == written.rowStride, read.rowStride > 0, read.columnStride > 0 else {
      return true
    }
    let stride = read.rowStride
    let from = (read.offset % stride, written.offset % stride)
    let length = (builder.columns * read.columnStride, builder.columns * size)
    guard from.0 + length.0 <= stride, from.1 + length.1 <= stride else { return true }
    return from.0 < from.1 + length.1 && from.1 < from.0 + length.0
  }

  /// Whether the rows of a tile of several rows follow each other, or have one value.
  private func isDense(_ location: Location?) -> Bool {
    guard case .view(let view) = location else { return true }
    return view.rowStride == builder.columns * view.columnStride
  }

  /// Rows and columns of a tile: several whole rows, or a part of one.
  private func tile() -> (rows: Int, columns: Int) {
    var views: Set<View> = []
    for location in locations {
      if case .view(let view) = location, view.columnStride > 0 { views.insert(view) }
    }
    let bytes =
      views.reduce(0) { $0 + $1.columnStride } + registerSizes.reduce(0, +)
    let elements = min(4096, max(128, Self.workingSet / max(bytes, 1) / 64 * 64))
    let columns = max(builder.columns, 1)
    if columns <= elements { return (elements / columns, columns) }
    let pieces = (columns + elements - 1) / elements
    return (1, ((columns + pieces - 1) / pieces + 63) / 64 * 64)
  }

  private static func aligned(_ bytes: Int) -> Int {
    (bytes + alignment - 1) / alignment * alignment
  }
}
