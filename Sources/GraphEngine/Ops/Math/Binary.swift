package import GraphArrays
internal import CKernels
package import GraphKernels

/// An operation on two elements, with NumPy's broadcasting: one record of a table for each.
package struct Binary: ElementwiseDefinition {
  /// What an operation refuses in an operand of an integer dtype when it runs.
  enum Refusal: Sendable, Hashable {
    case none
    case zeroDivisor
    case negativeExponent
  }

  package let name: String
  /// The dtype of results; nil for that of the operands.
  let result: DType?
  /// Whether operands are broadcast; else they have one shape.
  let broadcasts: Bool
  /// What the second operand may not hold where it is an integer.
  let refusal: Refusal
  @NotCompared var kernel: any KeyPath<sg_kernels, sg_binary> & Sendable
  @NotCompared var dx: Derivative?
  @NotCompared var dy: Derivative?

  /// The gradient of an operand, before it is summed over what the operand was broadcast along.
  typealias Derivative = @Sendable (BinaryPoint) -> Tensor?

  /// - Parameters:
  ///   - dx: The gradient of the first operand; without it, it is an error to ask for gradients.
  ///   - dy: The gradient of the second.
  init(
    _ name: String, _ kernel: any KeyPath<sg_kernels, sg_binary> & Sendable,
    to result: DType? = nil,
    broadcasts: Bool = true, refuses refusal: Refusal = .none, dx: Derivative? = nil,
    dy: Derivative? = nil
  ) {
    self.name = name
    self.result = result
    self.broadcasts = broadcasts
    self.refusal = refusal
    _kernel = NotCompared(wrappedValue: kernel)
    _dx = NotCompared(wrappedValue: dx)
    _dy = NotCompared(wrappedValue: dy)
  }

  package var effects: Effects { refusal == .none ? [] : .canFail }

  package func infer(_ context: InferenceContext) throws(GraphError) -> [TensorType] {
    try context.expect(count: 2)
    try context.expectSameDType()
    guard loop(context.dtype()) != nil else {
      let advice =
        name == "RealDiv" && context.dtype().isInteger
        ? "; use floorDiv, or cast to a floating dtype" : ""
      throw GraphError(.invalidArgument, "\(name) does not take \(context.dtype())\(advice)")
    }
    return [TensorType(result ?? context.dtype(), try resultShape(context))]
  }

  private func resultShape(_ context: InferenceContext) throws(GraphError) -> Shape {
    if broadcasts { return try InferenceContext.broadcast(context.shape(0), context.shape(1)) }
    guard let shape = context.shape(0).merged(with: context.shape(1)) else {
      throw GraphError(
        .invalidArgument, "shapes \(context.shape(0)) and \(context.shape(1)) differ")
    }
    return shape
  }

  /// What is broadcast to the other operand's shape need not be, as the operation does so itself.
  package func simplify(_ instruction: Instruction, _ rewriter: inout Rewriter) -> Bool {
    if broadcasts, refusal == .none {
      for position in 0...1 {
        guard
          let (_, operands) = rewriter.maker(instruction.inputs[position], as: BroadcastTo.self),
          let result = rewriter.extents(instruction.outputs[0]),
          rewriter.extents(instruction.inputs[1 - position]) == result
        else { continue }
        var inputs = instruction.inputs
        inputs[position] = operands[0]
        return rewriter.finish(self, inputs)
      }
    }
    return instruction.isSum && rewriter.simplifySum(instruction)
  }

  package func fused(
    _ operands: [ElementwiseBuilder.Value], _ types: [DType], _ builder: inout ElementwiseBuilder
  ) -> ElementwiseBuilder.Value? {
    // Divisors of integers are looked through first.
    guard refusal.search(types[1]) == nil else { return nil }
    return builder.binary(kernel, operands[0], operands[1], to: result?.kernelType)
  }

  package func kernel(_ request: KernelRequest) throws(GraphError) -> Kernel {
    guard let loop = loop(request.dtype) else { throw request.unsupported(name) }
    let kernel = try Kernel.binary(loop, request)
    guard request.outputCount() > 0, let find = refusal.search(request.dtype) else {
      return kernel
    }
    let count = request.inputCount(1)
    let size = request.dtype.byteSize
    let isBroadcast = request.inputShape(1) != request.outputShape()
    return .elementwise(
      count: request.outputCount(), inPlace: kernel.inPlaceInputs.filter { $0 == 0 }
    ) { [message = refusal.message] arguments, range throws(RunFailure) in
      let divisors = arguments.input(1)
      // A block looks through its own elements; all of them where one serves several blocks.
      let (start, length) = isBroadcast ? (0, count) : (range.lowerBound, range.count)
      if find(divisors + start * size, length) < length {
        let first = find(divisors, count)
        throw RunFailure(.invalidArgument, "\(message) (element \(first) of operand 1)")
      }
      try kernel.body(arguments, range.lowerBound / Kernel.blockSize)
    }
  }

  package var isElementwise: Bool { true }

  package func overTime(_ all: inout AllTurns) throws(GraphError) -> [Value]? {
    broadcasts ? try all.broadcast(self) : try all.elementwise(self)
  }

  package func gradient(_ context: GradientContext) throws(GraphError) -> [Tensor?] {
    guard let dx, let dy else { throw GraphError(.unimplemented, "\(name) has no gradient") }
    guard context.inputType().dtype.isFloating else { return [nil, nil] }
    let point = BinaryPoint(context: context)
    return [dx, dy].enumerated().map { index, derivative -> Tensor? in
      guard context.isNeeded[index], let gradient = derivative(point) else { return nil }
      return broadcasts ? context.unbroadcast(gradient, to: index) : gradient
    }
  }

  private func loop(_ dtype: DType) -> BinaryLoop? {
    dtype.kernelType.flatMap { KernelTable.best.pointee[keyPath: kernel][$0] }
  }
}

extension Binary.Refusal {
  /// TensorFlow's message.
  var message: String {
    switch self {
    case .none: ""
    case .zeroDivisor: "Integer division by zero"
    case .negativeExponent: "Integers to negative integer powers are not allowed"
    }
  }

  /// The position of the first element that is refused, or the count; nil where there can be none.
  func search(_ dtype: DType) -> (@Sendable (UnsafeRawPointer, Int) -> Int)? {
    switch (self, dtype) {
    case (.zeroDivisor, .int32):
      { sg_find_zero_i32($0.assumingMemoryBound(to: Int32.self), $1) }
    case (.zeroDivisor, .int64):
      { sg_find_zero_i64($0.assumingMemoryBound(to: Int64.self), $1) }
    case (.zeroDivisor, .uint8):
      { sg_find_zero_u8($0.assumingMemoryBound(to: UInt8.self), $1) }
    case (.negativeExponent, .int32):
      { sg_find_negative_i32($0.assumingMemoryBound(to: Int32.self), $1) }
    case (.negativeExponent, .int64):
      { sg_find_negative_i64($0.assumingMemoryBound(to: Int64.self), $1) }
    default: nil
    }
  }
}

/// What derivatives are made from: operands, result and the gradient of the result.
///
/// Each is read where it is named: a value that a derivative does not name is not kept for it.
struct BinaryPoint {
  let context: GradientContext

  var x: Tensor { context.input(0) }
  var y: Tensor { context.input(1) }
  var z: Tensor { context.output() }
  var dz: Tensor { context.dy() }
  /// Zeros of the first, or second, operand's shape.
  func zeros(_ index: Int) -> Tensor {
    context.values.zeros(of: context.operation.inputs[index])
  }
}

extension Binary {
  /// x + y, as `+` declares it.
  package static let add = Binary["AddV2"]
  /// x - y, as `-` declares it.
  package static let sub = Binary["Sub"]

  /// The record of an operation of the table.
  static subscript(_ name: String) -> Binary {
    guard let record = byName[name] else { preconditionFailure("no binary operation \(name)") }
    return record
  }

  private static let byName = Dictionary(
    table.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
}

/// The binary operation of this name, applied to two tensors.
func binary(
  _ operation: String, _ x: Tensor, _ y: Tensor, _ name: String? = nil,
  default defaultName: String? = nil
) -> Tensor {
  let graph = x.isValid ? x.graph : y.graph
  return graph.tensor(Binary[operation], [x, y], name: name, defaultName: defaultName)
}

/// The binary operation of this name, applied to a tensor and what becomes a constant like it.
func binary(
  _ operation: String, _ x: Tensor, _ y: some TensorConvertible, _ name: String? = nil
) -> Tensor {
  binary(operation, x, y.tensor(like: x), name)
}

/// The binary operation of this name, applied to a tensor and a number or array.
func binary(
  _ operation: String, _ x: Tensor, _ y: some NDArrayConvertible, default defaultName: String
) -> Tensor {
  guard x.isValid else { return x }
  let y = x.graph.constant(y, dtype: x.dtype)
  return binary(operation, x, y, nil, default: defaultName)
}

/// The binary operation of this name, applied to a number or array and a tensor.
func binary(
  _ operation: String, _ x: some NDArrayConvertible, _ y: Tensor, default defaultName: String
) -> Tensor {
  guard y.isValid else { return y }
  let x = y.graph.constant(x, dtype: y.dtype)
  return binary(operation, x, y, nil, default: defaultName)
}
