package import GraphArrays
internal import Synchronization

/// Memory of results that are no longer held, kept for the next run.
///
/// Large blocks that `malloc` gives back to the system cost a page fault for each 4 KiB when they
/// are used again; a training step makes a new value of every variable. What is kept is bounded by
/// what was needed: blocks in use and free ones together never exceed the most that was in use at
/// one time lately, and those that were free longest are given up first.
package final class BufferPool: Sendable {
  /// The pool of all sessions of the process.
  package static let shared = BufferPool()

  /// Blocks smaller than this are left to `malloc`.
  package static let smallest = 32_768
  /// Requests after which the most that was in use is forgotten, unless it is reached again.
  private let memory: Int

  fileprivate struct State {
    /// Free blocks by size; of one size, the one that was given back last is the last.
    var free: [Int: [Block]] = [:]
    var freeBytes = 0
    var usedBytes = 0
    /// The most bytes in use at one time since `age` began, and in the time before.
    var peak = 0
    var earlierPeak = 0
    /// Requests since then.
    var age = 0
    /// Counts blocks that were given back.
    var returns = 0
  }

  /// A free block.
  ///
  /// `@unchecked Sendable` because whoever holds it is the only one who knows the address.
  fileprivate struct Block: @unchecked Sendable {
    let pointer: UnsafeMutableRawPointer
    /// When it was given back.
    var time = 0
  }

  private let state = Mutex(State())

  /// An empty pool.
  ///
  /// - Parameter memory: Requests after which a time of great need is forgotten.
  package init(memory: Int = 2048) { self.memory = memory }

  /// Memory of this size, uninitialised; it returns to the pool when nothing refers to it.
  package func makeStorage(byteCount: Int) -> ArrayStorage {
    guard byteCount >= Self.smallest else { return ArrayStorage(byteCount: byteCount) }
    let (kept, stale) = state.withLock { state in
      let block = state.free[byteCount]?.popLast()
      if block != nil { state.freeBytes -= byteCount }
      state.use(byteCount, memory)
      return (block, state.takeStale())
    }
    for block in stale { block.pointer.deallocate() }
    let block =
      kept ?? Block(pointer: .allocate(byteCount: byteCount, alignment: ArrayStorage.alignment))
    return ArrayStorage(pointer: block.pointer, byteCount: byteCount) { [self] in
      give(block, byteCount)
    }
  }

  private func give(_ block: Block, _ byteCount: Int) {
    let stale = state.withLock { state in
      var block = block
      block.time = state.returns
      state.returns += 1
      state.free[byteCount, default: []].append(block)
      state.freeBytes += byteCount
      state.usedBytes -= byteCount
      return state.takeStale()
    }
    for block in stale { block.pointer.deallocate() }
  }

  /// Bytes of free blocks.
  package var freeBytes: Int { state.withLock { $0.freeBytes } }

  deinit {
    state.withLock { state in
      for block in state.free.values.joined() { block.pointer.deallocate() }
    }
  }
}

extension BufferPool.State {
  /// Counts a block that is handed out.
  fileprivate mutating func use(_ byteCount: Int, _ memory: Int) {
    usedBytes += byteCount
    age += 1
    if age > memory { (earlierPeak, peak, age) = (peak, 0, 0) }
    peak = max(peak, usedBytes)
  }

  /// Takes out the free blocks beyond what was needed lately, those that were free longest first.
  fileprivate mutating func takeStale() -> [BufferPool.Block] {
    var stale: [BufferPool.Block] = []
    let bound = max(peak, earlierPeak)
    while usedBytes + freeBytes > bound {
      let oldest = free.min { a, b in
        (a.value.first?.time ?? .max) < (b.value.first?.time ?? .max)
      }
      guard let size = oldest?.key, let block = free[size]?.first else { break }
      free[size]?.removeFirst()
      if free[size]?.isEmpty == true { free[size] = nil }
      freeBytes -= size
      stale.append(block)
    }
    return stale
  }
}
