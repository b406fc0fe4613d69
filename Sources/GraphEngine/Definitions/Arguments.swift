package import GraphArrays

/// Where a kernel finds its operands and results: one slot for each operand, then one for each
/// result.
///
/// Unsafe because kernels are C loops over raw memory. The runtime guarantees that every pointer
/// is valid, 64-byte aligned and as long as the type says while a block runs, and that no other
/// step writes to it. `@unchecked Sendable` because blocks of one step that run on several workers
/// write to different elements, and only kernels of one block change objects and shapes.
package struct Arguments: @unchecked Sendable {
  /// Raw memory of each slot of the frame.
  package let pointers: UnsafeMutablePointer<UnsafeMutableRawPointer>
  /// The object in each slot of the frame: lists, strings, owners of memory.
  package let objects: UnsafeMutablePointer<AnyObject?>
  /// The extents of each slot whose kernel binds it.
  package let shapes: UnsafeMutablePointer<[Int]>
  /// Slots of the operands, then of the results.
  package let slots: UnsafePointer<Int32>
  package let inputCount: Int
  /// The run that the block belongs to: log, memory, cancellation.
  ///
  /// Unowned because the run outlives its blocks, and a count on every block would cost more than
  /// a small block itself.
  package unowned(unsafe) let run: RunState
  /// The first counter of the operation's random stream that this execution may use.
  package var streamPosition: UInt64 = 0
  /// The number of the operation's random stream in its session.
  package var streamIndex: UInt64 = 0
  /// One bit for each operand that nothing reads after this execution.
  var lastUses: UInt64 = 0
  /// Whether blocks are run from the last to the first: in every second turn of a loop, so that a
  /// turn begins with what the one before read last. Weights that are larger than a cache are then
  /// found there in part; read in one direction only, each block would drive out the next.
  package var isDescending = false

  @inline(__always)
  package init(
    pointers: UnsafeMutablePointer<UnsafeMutableRawPointer>,
    objects: UnsafeMutablePointer<AnyObject?>, shapes: UnsafeMutablePointer<[Int]>,
    slots: UnsafePointer<Int32>, inputCount: Int, run: RunState
  ) {
    self.pointers = pointers
    self.objects = objects
    self.shapes = shapes
    self.slots = slots
    self.inputCount = inputCount
    self.run = run
  }

  /// The first byte of an operand.
  @inline(__always)
  package func input(_ index: Int) -> UnsafeRawPointer {
    UnsafeRawPointer(pointers[Int(slots[index])])
  }
  /// The first element of an operand.
  @inline(__always)
  package func input<T>(_ index: Int, as type: T.Type) -> UnsafePointer<T> {
    UnsafePointer(pointers[Int(slots[index])].assumingMemoryBound(to: type))
  }
  /// The first byte of a result.
  @inline(__always)
  package func output(_ index: Int = 0) -> UnsafeMutableRawPointer {
    pointers[Int(slots[inputCount + index])]
  }
  /// The first element of a result.
  @inline(__always)
  package func output<T>(_ index: Int, as type: T.Type) -> UnsafeMutablePointer<T> {
    pointers[Int(slots[inputCount + index])].assumingMemoryBound(to: type)
  }

  /// Lets a result that nobody gave memory be what lies at `place`.
  func place(output index: Int = 0, at place: UnsafeRawPointer) {
    pointers[Int(slots[inputCount + index])] = UnsafeMutableRawPointer(mutating: place)
  }

  // MARK: Objects

  /// The object in an operand's slot: a `TensorList`, or the `ArrayStorage` of strings.
  package func object(_ index: Int) -> AnyObject? { objects[Int(slots[index])] }

  /// The object in an operand's slot, which is the caller's alone if nothing else reads or holds
  /// it: `isKnownUniquelyReferenced` tells, and then it may be changed in place.
  package func takeObject(_ index: Int) -> AnyObject? {
    let slot = Int(slots[index])
    guard lastUses >> UInt64(index) & 1 == 1 else { return objects[slot] }
    return objects[slot].take()
  }

  /// The owner of the memory of an operand that `Kernel.retainedInputs` names.
  package func storage(_ index: Int) -> ArrayStorage? {
    objects[Int(slots[index])] as? ArrayStorage
  }

  /// Puts an object into a result's slot.
  package func setObject(_ object: AnyObject?, output index: Int = 0) {
    objects[Int(slots[inputCount + index])] = object
  }

  /// Makes `storage` the memory of a result, with these extents. For kernels that bind outputs.
  package func bind(output index: Int = 0, storage: ArrayStorage, shape: [Int]) {
    let slot = Int(slots[inputCount + index])
    pointers[slot] = storage.pointer
    objects[slot] = storage
    shapes[slot] = shape
  }

  /// New memory for a result with these extents, uninitialised. For kernels that bind outputs.
  package func makeOutput(_ index: Int = 0, byteCount: Int, shape: [Int]) -> UnsafeMutableRawPointer
  {
    let storage = run.makeStorage(byteCount: byteCount)
    bind(output: index, storage: storage, shape: shape)
    return storage.pointer
  }
}
