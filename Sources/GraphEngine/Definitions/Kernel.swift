package import GraphArrays

/// What an operation's `kernel` is told: exact types, and the values of its specialised operands.
package struct KernelRequest: Sendable {
  package let inputs: [TensorType]
  package let outputs: [TensorType]
  /// The values of the operands that are constant (always given for `specializedInputs`).
  package let values: [NDArray?]

  package init(inputs: [TensorType], outputs: [TensorType], values: [NDArray?]) {
    self.inputs = inputs
    self.outputs = outputs
    self.values = values
  }

  /// The extents of an operand. Types of a request are exact, but for lists and handles: `[]`.
  package func inputShape(_ index: Int = 0) -> [Int] { inputs[index].extents ?? [] }
  package func outputShape(_ index: Int = 0) -> [Int] { outputs[index].extents ?? [] }
  package func inputCount(_ index: Int = 0) -> Int { inputs[index].count ?? 0 }
  package func outputCount(_ index: Int = 0) -> Int { outputs[index].count ?? 0 }
  package var dtype: DType { inputs.first?.dtype ?? outputs[0].dtype }

  /// The elements of an integer operand that is constant.
  ///
  /// - Throws: `GraphError` where it is not.
  package func integers(_ index: Int) throws(GraphError) -> [Int] {
    guard let elements = values[index]?.integerElements else {
      throw GraphError(.invalidArgument, "the value of operand \(index) is not known")
    }
    return elements
  }

  /// The refusal of a dtype for which there is no kernel.
  package func unsupported(_ name: String) -> GraphError {
    let types = inputs.isEmpty ? outputs : inputs
    return GraphError(
      .unimplemented,
      "\(name) has no kernel for \(types.map(\.dtype.description).joined(separator: ", "))")
  }
}

/// The code of one operation for exact types: chosen when the plan is built, so that a run has no
/// switch over dtypes.
///
/// The work is cut into `blocks` by shape alone, never by the number of workers; each block writes
/// elements of its own in an order of its own, so the bits of a result depend on shapes only.
package struct Kernel: Sendable {
  /// Computes one block. Blocks of one execution may run at the same time, in any order.
  package typealias Body = @Sendable (_ arguments: Arguments, _ block: Int) throws(RunFailure) -> Void

  /// How many blocks there are; at least 1.
  package var blocks: Int
  /// Positions of operands whose memory the (first) output may take over: the kernel reads each
  /// element of them before it writes the element at the same place, and nothing else of them.
  package var inPlaceInputs: [Int]
  /// Floating-point operations of all blocks, for plans and for the decision to wake workers.
  package var flops: Double
  package let body: Body

  package init(
    blocks: Int = 1, inPlace inPlaceInputs: [Int] = [], flops: Double = 0,
    _ body: @escaping Body
  ) {
    self.blocks = max(1, blocks)
    self.inPlaceInputs = inPlaceInputs
    self.flops = flops
    self.body = body
  }

  /// Elements that one block of an elementwise kernel has: 64 Ki, some 30 us of light work.
  package static let blockSize = 65_536

  /// A kernel over `count` independent elements, cut into blocks of `blockSize`.
  package static func elementwise(
    count: Int, inPlace: [Int] = [], flopsPerElement: Double = 1, blockSize: Int = blockSize,
    _ body: @escaping @Sendable (_ arguments: Arguments, _ range: Range<Int>) throws(RunFailure) ->
      Void
  ) -> Kernel {
    let blocks = max(1, (count + blockSize - 1) / blockSize)
    return Kernel(
      blocks: blocks, inPlace: inPlace, flops: Double(count) * flopsPerElement
    ) { arguments, block throws(RunFailure) in
      let start = block * blockSize
      try body(arguments, start..<min(count, start + blockSize))
    }
  }

  /// A kernel whose first output is its first operand, under another shape or name.
  package static func copy(byteCount: Int) -> Kernel {
    Kernel(inPlace: [0]) { arguments, _ throws(RunFailure) in
      let source = arguments.input(0)
      let target = arguments.output(0)
      if source != UnsafeRawPointer(target) { target.copyMemory(from: source, byteCount: byteCount) }
    }
  }
}

/// Where a kernel finds its operands and results: one slot for each operand, then one for each
/// result.
///
/// Unsafe because kernels are C loops over raw memory. The runtime guarantees that every pointer
/// is valid, 64-byte aligned and as long as the type says while a block runs, and that no other
/// step writes to it.
package struct Arguments: @unchecked Sendable {
  /// Raw memory of each slot of the frame.
  package let pointers: UnsafeMutablePointer<UnsafeMutableRawPointer>
  /// The object in each slot of the frame: lists, strings, owners of memory.
  package let objects: UnsafeMutablePointer<AnyObject?>
  /// Slots of the operands, then of the results.
  package let slots: UnsafePointer<Int32>
  package let inputCount: Int
  /// The run that the block belongs to: log, random streams, cancellation.
  package unowned(unsafe) let run: RunState

  @inline(__always)
  package init(
    pointers: UnsafeMutablePointer<UnsafeMutableRawPointer>,
    objects: UnsafeMutablePointer<AnyObject?>, slots: UnsafePointer<Int32>, inputCount: Int,
    run: RunState
  ) {
    self.pointers = pointers
    self.objects = objects
    self.slots = slots
    self.inputCount = inputCount
    self.run = run
  }

  @inline(__always)
  package func input(_ index: Int) -> UnsafeRawPointer {
    UnsafeRawPointer(pointers[Int(slots[index])])
  }
  @inline(__always)
  package func input<T>(_ index: Int, as type: T.Type) -> UnsafePointer<T> {
    UnsafePointer(pointers[Int(slots[index])].assumingMemoryBound(to: type))
  }
  @inline(__always)
  package func output(_ index: Int = 0) -> UnsafeMutableRawPointer {
    pointers[Int(slots[inputCount + index])]
  }
  @inline(__always)
  package func output<T>(_ index: Int, as type: T.Type) -> UnsafeMutablePointer<T> {
    pointers[Int(slots[inputCount + index])].assumingMemoryBound(to: type)
  }
  /// The object in an operand's slot: a `TensorList`, or the `ArrayStorage` of strings.
  package func object(_ index: Int) -> AnyObject? { objects[Int(slots[index])] }
  /// Puts an object into a result's slot.
  package func setObject(_ object: AnyObject?, output index: Int = 0) {
    objects[Int(slots[inputCount + index])] = object
  }
}

/// Why an execution of a kernel failed: a label or an index out of range, a division by zero.
///
/// The runtime adds the operation and the user's line.
package struct RunFailure: Error, Sendable {
  package let code: SessionError.Code
  package let message: String

  package init(_ code: SessionError.Code = .invalidArgument, _ message: String) {
    self.code = code
    self.message = message
  }
}
