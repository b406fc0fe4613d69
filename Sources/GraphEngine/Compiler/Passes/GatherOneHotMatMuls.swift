internal import GraphArrays

/// Replaces products of one-hot vectors by gathers and sums of rows.
///
///     MatMul(OneHot(ids), W)                     ->   GatherRows(W, ids)
///     MatMul(OneHot(ids)', g)                    ->   SegmentSum(g, ids)
///     MatMul(Concat([OneHot(ids), b])', g)       ->   Concat([SegmentSum(g, ids), MatMul(b', g)])
///     Transpose(OneHot(ids)), Reshape, Slice     ->   OneHot(Transpose(ids)), ...
///     BiasAdd(GatherRows(W, ids), b)             ->   GatherRows(BiasAdd([W; 0], b), ids)
///
/// Rows of W that an id out of range would name are zeros, as those of OneHot are; the last rule
/// gives the table a row more for them. It fires where the table has fewer rows than are gathered
/// in all turns of the loop, and is the same in all of them. In loops, rows of an array of one-hot
/// vectors that products read become rows of ids.
///
/// Must not fire where values are not 1 and 0, or the vectors do not stand along the last axis.
/// Sums lack the terms that are zero times something: where W or g has infinities or NaNs, results
/// that a dense product would make NaN are what the named rows are.
package enum GatherOneHotMatMuls: Pass {
  package static func run(_ program: inout Program) throws(GraphError) {
    guard
      program.contains(where: { $0.definition.is(OneHot.self) || $0.definition.is(GatherRows.self) }
      )
    else {
      return
    }
    run(&program, turns: 1, levels: nil)
  }

  /// - Parameters:
  ///   - turns: How often the program is executed in a loop whose invariants are made once.
  ///   - levels: Which of its values those are; nil outside of loops.
  private static func run(_ program: inout Program, turns: Int, levels: ScanLevels?) {
    gather(&program, turns: turns, levels: levels)
    for i in program.instructions.indices {
      guard let scan = program.instructions[i].definition.as(Scan.self) else {
        for b in program.instructions[i].bodies.indices {
          run(&program.instructions[i].bodies[b], turns: 1, levels: nil)
        }
        continue
      }
      scanIds(&program, i, scan)
      let levels = ScanLevels(scan, program.instructions[i].bodies[0])
      run(&program.instructions[i].bodies[0], turns: scan.turns, levels: levels)
    }
  }

  // MARK: Rules

  private static func gather(_ program: inout Program, turns: Int, levels: ScanLevels?) {
    Rewriter.rewrite(&program) { instruction, rewriter in
      switch instruction.definition {
      case let product as MatMul:
        rewriteProduct(instruction, product, &rewriter)
      case is Transpose:
        moveTranspose(instruction, &rewriter)
      case is Reshape:
        moveReshape(instruction, &rewriter)
      case is Slice:
        moveSlice(instruction, &rewriter)
      case let bias as BiasAdd where bias.dataFormat == "NHWC":
        addToTable(instruction, &rewriter, turns: turns, levels)
      default: false
      }
    }
  }

  private static func rewriteProduct(
    _ instruction: Instruction, _ product: MatMul, _ rewriter: inout Rewriter
  ) -> Bool {
    let (x, other) = (instruction.inputs[0], instruction.inputs[1])
    guard !product.transposeB else { return false }
    if let ids = rewriter.oneHotIds(x) {
      guard product.transposeA else { return rewriter.finish(GatherRows(), [other, ids]) }
      guard rewriter.type(ids).dtype != .uint8, let depth = rewriter.extents(x)?[1] else {
        return false
      }
      return rewriter.finish(SegmentSum(depth: depth), [other, ids])
    }
    guard let (parts, axis) = rewriter.concatenation(x), axis == 1,
      parts.contains(where: { rewriter.oneHotIds($0) != nil })
    else { return false }
    return product.transposeA
      ? sumByParts(instruction, product, parts, &rewriter)
      : multiplyParts(instruction, product, parts, &rewriter)
  }

  /// `[a, b]' g`: the rows of the result, part by part.
  private static func sumByParts(
    _ instruction: Instruction, _ product: MatMul, _ parts: [Value], _ rewriter: inout Rewriter
  ) -> Bool {
    guard let result = rewriter.extents(instruction.outputs[0]) else { return false }
    let dtype = rewriter.type(instruction.outputs[0]).dtype
    var rows: [Value] = []
    for part in parts {
      guard let depth = rewriter.extents(part)?[1] else { return false }
      let type = TensorType(dtype, exact: [depth, result[1]])
      rows.append(rewriter.add(product, [part, instruction.inputs[1]], type))
    }
    let axis = rewriter.add(NDArray.integers([0], dtype: .int32, shape: []))
    return rewriter.finish(ConcatV2(count: rows.count), rows + [axis])
  }

  /// `[a, b] W`: the sum of products of the parts with their rows of W.
  private static func multiplyParts(
    _ instruction: Instruction, _ product: MatMul, _ parts: [Value], _ rewriter: inout Rewriter
  ) -> Bool {
    let w = instruction.inputs[1]
    guard let weights = rewriter.extents(w) else { return false }
    let type = rewriter.type(instruction.outputs[0])
    var start = 0
    var terms: [Value] = []
    for part in parts {
      guard let depth = rewriter.extents(part)?[1] else { return false }
      let rows = rewriter.slice(w, begin: [start, 0], size: [depth, weights[1]])
      terms.append(rewriter.add(product, [part, rows], type))
      start += depth
    }
    return rewriter.finishSum(terms)
  }

  private static func moveTranspose(
    _ instruction: Instruction, _ rewriter: inout Rewriter
  ) -> Bool {
    let x = instruction.inputs[0]
    guard let order = rewriter.integers(instruction.inputs[1]),
      let axes = try? Transpose.axes(order), axes.last == axes.count - 1
    else { return false }
    if let hot = rewriter.oneHot(x) {
      let ids = rewriter.transpose(hot.ids, Array(axes.dropLast()))
      return rewriter.finish(hot.definition, [ids] + hot.values)
    }
    guard rewriter.isUsedOnce(x), let (rows, operands) = rewriter.maker(x, as: GatherRows.self)
    else { return false }
    return rewriter.finish(
      rows, [operands[0], rewriter.transpose(operands[1], Array(axes.dropLast()))])
  }

  private static func moveReshape(
    _ instruction: Instruction, _ rewriter: inout Rewriter
  ) -> Bool {
    let x = instruction.inputs[0]
    guard let shape = rewriter.extents(instruction.outputs[0]), let width = shape.last, width > 0,
      rewriter.extents(x)?.last == width
    else { return false }
    let outer = Array(shape.dropLast())
    if let hot = rewriter.oneHot(x) {
      return rewriter.finish(hot.definition, [rewriter.reshape(hot.ids, outer)] + hot.values)
    }
    if rewriter.isUsedOnce(x), let (rows, operands) = rewriter.maker(x, as: GatherRows.self) {
      return rewriter.finish(rows, [operands[0], rewriter.reshape(operands[1], outer)])
    }
    guard rewriter.isUsedOnce(x), let (parts, axis) = rewriter.concatenation(x),
      axis == (rewriter.extents(x)?.count ?? 0) - 1,
      parts.contains(where: { rewriter.oneHot($0) != nil })
    else { return false }
    var reshaped: [Value] = []
    for part in parts {
      guard let depth = rewriter.extents(part)?.last else { return false }
      reshaped.append(rewriter.reshape(part, outer + [depth]))
    }
    let last = rewriter.add(NDArray.integers([shape.count - 1], dtype: .int32, shape: []))
    return rewriter.finish(ConcatV2(count: reshaped.count), reshaped + [last])
  }

  private static func moveSlice(_ instruction: Instruction, _ rewriter: inout Rewriter) -> Bool {
    guard let cut = rewriter.cut(instruction), let hot = rewriter.oneHot(cut.x),
      let depth = rewriter.extents(cut.x)?.last, cut.size.last == depth, cut.begin.last == 0
    else { return false }
    let ids = rewriter.slice(
      hot.ids, begin: Array(cut.begin.dropLast()), size: Array(cut.size.dropLast()))
    return rewriter.finish(hot.definition, [ids] + hot.values)
  }

  /// `BiasAdd(GatherRows(W, ids), b)`.
  private static func addToTable(
    _ instruction: Instruction, _ rewriter: inout Rewriter, turns: Int, _ levels: ScanLevels?
  ) -> Bool {
    let (x, bias) = (instruction.inputs[0], instruction.inputs[1])
    guard rewriter.isUsedOnce(x), let (rows, operands) = rewriter.maker(x, as: GatherRows.self),
      rows.missing == .zeros, let table = rewriter.extents(operands[0]),
      let count = rewriter.type(operands[1]).count, table[0] + 1 < turns * count
    else { return false }
    if let levels {
      guard levels[operands[0]] == ScanLevels.invariant, levels[bias] == ScanLevels.invariant else {
        return false
      }
    }
    let type = TensorType(rewriter.type(x).dtype, exact: [table[0] + 1, table[1]])
    let paddings = rewriter.add(NDArray.integers([0, 1, 0, 0], dtype: .int32, shape: [2, 2]))
    let padded = rewriter.add(Pad(), [operands[0], paddings], type)
    let sum = rewriter.add(BiasAdd(), [padded, bias], type)
    return rewriter.finish(GatherRows(missing: .lastRow), [sum, operands[1]])
  }

  // MARK: Rows of one-hot arrays

  /// Lets a loop whose products read rows of an array of one-hot vectors read rows of the ids.
  private static func scanIds(_ program: inout Program, _ index: Int, _ scan: Scan) {
    var ports = ScanPorts(scan, program.instructions[index])
    let read = Set(
      ports.body.instructions.compactMap { instruction in
        instruction.definition.as(MatMul.self)?.transposeA == false ? instruction.inputs[0] : nil
      })
    guard ports.scanned.contains(where: { read.contains($0.parameter) }) else { return }
    let makers = Dictionary(
      program.instructions.map { ($0.outputs.first ?? $0.id, $0) },
      uniquingKeysWith: { first, _ in first })
    var rows: [Instruction] = []
    for k in ports.scanned.indices where read.contains(ports.scanned[k].parameter) {
      guard let maker = makers[ports.scanned[k].array], maker.definition.is(OneHot.self) else {
        continue
      }
      let values = maker.inputs.dropFirst().compactMap {
        makers[$0]?.definition.as(Const.self)?.value
      }
      let ids = program.type(maker.inputs[0])
      guard values.count == 3, let extents = ids.extents,
        isOneHot(maker, rank: extents.count, on: values[1], off: values[2])
      else { continue }
      let row = ports.body.newValue(TensorType(ids.dtype, exact: Array(extents.dropFirst())))
      var operands = [row]
      for value in values {
        operands.append(ports.body.newValue(TensorType(value.dtype, exact: value.shape)))
        rows.append(Program.constant(value, as: operands[operands.count - 1], like: maker))
      }
      rows.append(
        Instruction(
          OneHot(axis: -1), inputs: operands, outputs: [ports.scanned[k].parameter],
          name: maker.name, origin: maker.origin))
      ports.scanned[k].array = maker.inputs[0]
      ports.scanned[k].parameter = row
    }
    guard !rows.isEmpty else { return }
    ports.body.instructions.insert(contentsOf: rows, at: 0)
    program.instructions[index] = ports.instruction
  }

  /// Whether vectors of 1 and 0 stand along the last axis.
  fileprivate static func isOneHot(
    _ instruction: Instruction, rank: Int, on: NDArray, off: NDArray
  ) -> Bool {
    guard let definition = instruction.definition.as(OneHot.self) else { return false }
    return (definition.axis == -1 || definition.axis == rank)
      && on == NDArray.ones(on.shape, on.dtype) && off.isZero
  }
}

extension Rewriter {
  /// The ids of one-hot vectors along the last axis, and the operation that makes them.
  fileprivate func oneHot(
    _ value: Value
  ) -> (ids: Value, values: [Value], definition: OneHot)? {
    guard let maker = maker(value), maker.definition.is(OneHot.self), extents(value) != nil,
      let rank = type(maker.inputs[0]).shape.rank, let on = constant(maker.inputs[2]),
      let off = constant(maker.inputs[3]),
      GatherOneHotMatMuls.isOneHot(maker, rank: rank, on: on, off: off)
    else { return nil }
    return (maker.inputs[0], Array(maker.inputs[1...]), OneHot(axis: -1))
  }

  /// The ids of a matrix of one-hot rows.
  fileprivate func oneHotIds(_ value: Value) -> Value? {
    guard let hot = oneHot(value), type(hot.ids).shape.rank == 1,
      MatMulAdd.dtypes.contains(type(value).dtype)
    else { return nil }
    return hot.ids
  }
}
