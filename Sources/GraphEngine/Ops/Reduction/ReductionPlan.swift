internal import CKernels
internal import GraphKernels

/// How a reduction over any axes is made of reductions of the middle of three.
///
/// Extents of 1 are dropped and adjacent axes of one kind merged. One group of reduced axes is one
/// pass over `[outer, n, inner]`; several are passes over the groups from the last to the first,
/// by way of scratch memory, for each element of a leading axis that stays.
struct ReductionPlan: Sendable {
  /// The loops of a reduction for one dtype.
  struct Loop: Sendable {
    let rows: ReductionLoop
    let columns: sg_reduce_columns_fn
  }

  /// What is done to finished results: their place and number.
  typealias Finish = @Sendable (_ results: UnsafeMutableRawPointer, _ count: Int) -> Void

  private struct Pass: Sendable {
    let outer: Int
    let n: Int
    let inner: Int
  }

  /// The number of elements that a result is made from.
  let reducedCount: Int
  /// Items that are reduced by themselves: the leading axis of several passes.
  private let items: Int
  private let passes: [Pass]
  private let count: Int

  /// - Parameter axes: The axes that are reduced, counted from 0.
  init(shape: [Int], axes: [Int]) {
    var groups: [(count: Int, isReduced: Bool)] = []
    for (axis, extent) in shape.enumerated() where extent != 1 {
      let isReduced = axes.contains(axis)
      if groups.last?.isReduced == isReduced {
        groups[groups.count - 1].count *= extent
      } else {
        groups.append((extent, isReduced))
      }
    }
    func product(_ range: Range<Int>, where include: (Bool) -> Bool = { _ in true }) -> Int {
      groups[range].reduce(1) { include($1.isReduced) ? $0 * $1.count : $0 }
    }
    let all = 0..<groups.count
    reducedCount = product(all) { $0 }
    count = product(all) { _ in true }
    let reduced = all.filter { groups[$0].isReduced }
    let leading = reduced.count > 1 && !groups[0].isReduced ? 1 : 0
    items = leading == 1 ? groups[0].count : 1
    passes = reduced.reversed().map { group in
      Pass(
        outer: product(leading..<group), n: groups[group].count,
        inner: product(group + 1..<groups.count) { !$0 })
    }
  }

  /// The code for elements of `size` bytes.
  func kernel(_ loop: Loop, elementSize size: Int, finish: Finish? = nil) -> Kernel {
    var kernel =
      switch passes.count {
      case 0: copy(size, finish)
      case 1: single(passes[0], loop, size, finish)
      default: several(loop, size, finish)
      }
    kernel.flops = Double(count)
    return kernel
  }

  private func copy(_ size: Int, _ finish: Finish?) -> Kernel {
    let copy = Kernel.copy(byteCount: count * size)
    guard let finish else { return copy }
    return Kernel(inPlace: [0]) { [count] arguments, block throws(RunFailure) in
      try copy.body(arguments, block)
      finish(arguments.output(), count)
    }
  }

  /// Blocks of whole outer indices; of columns, where one outer index is more than a block.
  private func single(_ pass: Pass, _ loop: Loop, _ size: Int, _ finish: Finish?) -> Kernel {
    let (outer, n, inner) = (pass.outer, pass.n, pass.inner)
    let area = n * inner
    if area <= Kernel.blockSize || inner == 1 {
      let rows = max(1, Kernel.blockSize / max(1, area))
      return Kernel(blocks: (outer + rows - 1) / rows) { arguments, block throws(RunFailure) in
        let first = min(outer, block * rows)
        let end = min(outer, first + rows)
        loop.rows(arguments.output(), arguments.input(0), first, end, n, inner)
        finish?(arguments.output() + first * inner * size, (end - first) * inner)
      }
    }
    let width = max(64, Kernel.blockSize / n / 64 * 64)
    let across = (inner + width - 1) / width
    return Kernel(blocks: outer * across) { arguments, block throws(RunFailure) in
      if outer == 0 { return }
      let (row, part) = block.quotientAndRemainder(dividingBy: across)
      let column = part * width
      let columns = min(width, inner - column)
      let result = arguments.output() + (row * inner + column) * size
      loop.columns(result, arguments.input(0) + (row * area + column) * size, n, inner, columns)
      finish?(result, columns)
    }
  }

  private func several(_ loop: Loop, _ size: Int, _ finish: Finish?) -> Kernel {
    let area = items == 0 ? 0 : count / items
    let perBlock = max(1, Kernel.blockSize / max(1, area))
    let (items, passes) = (items, passes)
    let results = passes.last.map { $0.outer * $0.inner } ?? 1
    let scratch = passes.dropLast().map { $0.outer * $0.inner }.max() ?? 0
    return Kernel(blocks: (items + perBlock - 1) / perBlock) {
      arguments, block throws(RunFailure) in
      // Two buffers that passes read and write by turns.
      let memory = UnsafeMutableRawPointer.allocate(
        byteCount: max(1, 2 * scratch * size), alignment: 64)
      defer { memory.deallocate() }
      for item in block * perBlock..<max(block * perBlock, min(items, (block + 1) * perBlock)) {
        var source = arguments.input(0) + item * area * size
        let result = arguments.output() + item * results * size
        for (index, pass) in passes.enumerated() {
          let target =
            index == passes.count - 1 ? result : memory + (index % 2) * scratch * size
          loop.rows(target, source, 0, pass.outer, pass.n, pass.inner)
          source = UnsafeRawPointer(target)
        }
        finish?(result, results)
      }
    }
  }
}

extension sg_column_reduction {
  /// The loop for `type`, or nil where the reduction does not exist for it.
  subscript(type: KernelType) -> sg_reduce_columns_fn? {
    switch type {
    case SG_F32: f32
    case SG_F64: f64
    case SG_I32: i32
    case SG_I64: i64
    case SG_U8: u8
    default: boolean
    }
  }
}
