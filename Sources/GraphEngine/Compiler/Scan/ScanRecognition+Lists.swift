internal import GraphArrays

/// What the lists of a loop are.
extension ScanRecognition {
  /// What a variable is that holds a list.
  ///
  /// - Parameters:
  ///   - users: The places in the body of what uses the list.
  ///   - makers: What makes the values of the body.
  mutating func listRole(
    _ i: Int, _ parameter: Value, _ users: [Int], _ makers: [Value: Instruction]
  ) throws(ScanRefusal) -> Role {
    guard let element = body.type(parameter).element, element.isExact else {
      throw ScanRefusal(reason: "the items of a list have no one known shape")
    }
    let result = body.results[i]
    let uses = users.map { body.instructions[$0] }
    if result == parameter {
      for use in uses { try read(i, parameter, use) }
      guard reads.allSatisfy({ $0.list != i }) || isFromArray(loop.inputs[i]) else {
        throw ScanRefusal(reason: "a list that is read is not made from an array")
      }
      return .readList
    }
    if let last = makers[result], last.definition.is(AddN.self) {
      return .summedList(try summands(of: last, parameter, makers))
    }
    guard let last = makers[result], last.inputs.first == parameter else {
      throw ScanRefusal(reason: "a list is changed in more than one place")
    }
    let others = uses.filter { $0.id != last.id }
    switch last.definition {
    case is TensorListPushBack:
      guard others.isEmpty, isEmptyList(loop.inputs[i]) else {
        throw ScanRefusal(reason: "a list that is appended to is read too, or has items before")
      }
      guard let capacity = capacity(of: loop.inputs[i]), capacity < 0 || capacity >= turns else {
        throw ScanRefusal(reason: "more may be appended to a list than it takes")
      }
      return .pushedList(value: last.inputs[1])
    case is TensorListSetItem:
      guard let index = affine[last.inputs[1]], abs(index.step) == 1 else {
        throw ScanRefusal(reason: "a list is written at an index that does not follow the count")
      }
      for use in others { try read(i, parameter, use, at: index) }
      return .writtenList(index: index, value: last.inputs[2])
    default:
      throw ScanRefusal(reason: "a list is changed by \(last.definition.name)")
    }
  }

  /// The items that a turn adds to a list: gradients of reads of items are sums with lists of one.
  private func summands(
    of sum: Instruction, _ parameter: Value, _ makers: [Value: Instruction]
  ) throws(ScanRefusal) -> [ScanBuilder.Written] {
    let uses = body.useCounts
    var items: [ScanBuilder.Written] = []
    var open = Array(sum.inputs.reversed())
    var isTerm = false
    while let term = open.popLast() {
      guard term != parameter else {
        isTerm = true
        continue
      }
      guard uses[term] == 1, let maker = makers[term] else {
        throw ScanRefusal(reason: "a list is a sum with another one")
      }
      if maker.definition.is(AddN.self) {
        open += maker.inputs.reversed()
        continue
      }
      guard maker.definition.is(TensorListSetItem.self),
        makers[maker.inputs[0]]?.definition.is(TensorListReserve.self) == true
      else { throw ScanRefusal(reason: "a list is a sum with more than items of this turn") }
      guard let index = affine[maker.inputs[1]], abs(index.step) == 1 else {
        throw ScanRefusal(reason: "a list is added to at an index that does not follow the count")
      }
      items.append(ScanBuilder.Written(index: index, value: maker.inputs[2]))
    }
    guard isTerm, uses[parameter] == 1 else {
      throw ScanRefusal(reason: "a list that is added to or replaced is read too")
    }
    return items
  }

  /// Notes a read of an item; with `at`, of the item that is written in the same turn.
  private mutating func read(
    _ i: Int, _ parameter: Value, _ use: Instruction, at written: Affine? = nil
  ) throws(ScanRefusal) {
    guard use.definition.is(TensorListGetItem.self), use.inputs[0] == parameter else {
      throw ScanRefusal(reason: "a list is used by \(use.definition.name)")
    }
    guard let index = affine[use.inputs[1]], abs(index.step) == 1 else {
      throw ScanRefusal(reason: "a list is read at an index that does not follow the count")
    }
    guard written == nil || written == index else {
      throw ScanRefusal(reason: "a list is read at another row than the one written")
    }
    reads.append(Read(list: i, index: index, output: use.outputs[0]))
  }

  func isFromArray(_ value: Value) -> Bool {
    makers[value]?.definition.is(TensorListFromTensor.self) == true
  }

  private func isEmptyList(_ value: Value) -> Bool {
    makers[value]?.definition.is(EmptyTensorList.self) == true
  }

  /// How many items a list that starts empty takes, -1 for any; nil where it is not known.
  private func capacity(of list: Value) -> Int? {
    guard let maker = makers[list], maker.definition.is(EmptyTensorList.self) else { return nil }
    return integer(maker.inputs[1], outerConstants)
  }

  private func isReserved(_ value: Value) -> Bool {
    makers[value]?.definition.is(TensorListReserve.self) == true
  }

  /// The items of a list before the first turn: the rows of an array, or reserved ones.
  func start(
    of list: Value, _ program: Program
  ) throws(ScanRefusal) -> ScanBuilder.StartingList {
    if isFromArray(list), let array = makers[list]?.inputs.first,
      let length = program.type(array).extents?.first
    {
      return ScanBuilder.StartingList(length: length, rows: array)
    }
    if isReserved(list), let maker = makers[list],
      let length = integer(maker.inputs[1], outerConstants)
    {
      return ScanBuilder.StartingList(length: length, rows: nil)
    }
    throw ScanRefusal(reason: "the length of a list that is written is not known")
  }
}
