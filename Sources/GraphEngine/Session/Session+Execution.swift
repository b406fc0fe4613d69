internal import GraphArrays
internal import Synchronization

extension Session {
  /// The state of a run that begins now.
  func makeState(_ options: RunOptions) -> RunState {
    RunState(
      entropy: entropy, deadline: options.timeout.map { ContinuousClock.now + $0 }, log: log)
  }

  /// Collects what a request is given.
  ///
  /// - Throws: `SessionError` where a value does not fit its tensor's dtype.
  func feedList(_ feeds: Feeds) throws(SessionError) -> FeedList {
    var list = FeedList()
    for (key, value) in feeds.pairs {
      do throws(ArrayError) {
        try key.feed(value, into: &list)
      } catch {
        guard let tensor = key as? Tensor else {
          let names = (key as? any TensorStructure)?.tensors.map { "\"\($0.name)\"" } ?? []
          let what = names.isEmpty ? "of a \(type(of: key))" : names.joined(separator: ", ")
          throw SessionError(.invalidArgument, "feed \(what): \(error)")
        }
        if let array = value as? NDArray, array.dtype != tensor.dtype {
          throw SessionError(
            .invalidArgument,
            "feed \"\(tensor.name)\": got \(array.dtype)\(array.shape), wants \(tensor.type)")
        }
        throw SessionError(.invalidArgument, "feed \"\(tensor.name)\": \(error)")
      }
    }
    return list
  }

  /// Compiles if need be, and runs.
  func execute(
    _ request: FetchRequest, _ feeds: Feeds, _ run: RunState, _ metadata: inout RunMetadata
  ) throws -> FetchReply {
    let list = try feedList(feeds)
    let prepared = try prepare(request, list)
    return try execute(prepared, list.arrays, run, &metadata)
  }

  /// Runs a plan.
  ///
  /// - Throws: `SessionError`, the first failure in the order of the plan.
  func execute(
    _ prepared: PreparedRun, _ feeds: [NDArray], _ run: RunState, _ metadata: inout RunMetadata
  ) throws(SessionError) -> FetchReply {
    metadata.stepCount = prepared.plan.stepCount
    metadata.peakMemory = prepared.peakMemory
    let isExclusive = prepared.isExclusive
    if isExclusive {
      guard gate.enter(run) else { throw error(of: run) }
    }
    defer { if isExclusive { gate.leave() } }
    run.streams = makeStreams(prepared)
    let frame = prepared.takeFrame()
    try bind(prepared.plan, feeds, to: frame)
    frame.resetReaders()
    if prepared.plan.isSequential {
      _ = frame.runInOrder(run)
    } else {
      Execution(frame, run, workers: workers).perform()
    }
    // The frame of a run that failed is given up with whatever it holds.
    guard run.failure == nil else { throw error(of: run) }
    var arrays: [NDArray] = []
    arrays.reserveCapacity(prepared.plan.results.count)
    for result in prepared.plan.results {
      guard let array = frame.array(result.slot, result.type) else {
        throw SessionError(.internal, "a fetched value is missing")
      }
      arrays.append(array)
    }
    try commit(prepared, frame, run)
    prepared.giveBack(frame)
    return FetchReply(arrays)
  }

  private func makeStreams(_ prepared: PreparedRun) -> RandomStreams? {
    guard !prepared.streams.isEmpty else { return nil }
    let positions = streams.withLock { table in prepared.streams.map { table.positions[$0] } }
    return RandomStreams(positions: positions, indices: prepared.streams.map(UInt64.init))
  }

  /// Gives a frame the run's feeds, and the values that variables have now.
  private func bind(
    _ plan: Plan, _ feeds: [NDArray], to frame: Frame
  ) throws(SessionError) {
    let missing = variables.withLock { variables -> VariableKey? in
      for parameter in plan.parameters {
        switch parameter.source {
        case .feed(let index): frame.bind(parameter.slot, feeds[index].aligned)
        case .variable(let key):
          guard let value = variables[key] else { return key }
          frame.bind(parameter.slot, value)
        case .variableOrBlank(let key):
          frame.bind(parameter.slot, variables[key] ?? .blank(parameter.type))
        case .isInitialized(let key):
          frame.bind(parameter.slot, variables[key] == nil ? .false : .true)
        case .argument: break
        }
      }
      return nil
    }
    guard let missing else { return }
    let variable = Operation(graph: graph, node: missing.node)
    throw SessionError(
      .failedPrecondition, "\(variable.variableText) \(RequireVariable.reason)")
  }

  /// Makes what the run assigned the variables' values, and keeps how far random streams are.
  private func commit(
    _ prepared: PreparedRun, _ frame: Frame, _ run: RunState
  ) throws(SessionError) {
    if let drawn = run.streams {
      streams.withLock { $0.setPositions(drawn.current, of: prepared.streams) }
    }
    guard !prepared.plan.updates.isEmpty else { return }
    var values: [(key: VariableKey, value: NDArray)] = []
    for update in prepared.plan.updates {
      guard let value = frame.array(update.slot, update.type) else {
        throw SessionError(.internal, "the new value of a variable is missing")
      }
      values.append((key: update.variable, value: value))
    }
    // Old values are given up after the lock.
    var old: [NDArray?] = []
    variables.withLock { variables in
      for (key, value) in values { old.append(variables.updateValue(value, forKey: key)) }
    }
  }

  private func error(of run: RunState) -> SessionError {
    guard let failure = run.failure else { return SessionError(.internal, "the run did not end") }
    guard let label = failure.label else {
      return SessionError(failure.cause.code, failure.cause.message)
    }
    return SessionError(
      failure.cause.code, failure.cause.message, operation: label.name, operationType: label.type,
      trace: label.origin?.operation.trace)
  }
}

extension NDArray {
  static let `true` = NDArray(true)
  static let `false` = NDArray(false)

  /// Zeros of this type; nothing where its extents are not known.
  static func blank(_ type: TensorType) -> NDArray { .zeros(type.extents ?? [0], type.dtype) }

  /// The array itself, or a copy where its memory is not aligned as kernels are promised.
  var aligned: NDArray {
    guard Int(bitPattern: storage.pointer) % ArrayStorage.alignment != 0 else { return self }
    let copy = ArrayStorage(byteCount: byteCount)
    copy.pointer.copyMemory(from: storage.pointer, byteCount: byteCount)
    return NDArray(dtype: dtype, shape: shape, storage: copy)
  }
}
