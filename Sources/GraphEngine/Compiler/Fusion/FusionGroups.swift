internal import GraphArrays
internal import GraphKernels

/// Which operations of a program are fused with which.
///
/// Every instruction has a level: that of its operands, and one more behind an operation that can be
/// fused where it is not fused with that one. Operations of one level and domain that are connected
/// form a group. Any way out of a group and back would climb a level, so groups can be put in order.
struct FusionGroups {
  /// Elements below which a pass of its own costs more than it spares.
  private static let leastCount = 16

  private let program: Program
  private let makers: [Value: Int]
  private let constants: [Value: NDArray]
  private var domains: [FusedDomain?]
  private var levels: [Int]

  /// - Parameter isLate: Whether operations are executed as late as their readers allow, rather than
  ///   as early as their operands do: what is cheap is then computed where it is read.
  init(_ program: Program, isLate: Bool) {
    self.program = program
    var makers: [Value: Int] = [:]
    for (index, instruction) in program.instructions.enumerated() {
      for output in instruction.outputs { makers[output] = index }
    }
    self.makers = makers
    constants = program.constants
    domains = []
    levels = Array(repeating: 0, count: program.instructions.count)
    var fixed = Set(program.targets)
    for instruction in program.instructions { fixed.formUnion(instruction.controls) }
    for instruction in program.instructions {
      let isFree = instruction.controls.isEmpty && !fixed.contains(instruction.id)
      domains.append(isFree ? domain(of: instruction) : nil)
    }
    findLevels(isLate: isLate)
  }

  func integers(_ value: Value) -> [Int]? { constants[value]?.integerElements }

  // MARK: Members

  /// The domain over which an instruction would be fused; nil where it cannot be.
  private func domain(of instruction: Instruction) -> FusedDomain? {
    if let parts = instruction.joinedColumns(program.type, integers) {
      guard let part = parts.first.map({ program.type($0) }), let shape = part.extents,
        parts.allSatisfy({ program.type($0) == part }),
        parts.contains(where: { makers[$0].map { domains[$0]?.shape == shape } == true })
      else { return nil }
      return checked(FusedDomain(shape: shape), parts)
    }
    guard let definition = instruction.definition.elementwise,
      definition.effects.isEmpty, instruction.outputs.count == 1,
      let shape = program.type(instruction.outputs[0]).extents
    else { return nil }
    var builder = ElementwiseBuilder(columns: 1)
    var operands: [ElementwiseBuilder.Value] = []
    for input in instruction.inputs {
      guard let type = program.type(input).dtype.kernelType else { return nil }
      operands.append(builder.operand(type, array: 0, rowStride: 1))
    }
    let types = instruction.inputs.map { program.type($0).dtype }
    guard program.type(instruction.outputs[0]).dtype.kernelType != nil,
      definition.fused(operands, types, &builder) != nil
    else { return nil }
    return checked(FusedDomain(shape: shape), instruction.inputs)
  }

  private func checked(_ domain: FusedDomain, _ operands: [Value]) -> FusedDomain? {
    guard !domain.shape.isEmpty, domain.rows * domain.columns >= Self.leastCount else { return nil }
    let fits = operands.allSatisfy { operand in
      program.type(operand).extents.map { domain.reading($0) != nil } == true
    }
    return fits ? domain : nil
  }

  // MARK: Levels

  /// How much higher a reader of `source` stands.
  private func step(from source: Int, to reader: Int) -> Int {
    guard let domain = domains[source] else { return 0 }
    let isWhole = program.instructions[source].definition.is(ConcatV2.self)
    return domains[reader] == domain && !isWhole ? 0 : 1
  }

  private func sources(of index: Int) -> [Int] {
    program.instructions[index].inputs.compactMap { makers[$0] }
  }

  private mutating func findLevels(isLate: Bool) {
    for index in levels.indices {
      for source in sources(of: index) {
        levels[index] = max(levels[index], levels[source] + step(from: source, to: index))
      }
    }
    guard isLate else { return }
    var limits = [Int?](repeating: nil, count: levels.count)
    for index in levels.indices.reversed() {
      levels[index] = limits[index] ?? levels[index]
      for source in sources(of: index) {
        let limit = levels[index] - step(from: source, to: index)
        limits[source] = min(limits[source] ?? limit, limit)
      }
    }
  }

  // MARK: Groups

  /// The instructions of each group, in order; only of groups that are worth a pass of their own.
  var groups: [[Int]] {
    var parents = Array(levels.indices)
    func root(_ index: Int) -> Int {
      var index = index
      while parents[index] != index {
        parents[index] = parents[parents[index]]
        index = parents[index]
      }
      return index
    }
    func join(_ a: Int, _ b: Int) { parents[max(root(a), root(b))] = min(root(a), root(b)) }
    /// The first reader of a whole operand at a level.
    struct Reader: Hashable {
      let operand: Value
      let level: Int
      let domain: FusedDomain
    }
    var readers: [Reader: Int] = [:]
    for index in levels.indices {
      guard let domain = domains[index] else { continue }
      for input in program.instructions[index].inputs {
        let source = makers[input]
        if let source, domains[source] == domain, levels[source] == levels[index],
          step(from: source, to: index) == 0
        {
          join(source, index)
          continue
        }
        let operand = whole(of: input)
        guard constants[operand] == nil, program.type(input).extents == domain.shape else {
          continue
        }
        let reader = Reader(operand: operand, level: levels[index], domain: domain)
        if let first = readers[reader] { join(first, index) } else { readers[reader] = index }
      }
    }
    var members: [Int: [Int]] = [:]
    for index in levels.indices where domains[index] != nil {
      members[root(index), default: []].append(index)
    }
    return members.sorted { $0.key < $1.key }.map(\.value).filter(isWorthIt)
  }

  /// What a value is a part of, or the value.
  private func whole(of value: Value) -> Value {
    guard let maker = makers[value] else { return value }
    let instruction = program.instructions[maker]
    guard let views = instruction.columnViews(program.type, integers),
      let position = instruction.outputs.firstIndex(of: value)
    else { return value }
    return views[position].whole
  }

  /// At least two operations, or one that needs a copy of its operands' columns otherwise.
  private func isWorthIt(_ group: [Int]) -> Bool {
    let operations = group.map { program.instructions[$0] }.filter {
      $0.definition.elementwise != nil
    }
    guard let first = operations.first else { return false }
    return group.count >= 2 || first.inputs.contains { whole(of: $0) != $0 }
  }
}
