internal import GraphArrays
internal import FoundationEssentials

/// What the compiler makes of fetches, targets and feeds.
package struct CompiledProgram: Sendable {
  package let program: Program
  /// What each pass did, in the order in which they first ran.
  package let passes: [PassRecord]
  /// What passes did to the Scans of the program itself, in its order; empty where that was not
  /// asked for.
  package let scans: [ScanHistory]

  /// Loops that run turn by turn over lists, with the reason why they are no Scans. Found when it is
  /// asked for.
  package var loops: [(name: String, reason: String)] {
    RecognizeScans.reasons(in: program).map { (name: $0.loop, reason: $0.reason) }
  }
}

/// What a pass did: for `Session.explain`.
package struct PassRecord: Sendable {
  package let name: String
  /// Instructions after its last repetition, nested programs included.
  package var instructionCount: Int
  /// The time of all repetitions.
  package var duration: Duration
  package var repetitions = 1
}

/// The pipeline from a graph to a program that is ready to be scheduled.
package enum Compiler {
  /// The passes that every program goes through first.
  private static let pipeline: [any Pass.Type] = [
    LowerTapes.self, Prune.self, ResolveVariables.self, GuardVariables.self, InferTypes.self,
  ]
  /// Repeated until nothing changes, after the first passes and after each of `loopPasses`.
  /// None runs again on a program that it has left as it is.
  private static let cleaning: [any Pass.Type] = [
    Prune.self, InferTypes.self, Simplify.self, PopsToReads.self, HoistListFacts.self,
    FoldConstants.self, MergeCommonSubexpressions.self, ForwardInvariants.self,
    ForwardListItems.self, PruneLoops.self, PruneScans.self, ForwardLists.self,
    ForwardStacks.self,
  ]
  /// On loops that were recognised as Scans: first everything that can leaves them, then what is
  /// free comes back.
  private static let loopPasses: [any Pass.Type] = [
    InlineShortScans.self, RecognizeReductions.self,
    HoistInvariants.self, DistributeMatMuls.self, HoistInvariants.self,
    MergeProducts.self, JoinSums.self, MergeColumnSums.self, HoistInvariants.self,
    ReassociateSums.self, VectorizeOverTime.self,
    FissionScans.self, HoistInvariants.self, VectorizeOverTime.self,
    SinkReductions.self,
    GatherOneHotMatMuls.self, HoistInvariants.self,
    AccumulateIntoProducts.self, GatherIntoProducts.self,
    DivideElementwise.self, PullBack.self, MoveTransposes.self,
  ]
  /// What chooses how operations are executed. Passes that rewrite values come before these.
  private static let finishing: [any Pass.Type] = [
    SumColumnsInProducts.self, SplitBatch.self, PackInvariantWeights.self, FuseElementwise.self,
    SkipDeadLastTurn.self,
  ]
  /// Passes without which programs are correct too, only slower, by name.
  package static let optionalPasses: [String] = {
    let all = cleaning + [RecognizeScans.self] + loopPasses + finishing
    let needed = [InferTypes.name, Prune.name, FoldConstants.name, PruneScans.name]
    return all.map { $0.name }.reduce(into: []) { names, name in
      if !names.contains(name), !needed.contains(name) { names.append(name) }
    }
  }()
  /// Programs settle within a few repetitions; what is left after these is correct, only slower.
  private static let repetitions = 8

  /// Compiles what `fetches` and `targets` need for feeds of these types.
  ///
  /// - Parameters:
  ///   - feeds: Tensors that the run is given, in the order of `Program.Source.feed`.
  ///   - feedTypes: The exact types of the values they are given.
  ///   - disabled: Names of `optionalPasses` that are left out.
  ///   - recordsScans: Whether it is kept what passes did to Scans.
  /// - Throws: `GraphError` where shapes contradict each other, `SessionError` where a placeholder
  ///   is needed and not fed.
  package static func compile(
    graph: Graph, fetches: [Tensor], targets: [Operation], feeds: [Tensor],
    feedTypes: [TensorType], without disabled: Set<String> = [], recordsScans: Bool = false
  ) throws -> CompiledProgram {
    var records: [PassRecord] = []
    var recorder = ScanHistory.Recorder()
    let clock = ContinuousClock()
    var program = Program()
    // What the program consists of, told anew behind each pass.
    var structure = Program.Structure()
    func timed(_ name: String, _ body: () throws -> Void) throws {
      let duration = try clock.measure(body)
      structure = program.structure(after: structure)
      let count = structure.instructionCount
      if let known = records.firstIndex(where: { $0.name == name }) {
        records[known].instructionCount = count
        records[known].duration += duration
        records[known].repetitions += 1
      } else {
        records.append(PassRecord(name: name, instructionCount: count, duration: duration))
      }
      if recordsScans { recorder.record(program, after: name) }
      if isVerifying { try program.verify(after: name) }
    }
    func run(_ pass: any Pass.Type) throws {
      guard pass.subjects.isEmpty || !structure.features.isDisjoint(with: pass.subjects),
        disabled.isEmpty || !disabled.contains(pass.name)
      else { return }
      try timed(pass.name) { try pass.run(&program) }
    }
    try timed("Import") {
      program = try Program(
        importing: graph, fetches: fetches, targets: targets, feeds: feeds, feedTypes: feedTypes)
    }
    for pass in pipeline { try run(pass) }
    try checkPlaceholders(program, fetches, targets)
    // What each cleaning pass has left.
    var cleaned = [Program.Structure?](repeating: nil, count: cleaning.count)
    func clean() throws {
      for _ in 0..<repetitions {
        let before = structure
        for (index, pass) in cleaning.enumerated() where cleaned[index] != structure {
          try run(pass)
          cleaned[index] = structure
        }
        if structure == before { break }
      }
    }
    try clean()
    while structure.features.contains(.controlFlow) {
      let before = program.whileCount
      try run(RecognizeScans.self)
      guard program.whileCount < before else { break }
      try clean()
    }
    if structure.features.contains(.scans) {
      for pass in loopPasses {
        try run(pass)
        try clean()
      }
      try run(CarrySums.self)
    }
    for pass in finishing { try run(pass) }
    return CompiledProgram(
      program: program, passes: records, scans: recorder.histories(of: program))
  }

  /// Whether programs are verified after each pass: in debug builds, and where the environment
  /// sets `STATICGRAPH_VERIFY`.
  private static let isVerifying: Bool = {
    #if DEBUG
      return true
    #else
      return ProcessInfo.processInfo.environment["STATICGRAPH_VERIFY"] != nil
    #endif
  }()

  private static func checkPlaceholders(
    _ program: Program, _ fetches: [Tensor], _ targets: [Operation]
  ) throws {
    for instruction in program.instructions {
      guard let placeholder = instruction.definition.as(Placeholder.self) else { continue }
      let type = TensorType(placeholder.dtype, placeholder.shape)
      let place = instruction.origin?.operation.location.map { ", \($0)" } ?? ""
      let needing = consumer(of: instruction, fetches, targets)
      throw SessionError(
        .invalidArgument,
        "placeholder \"\(instruction.name)\" (\(type)\(place)) is needed by \"\(needing)\" "
          + "and was not fed")
    }
    for instruction in program.instructions {
      for body in instruction.bodies { try checkPlaceholders(body, fetches, targets) }
    }
  }

  /// The first fetch or target that needs an instruction.
  private static func consumer(
    of instruction: Instruction, _ fetches: [Tensor], _ targets: [Operation]
  ) -> String {
    guard let operation = instruction.origin?.operation else { return instruction.name }
    for asked in fetches.map(\.operation) + targets {
      var open = [asked]
      var seen: Set<Operation> = []
      while let next = open.popLast() {
        if next == operation { return asked.name }
        guard seen.insert(next).inserted else { continue }
        open += next.inputs.map(\.operation) + next.controlInputs
      }
    }
    return fetches.first?.operation.name ?? targets.first?.name ?? instruction.name
  }
}

extension Program {
  /// The number of loops that are no Scans.
  fileprivate var whileCount: Int {
    instructions.reduce(0) { sum, instruction in
      let isWhile = instruction.controlFlow?.isLoop == true
      return instruction.bodies.reduce(sum + (isWhile ? 1 : 0)) { $0 + $1.whileCount }
    }
  }

  /// Things that not every program has, and that some passes are about.
  package struct Features: OptionSet, Sendable {
    package let rawValue: UInt8
    package init(rawValue: UInt8) { self.rawValue = rawValue }

    /// Loops and branches, but for Scans.
    package static let controlFlow = Features(rawValue: 1)
    package static let scans = Features(rawValue: 2)
    /// Tensor lists, and what else is no array.
    package static let lists = Features(rawValue: 4)
  }

  /// What a program consists of: passes change it where they change something.
  fileprivate struct Structure: Equatable {
    var features: Features = [.controlFlow, .scans, .lists]
    /// With those of nested programs.
    var instructionCount = 0
    var fingerprint = Fingerprint()
  }

  /// The structure now. Passes make no lists where there were none.
  fileprivate func structure(after before: Structure) -> Structure {
    var structure = Structure(features: [])
    add(to: &structure, searchingLists: before.features.contains(.lists))
    return structure
  }

  private func add(to structure: inout Structure, searchingLists: Bool) {
    structure.instructionCount += instructions.count
    structure.fingerprint.mix(parameters.count)
    for i in instructions.indices {
      structure.fingerprint.mix(instructions[i].id.id)
      structure.fingerprint.mix(instructions[i].fingerprint)
      if searchingLists, !structure.features.contains(.lists),
        instructions[i].outputs.contains(where: { type($0).dtype == .variant })
      {
        structure.features.insert(.lists)
      }
      guard !instructions[i].bodies.isEmpty else { continue }
      structure.features.insert(
        instructions[i].definition.is(Scan.self) ? .scans : .controlFlow)
      for body in instructions[i].bodies {
        body.add(to: &structure, searchingLists: searchingLists)
      }
    }
    for result in results { structure.fingerprint.mix(result.id) }
  }
}
