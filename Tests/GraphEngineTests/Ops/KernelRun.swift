import GraphArrays
import GraphEngine
import Testing

/// Executions of one operation's kernel by itself.
struct KernelRun {
  let definition: any OpDefinition
  let inputs: [NDArray]
  private let outputs: [TensorType]
  private let kernel: Kernel

  init(_ definition: any OpDefinition, _ inputs: [NDArray]) throws {
    self.definition = definition
    self.inputs = inputs
    let types = inputs.map { TensorType($0.dtype, exact: $0.shape) }
    outputs = try definition.infer(
      InferenceContext(types: types, known: inputs.map { .array($0) }))
    kernel = try definition.kernel(
      KernelRequest(inputs: types, outputs: outputs, values: inputs.map { $0 }))
  }

  /// Operands whose memory the first result may take over.
  var inPlaceInputs: [Int] { kernel.inPlaceInputs }
  var blocks: Int { kernel.blocks }
  /// Whether results are arrays in memory that the caller lays out.
  var fillsArrays: Bool { !kernel.bindsOutputs && outputs.allSatisfy(\.isExact) }

  /// The results, where blocks run in this order and the first result shares the memory of a copy
  /// of an operand.
  func results(blocks order: [Int]? = nil, inPlace: Int? = nil) throws -> [NDArray] {
    let operands = inputs.enumerated().map { $0 == inPlace ? $1.copied() : $1 }
    let results = outputs.enumerated().map { index, type in
      if index == 0, let inPlace {
        return NDArray(
          dtype: type.dtype, shape: type.extents ?? [], storage: operands[inPlace].storage)
      }
      return NDArray(dtype: type.dtype, shape: type.extents ?? [], zeroed: true)
    }
    var pointers = (operands + results).map(\.storage.pointer)
    var objects: [AnyObject?] = (operands + results).map(\.storage)
    var shapes = (operands + results).map(\.shape)
    let slots = (operands + results).indices.map(Int32.init)
    let state = RunState()
    try pointers.withUnsafeMutableBufferPointer { pointers in
      try objects.withUnsafeMutableBufferPointer { objects in
        try shapes.withUnsafeMutableBufferPointer { shapes in
          try slots.withUnsafeBufferPointer { slots in
            let arguments = Arguments(
              pointers: try #require(pointers.baseAddress),
              objects: try #require(objects.baseAddress),
              shapes: try #require(shapes.baseAddress), slots: try #require(slots.baseAddress),
              inputCount: operands.count, run: state)
            for block in order ?? Array(0..<kernel.blocks) { try kernel.body(arguments, block) }
          }
        }
      }
    }
    return results
  }
}

extension NDArray {
  /// The same elements in memory of their own.
  fileprivate func copied() -> NDArray {
    withUnsafeBytes { source in
      NDArray(dtype: dtype, shape: shape) { target in target.copyMemory(from: source) }
    }
  }

  /// Whether both have the same dtype, shape and bits.
  func hasSameBits(as other: NDArray) -> Bool { NDArrayIdentity(self) == NDArrayIdentity(other) }
}
