import GraphArrays
import GraphEngine
import Testing

@Suite("Memory that is kept for later runs")
struct BufferPoolTests {
  private let block = BufferPool.smallest

  @Test("is handed out again, the block that was given back last first")
  func reuse() {
    let pool = BufferPool()
    let address: UnsafeMutableRawPointer
    do {
      let storage = pool.makeStorage(byteCount: block)
      address = storage.pointer
    }
    #expect(pool.freeBytes == block)
    #expect(pool.makeStorage(byteCount: block).pointer == address)
  }

  @Test("never exceeds, with what is in use, the most that was in use at one time")
  func bound() {
    let pool = BufferPool()
    for size in 1...20 {
      // Each size is needed once: only the last few fit beside what is in use.
      let held = pool.makeStorage(byteCount: size * block)
      #expect(pool.freeBytes + held.byteCount <= size * block)
    }
    #expect(pool.freeBytes == 20 * block)
  }

  @Test("loses what was free longest")
  func oldest() {
    let pool = BufferPool()
    var first: ArrayStorage? = pool.makeStorage(byteCount: 4 * block)
    var second: ArrayStorage? = pool.makeStorage(byteCount: 2 * block)
    #expect(first != nil && second != nil)
    first = nil
    second = nil
    #expect(pool.freeBytes == 6 * block)
    let third = pool.makeStorage(byteCount: 3 * block)
    #expect(pool.freeBytes == 2 * block, "the block of 4 went, that of 2 stays")
    #expect(third.byteCount == 3 * block)
  }

  @Test("is given up when the need for it is long past")
  func forgetting() {
    let pool = BufferPool(memory: 10)
    do {
      let large = pool.makeStorage(byteCount: 100 * block)
      #expect(large.byteCount == 100 * block)
    }
    #expect(pool.freeBytes == 100 * block)
    for _ in 0..<25 { _ = pool.makeStorage(byteCount: block) }
    #expect(pool.freeBytes == block)
  }

  @Test("is not touched by small arrays")
  func small() {
    let pool = BufferPool()
    _ = pool.makeStorage(byteCount: BufferPool.smallest - 1)
    #expect(pool.freeBytes == 0)
  }
}
