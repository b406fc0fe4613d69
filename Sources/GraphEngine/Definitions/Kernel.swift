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
  package typealias Body =
    @Sendable (_ arguments: Arguments, _ block: Int) throws(RunFailure) -> Void

  /// How many blocks there are; at least 1.
  package var blocks: Int
  /// Positions of operands whose memory the (first) output may take over: the kernel reads each
  /// element of them before it writes the element at the same place, and nothing else of them.
  package var inPlaceInputs: [Int]
  /// Floating-point operations of all blocks, for plans and for the decision to wake workers.
  package var flops: Double
  /// Positions of operands that a result may refer to after the execution (items of lists, slices
  /// without a copy): each of them has a storage of its own, which `Arguments.storage` gives.
  package var retainedInputs: [Int]
  /// Whether the body gives every result its memory, with `Arguments.bind` or `setObject`, instead
  /// of filling memory that the plan laid out. Such a kernel has one block.
  package var bindsOutputs: Bool
  /// 128-bit counters of its random stream that one execution uses up; 0 for what draws nothing.
  package var streamDraws: UInt64
  /// Whether the only result is operand 0 bit for bit, under another shape or name: plans let both
  /// share their memory, and execute nothing.
  package var isAlias = false
  /// Where the only result lies in operand 0 as it is, in bytes from its start: plans that can keep
  /// the operand's memory as long let the result be this part of it, and copy nothing. A multiple
  /// of the alignment that kernels are promised.
  package var viewOffset: Int?
  /// Bytes of `ThreadScratch` that a block needs at most, for the plan's own figure of memory.
  package var scratchByteCount: Int
  package let body: Body

  package init(
    blocks: Int = 1, inPlace inPlaceInputs: [Int] = [], flops: Double = 0,
    retains retainedInputs: [Int] = [], bindsOutputs: Bool = false, streamDraws: UInt64 = 0,
    scratch scratchByteCount: Int = 0, _ body: @escaping Body
  ) {
    self.blocks = max(1, blocks)
    self.inPlaceInputs = inPlaceInputs
    self.flops = flops
    self.retainedInputs = retainedInputs
    self.bindsOutputs = bindsOutputs
    self.streamDraws = streamDraws
    self.scratchByteCount = scratchByteCount
    self.body = body
  }

  /// A kernel that does nothing.
  package static let nothing = Kernel { _, _ throws(RunFailure) in }

  /// Elements that one block of an elementwise kernel has: 64 Ki.
  package static let blockSize = 65_536

  /// A kernel over `count` independent elements, cut into blocks of `blockSize`.
  package static func elementwise(
    count: Int, inPlace: [Int] = [], flopsPerElement: Double = 1, blockSize: Int = blockSize,
    _ body:
      @escaping @Sendable (_ arguments: Arguments, _ range: Range<Int>) throws(RunFailure) ->
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

  /// A kernel that copies nothing: its only result becomes a part of its first operand's memory.
  static func part(at offset: Int) -> Kernel {
    Kernel { arguments, _ throws(RunFailure) in arguments.place(at: arguments.input(0) + offset) }
  }

  /// A kernel whose first output is its first operand, under another shape or name.
  package static func copy(byteCount: Int) -> Kernel {
    var kernel = Kernel(inPlace: [0]) { arguments, _ throws(RunFailure) in
      let source = arguments.input(0)
      let target = arguments.output(0)
      if source != UnsafeRawPointer(target) {
        target.copyMemory(from: source, byteCount: byteCount)
      }
    }
    kernel.isAlias = true
    return kernel
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
