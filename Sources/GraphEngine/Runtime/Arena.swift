internal import Glibc

/// The memory of a frame: one block, aligned to cache lines; to huge pages where it is large.
///
/// `@unchecked Sendable` because it only hands out its address: the plan's layout and dependencies
/// decide who writes where and when.
final class Arena: @unchecked Sendable {
  /// Valid as long as this object lives.
  let pointer: UnsafeMutableRawPointer
  private static let hugePage = 1 << 21

  init(byteCount: Int) {
    let isLarge = byteCount >= 2 * Self.hugePage
    let size = isLarge ? (byteCount + Self.hugePage - 1) / Self.hugePage * Self.hugePage : byteCount
    pointer = .allocate(
      byteCount: max(size, MemoryPlanner.alignment),
      alignment: isLarge ? Self.hugePage : MemoryPlanner.alignment)
    // One entry of the TLB for 2 MiB instead of 512; a refusal only costs speed.
    if isLarge { madvise(pointer, size, MADV_HUGEPAGE) }
  }

  deinit { pointer.deallocate() }
}
