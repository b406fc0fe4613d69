internal import GraphArrays
internal import GraphKernels

/// One strided copy of a kernel: from which operand to which result.
struct PlannedCopy: Sendable {
  let copy: StridedCopy
  let input: Int
  let output: Int
  let byteCount: Int

  init(_ copy: StridedCopy, input: Int = 0, output: Int = 0, byteCount: Int) {
    self.copy = copy
    self.input = input
    self.output = output
    self.byteCount = byteCount
  }
}

extension Kernel {
  /// Bytes that one block of copies moves: some 30 us.
  static let copyBlockSize = 262_144

  /// A kernel that makes copies, which must not write the same element twice.
  static func copies(_ copies: [PlannedCopy]) -> Kernel {
    struct Part: Sendable {
      let copy: PlannedCopy
      let units: Range<Int>
    }
    var blocks: [[Part]] = []
    var rest = 0
    for copy in copies where copy.copy.unitCount > 0 {
      let unitBytes = max(1, copy.byteCount / copy.copy.unitCount)
      var start = 0
      while start < copy.copy.unitCount {
        if rest <= 0 {
          blocks.append([])
          rest = copyBlockSize
        }
        let units = min(copy.copy.unitCount - start, max(1, rest / unitBytes))
        blocks[blocks.count - 1].append(Part(copy: copy, units: start..<start + units))
        rest -= units * unitBytes
        start += units
      }
    }
    let parts = blocks
    return Kernel(blocks: parts.count) { arguments, block throws(RunFailure) in
      guard block < parts.count else { return }
      for part in parts[block] {
        part.copy.copy.run(
          units: part.units, out: arguments.output(part.copy.output),
          x: arguments.input(part.copy.input))
      }
    }
  }

  /// A kernel that copies one view of its first operand to its whole first result.
  static func view(
    _ request: KernelRequest, strides: [Int], shape: [Int]? = nil, offset: Int = 0
  ) -> Kernel {
    let shape = shape ?? request.outputShape()
    let size = request.outputs[0].dtype.byteSize
    let dense = StridedCopy.denseStrides(of: shape)
    let copy = StridedCopy(
      shape: shape, outputStrides: dense, inputStrides: strides, inputOffset: offset,
      elementSize: size)
    var kernel = copies([PlannedCopy(copy, byteCount: request.outputCount() * size)])
    if shape.indices.allSatisfy({ shape[$0] == 1 || strides[$0] == dense[$0] }),
      (offset * size).isMultiple(of: ArrayStorage.alignment)
    {
      kernel.viewOffset = offset * size
    }
    return kernel
  }
}

/// Fills memory with one element.
///
/// - Parameters:
///   - value: An element of `size` bytes.
func fillElements(
  _ target: UnsafeMutableRawPointer, _ range: Range<Int>, with value: UnsafeRawPointer, size: Int
) {
  func fill<Bits: BitwiseCopyable>(as type: Bits.Type) {
    (target + range.lowerBound * size).assumingMemoryBound(to: type)
      .update(repeating: value.loadUnaligned(as: type), count: range.count)
  }
  switch size {
  case 1: fill(as: UInt8.self)
  case 4: fill(as: UInt32.self)
  default: fill(as: UInt64.self)
  }
}

/// Integers that a kernel reads from an int32 or int64 operand when it runs.
struct IntegerOperand: Sendable {
  let index: Int
  let isInt64: Bool

  init(_ index: Int, _ request: KernelRequest) {
    self.index = index
    isInt64 = request.inputs[index].dtype == .int64
  }

  @inline(__always)
  func value(_ arguments: Arguments, at position: Int = 0) -> Int {
    isInt64
      ? Int(arguments.input(index, as: Int64.self)[position])
      : Int(arguments.input(index, as: Int32.self)[position])
  }
}

extension KernelRequest {
  /// - Throws: `GraphError` where elements are not plain bytes: strings, lists.
  func requirePlainBytes(_ name: String) throws(GraphError) {
    guard outputs.allSatisfy({ $0.dtype.byteSize > 0 }) else { throw unsupported(name) }
  }
}
