internal import CKernels

/// Memory of the calling thread for what a kernel keeps while it runs, so that none allocates.
package enum ThreadScratch {
  /// The most bytes that a thread keeps.
  package static let byteCount = Int(SG_SCRATCH_BYTES)

  /// The bytes that a thread takes for a kernel which needs `count`.
  package static func size(for count: Int) -> Int {
    count <= byteCount ? sg_thread_scratch_size(count) : count
  }

  /// Calls `body` with at least `count` bytes that are aligned to 64; their contents are nothing.
  ///
  /// More than `byteCount` are allocated. Not to be nested: `body` runs no other kernel.
  @inline(__always)
  package static func with(_ count: Int, _ body: (UnsafeMutableRawPointer) -> Void) {
    if count <= byteCount, let memory = sg_thread_scratch(count) { return body(memory) }
    let memory = UnsafeMutableRawPointer.allocate(byteCount: count, alignment: 64)
    body(memory)
    memory.deallocate()
  }
}
