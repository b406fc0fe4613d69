internal import GraphArrays

/// What a plan becomes, while it is not yet known where its values live.
struct PlanDraft {
  /// Where a slot's memory comes from.
  enum Source {
    case parameter(Program.Source)
    case constant(NDArray)
    /// A step fills memory that the plan lays out, of this many bytes.
    case planned(byteCount: Int)
    /// A step, or what runs it, gives the slot its memory or object.
    case bound
  }

  struct Slot {
    var source: Source
    var type: TensorType
    var writer: Int?
    var readers: [Int] = []
    /// Whether it is read after the last step.
    var isResult = false
    /// Whether what is in it must have a storage of its own, since something may refer to it after
    /// its last reader.
    var needsOwner = false
    /// Whether the pointer is set when the plan runs: by whoever enters the frame, for a result that
    /// goes straight to its place outside, or by a step, for a part of another slot's memory.
    var isExternal = false
  }

  struct Step {
    var kind: PlanStep.Kind
    var label: StepLabel
    var inputs: [Int]
    var outputs: [Int] = []
    /// The second buffers of a loop's results, which live as long as these.
    var spares: [(output: Int, spare: Int)] = []
    /// Memory of nested frames, which only this step uses.
    var scratch: Int?
    var dependencies: [Int] = []
    var kernel: Kernel?
    var dynamic: DynamicStep?
    /// A loop; or the loops of a batch that is split, one for each block of its rows.
    var loops: [LoopStep] = []
    var branch: BranchStep?
    /// Whether a Scan leaves it out in its last turn.
    var isDeadInLastTurn = false
    /// Random streams that are drawn from, here or in nested programs.
    var streams: [Int] = []
    var cost: Double

    init(kind: PlanStep.Kind, label: StepLabel, inputs: [Int], cost: Double) {
      self.kind = kind
      self.label = label
      self.inputs = inputs
      self.cost = cost
    }
  }

  var slots: [Slot] = []
  var steps: [Step] = []
  /// The slot of each value; values that are the same bits share one.
  var slotOf: [Value: Int] = [:]
  var parameters: [PlanParameter] = []
  var results: [PlanResult] = []
  var updates: [PlanUpdate] = []

  mutating func addSlot(_ source: Source, _ type: TensorType, writer: Int? = nil) -> Int {
    slots.append(Slot(source: source, type: type, writer: writer))
    return slots.count - 1
  }

  /// Demands that what is in a slot has a storage of its own.
  mutating func demandOwner(_ slot: Int) { slots[slot].needsOwner = true }

  /// Whether the slot's storage or object is made while the plan runs.
  func isOwned(_ slot: Int) -> Bool {
    switch slots[slot].source {
    case .planned: slots[slot].needsOwner
    case .bound: true
    case .parameter(.argument): slots[slot].needsOwner || !slots[slot].type.isExact
    case .parameter, .constant: false
    }
  }

  /// The parameter of a body that stands for argument `index`.
  func parameterSlot(_ index: Int) -> Int? {
    parameters.first { $0.source == .argument(index) }?.slot
  }

  /// Whether what a body gives back as result `index` has an owner, or will have none to need.
  func resultNeedsOwner(_ index: Int) -> Bool {
    let slot = results[index].slot
    return slots[slot].needsOwner || !slots[slot].type.isExact || isBound(slot)
  }

  private func isBound(_ slot: Int) -> Bool {
    if case .bound = slots[slot].source { true } else { false }
  }
}
