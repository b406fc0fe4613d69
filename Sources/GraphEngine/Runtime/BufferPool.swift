package import GraphArrays
internal import Synchronization

/// Memory of results that are no longer held, kept for the next run.
///
/// Large blocks that `malloc` gives back to the system cost a page fault for each 4 KiB when they
/// are used again; a training step makes a new value of every variable.
package final class BufferPool: Sendable {
  /// The pool of all sessions of the process.
  package static let shared = BufferPool()

  /// Blocks smaller than this are left to `malloc`.
  static let smallest = 32_768
  /// Bytes that are kept at most.
  private let limit: Int

  /// Free blocks by size.
  private struct State {
    var free: [Int: [Block]] = [:]
    var bytes = 0
  }

  /// The start of a free block.
  ///
  /// `@unchecked Sendable` because whoever holds it is the only one who knows the address.
  private struct Block: @unchecked Sendable {
    let pointer: UnsafeMutableRawPointer
  }

  private let state = Mutex(State())

  /// An empty pool that keeps at most `limit` bytes.
  package init(limit: Int = 1 << 30) { self.limit = limit }

  /// Memory of this size, uninitialised; it returns to the pool when nothing refers to it.
  package func makeStorage(byteCount: Int) -> ArrayStorage {
    guard byteCount >= Self.smallest else { return ArrayStorage(byteCount: byteCount) }
    let kept = state.withLock { state -> Block? in
      guard let block = state.free[byteCount]?.popLast() else { return nil }
      state.bytes -= byteCount
      return block
    }
    let block =
      kept
      ?? Block(
        pointer: .allocate(byteCount: byteCount, alignment: ArrayStorage.alignment))
    return ArrayStorage(pointer: block.pointer, byteCount: byteCount) { [self] in
      give(block, byteCount)
    }
  }

  private func give(_ block: Block, _ byteCount: Int) {
    let isKept = state.withLock { state in
      guard state.bytes + byteCount <= limit else { return false }
      state.free[byteCount, default: []].append(block)
      state.bytes += byteCount
      return true
    }
    if !isKept { block.pointer.deallocate() }
  }

  /// Bytes of free blocks.
  package var freeBytes: Int { state.withLock { $0.bytes } }

  deinit {
    state.withLock { state in
      for block in state.free.values.joined() { block.pointer.deallocate() }
    }
  }
}
