internal import GraphArrays

extension AllTurns {
  /// The draws that a random operation makes in all turns of a loop.
  ///
  /// - Throws: Where the operation cannot draw for several turns.
  mutating func draws(
    _ draw: any OpDefinition, isReversed: Bool
  ) throws(GraphError) -> [Value]? {
    let definition = DrawsOverTime(
      draw, turns: turns, isReversed: isReversed, stacked: operands.map(\.isStacked))
    return try emitAll(definition, operands.map(\.value))
  }
}

/// All executions of a random operation in the turns of a loop as one: row `t` of a result is what
/// the turn that belongs to row `t` draws, bit for bit.
///
/// An execution uses a number of counters of its stream that depends on its shapes only, so that of
/// turn `t` begins `t` times this number behind the place of the first. The compiler's own: no graph
/// contains it.
package struct DrawsOverTime: OpDefinition {
  /// The operation that each turn executes.
  let draw: any OpDefinition
  let turns: Int
  /// Whether the first turn has the last row.
  let isReversed: Bool
  /// Whether an operand has a row for each turn.
  let stacked: [Bool]

  init(_ draw: any OpDefinition, turns: Int, isReversed: Bool, stacked: [Bool]) {
    self.draw = draw
    self.turns = turns
    self.isReversed = isReversed
    self.stacked = stacked
  }

  package static func == (a: Self, b: Self) -> Bool {
    a.draw.isEqual(to: b.draw) && a.turns == b.turns && a.isReversed == b.isReversed
      && a.stacked == b.stacked
  }

  package func hash(into hasher: inout Hasher) {
    draw.hash(into: &hasher)
    hasher.combine(turns)
    hasher.combine(isReversed)
  }

  package var name: String { "DrawsOverTime" }
  package static let attributes = [
    Attribute("draw", \DrawsOverTime.drawName), Attribute("turns", \.turns),
    Attribute("reversed", \.isReversed),
  ]
  private var drawName: String { draw.name }
  package var outputCount: Int { draw.outputCount }
  package var effects: Effects { draw.effects }
  package var specializedInputs: [Int] { draw.specializedInputs }

  package func infer(_ context: InferenceContext) throws(GraphError) -> [TensorType] {
    let inner = InferenceContext(
      types: try context.types.indices.map { index throws(GraphError) in
        stacked[index] ? try row(context[index]) : context[index]
      },
      known: context.known.indices.map { stacked[$0] ? nil : context.known[$0] })
    return try draw.infer(inner).map { $0.stacked(turns) }
  }

  private func row(_ type: TensorType) throws(GraphError) -> TensorType {
    guard let extents = type.extents, extents.first == turns else {
      throw GraphError(.invalidArgument, "an operand of all turns is \(type)")
    }
    return TensorType(type.dtype, exact: Array(extents.dropFirst()))
  }

  package func kernel(_ request: KernelRequest) throws(GraphError) -> Kernel {
    let inputs = try request.inputs.indices.map { index throws(GraphError) in
      stacked[index] ? try row(request.inputs[index]) : request.inputs[index]
    }
    let outputs = try request.outputs.map { type throws(GraphError) in try row(type) }
    let inner = try draw.kernel(
      KernelRequest(
        inputs: inputs, outputs: outputs,
        values: request.values.indices.map { stacked[$0] ? nil : request.values[$0] }))
    guard !inner.bindsOutputs else {
      throw GraphError(.unimplemented, "\(draw.name) makes its own memory")
    }
    let strides =
      inputs.indices.map { stacked[$0] ? inputs[$0].byteCount ?? 0 : 0 }
      + outputs.map { $0.byteCount ?? 0 }
    let (turns, isReversed) = (turns, isReversed)
    var kernel = Kernel(
      blocks: turns * inner.blocks, flops: Double(turns) * inner.flops
    ) { arguments, block throws(RunFailure) in
      let row = block / inner.blocks
      let turn = isReversed ? turns - 1 - row : row
      try arguments.moved(by: strides, row: row) { moved throws(RunFailure) in
        var moved = moved
        moved.streamPosition = arguments.streamPosition &+ UInt64(turn) &* inner.streamDraws
        moved.streamIndex = arguments.streamIndex
        try inner.body(moved, block % inner.blocks)
      }
    }
    kernel.streamDraws = UInt64(turns) &* inner.streamDraws
    return kernel
  }
}

extension Arguments {
  /// Runs `body` with arguments whose operands and results are those of a row.
  ///
  /// - Parameter strides: The bytes of a row of each operand, then of each result.
  fileprivate func moved(
    by strides: [Int], row: Int, _ body: (Arguments) throws(RunFailure) -> Void
  ) throws(RunFailure) {
    var failure: RunFailure?
    withUnsafeTemporaryAllocation(of: UnsafeMutableRawPointer.self, capacity: strides.count) {
      rows in
      withUnsafeTemporaryAllocation(of: Int32.self, capacity: strides.count) { positions in
        for (index, stride) in strides.enumerated() {
          rows.initializeElement(at: index, to: pointers[Int(slots[index])] + row * stride)
          positions.initializeElement(at: index, to: Int32(index))
        }
        guard let rows = rows.baseAddress, let positions = positions.baseAddress else { return }
        // Objects and shapes are those of kernels that bind outputs, which this one does not do.
        let moved = Arguments(
          pointers: rows, objects: objects, shapes: shapes, slots: positions,
          inputCount: inputCount, run: run)
        do throws(RunFailure) { try body(moved) } catch { failure = error }
      }
    }
    if let failure { throw failure }
  }
}
