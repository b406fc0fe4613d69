internal import GraphArrays

/// Asks lists nothing that is known without them: what stands in them, how long they are, and what
/// shape their items have.
///
///     l = TensorListFromTensor(a); b = TensorListStack(l)     ->   b is a
///     l = TensorListSetItem(m, i, x); y = GetItem(l, i)       ->   y is x
///     l = TensorListReserve(n); m = TensorListLength(l)       ->   m is n
///     l = ZerosLike(m)                                        ->   l = TensorListReserve(Length(m))
///     l = AddN(TensorListFromTensor(a), TensorListFromTensor(b))
///                                                             ->   l = TensorListFromTensor(a + b)
///
/// A list in which items were put before a loop is made from an array for the loop, as
/// RecognizeScans wants it.
package enum ForwardLists: Pass {
  package static let subjects: Program.Features = .lists

  package static func run(_ program: inout Program) throws(GraphError) {
    Rewriter.rewrite(&program) { instruction, rewriter in
      switch instruction.definition.kind {
      case TensorListStack.kind: stack(instruction, &rewriter)
      case TensorListGetItem.kind: item(instruction, &rewriter)
      case TensorListSetItem.kind: replaceItem(instruction, &rewriter)
      case TensorListLength.kind: length(instruction, &rewriter)
      case TensorListElementShape.kind: elementShape(instruction, &rewriter)
      case ZerosLike.kind: zeros(instruction, &rewriter)
      case AddN.kind: sum(instruction, &rewriter)
      default: instruction.controlFlow?.isLoop == true && prepare(instruction, &rewriter)
      }
    }
    try program.forEachBody { body throws(GraphError) in try run(&body) }
  }

  // MARK: Items

  private static func stack(_ instruction: Instruction, _ rewriter: inout Rewriter) -> Bool {
    guard let contents = rewriter.contents(of: instruction.inputs[0]),
      rewriter.type(instruction.outputs[0]).accepts(contents.type)
    else { return false }
    return rewriter.forward(to: rewriter.array(of: contents))
  }

  /// An item that was put in at the same index, or that stands at a constant one.
  private static func item(_ instruction: Instruction, _ rewriter: inout Rewriter) -> Bool {
    let output = rewriter.type(instruction.outputs[0])
    let index = instruction.inputs[1]
    let place = rewriter.integer(index)
    var list = instruction.inputs[0]
    while let (_, put) = rewriter.maker(list, as: TensorListSetItem.self) {
      let other = rewriter.integer(put[1])
      if put[1] == index || place != nil && other == place {
        guard output.accepts(rewriter.type(put[2])) else { return false }
        return rewriter.forward(to: put[2])
      }
      guard place != nil, other != nil else { return false }
      list = put[0]
    }
    guard let place, let contents = rewriter.contents(of: list),
      0..<contents.length ~= place, output.accepts(contents.element)
    else { return false }
    return rewriter.forward(
      to: rewriter.item(at: place, of: contents) ?? rewriter.zeros(contents.element))
  }

  /// What is put over an item that was put in at the same index.
  private static func replaceItem(_ instruction: Instruction, _ rewriter: inout Rewriter) -> Bool {
    guard let definition = instruction.definition.as(TensorListSetItem.self),
      let (before, put) = rewriter.maker(instruction.inputs[0], as: TensorListSetItem.self),
      before == definition, put[1] == instruction.inputs[1]
    else { return false }
    return rewriter.finish(definition, [put[0]] + instruction.inputs.dropFirst())
  }

  private static func sum(_ instruction: Instruction, _ rewriter: inout Rewriter) -> Bool {
    guard rewriter.type(instruction.outputs[0]).dtype == .variant else { return false }
    let lists = instruction.inputs.compactMap { rewriter.contents(of: $0) }
    guard lists.count == instruction.inputs.count, let sum = rewriter.sum(of: lists) else {
      return false
    }
    return rewriter.finish(
      TensorListFromTensor(dtype: sum.element.dtype),
      [rewriter.array(of: sum), rewriter.add(sum.element.elementShapeArray)])
  }

  // MARK: Questions

  private static func length(_ instruction: Instruction, _ rewriter: inout Rewriter) -> Bool {
    if let contents = rewriter.contents(of: instruction.inputs[0]) {
      return rewriter.forward(to: rewriter.add(NDArray(scalar: Int32(contents.length))))
    }
    guard let maker = rewriter.maker(instruction.inputs[0]) else { return false }
    switch maker.definition {
    case is TensorListFromTensor:
      guard let length = rewriter.type(maker.inputs[0]).shape.dimensions?.first ?? nil else {
        return false
      }
      return rewriter.forward(to: rewriter.add(NDArray(scalar: Int32(length))))
    case is TensorListReserve: return rewriter.forward(to: maker.inputs[1])
    case let put as TensorListSetItem where !put.isResizable:
      return rewriter.finish(TensorListLength(), [maker.inputs[0]])
    default: return false
    }
  }

  private static func elementShape(
    _ instruction: Instruction, _ rewriter: inout Rewriter
  ) -> Bool {
    guard let dtype = instruction.definition.as(TensorListElementShape.self)?.shapeType,
      let maker = rewriter.maker(instruction.inputs[0])
    else { return false }
    switch maker.definition {
    case is TensorListFromTensor:
      guard let extents = rewriter.extents(maker.inputs[0]), !extents.isEmpty else { return false }
      return rewriter.forward(
        to: rewriter.add(
          NDArray.integers(
            Array(extents.dropFirst()), dtype: dtype, shape: [extents.count - 1])))
    case is TensorListReserve where rewriter.type(maker.inputs[0]).dtype == dtype:
      return rewriter.forward(to: maker.inputs[0])
    case is TensorListSetItem:
      return rewriter.finish(TensorListElementShape(shapeType: dtype), [maker.inputs[0]])
    default: return false
    }
  }

  // MARK: Lists

  private static func zeros(_ instruction: Instruction, _ rewriter: inout Rewriter) -> Bool {
    guard let element = rewriter.type(instruction.outputs[0]).element, element.isExact else {
      return false
    }
    let length = rewriter.add(
      TensorListLength(), [instruction.inputs[0]], TensorType(.int32, []))
    return rewriter.finish(
      TensorListReserve(element: element), [rewriter.add(element.elementShapeArray), length])
  }

  /// Makes the lists in which items were put before a loop from arrays.
  private static func prepare(_ loop: Instruction, _ rewriter: inout Rewriter) -> Bool {
    var prepared = loop
    for (position, operand) in loop.inputs.enumerated() {
      guard rewriter.maker(operand, as: TensorListSetItem.self) != nil,
        let contents = rewriter.contents(of: operand)
      else { continue }
      prepared.inputs[position] = rewriter.add(
        TensorListFromTensor(dtype: contents.element.dtype),
        [rewriter.array(of: contents), rewriter.add(contents.element.elementShapeArray)],
        .list(of: contents.element))
    }
    return prepared.inputs != loop.inputs && rewriter.finish(prepared)
  }
}
