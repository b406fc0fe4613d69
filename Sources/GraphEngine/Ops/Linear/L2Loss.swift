internal import GraphArrays
internal import CKernels
internal import GraphKernels

/// Half the sum of the squares, `sum(x²) / 2`, a scalar. TF: `tf.nn.l2_loss`.
public func l2Loss(_ x: Tensor, name: String? = nil) -> Tensor {
  x.graph.tensor(L2Loss(), [x], name: name)
}

/// Half the sum of the squares of all elements. TF: `L2Loss`.
package struct L2Loss: OpDefinition {
  package init() {}
  package var name: String { "L2Loss" }

  package func infer(_ context: InferenceContext) throws(GraphError) -> [TensorType] {
    try context.expect(count: 1)
    try context.expect(0, isOneOf: [.float32, .float64])
    return [TensorType(context.dtype(), [])]
  }

  /// Elements that are squared and summed at a time, in memory on the stack.
  private static let chunk = 2048

  package func kernel(_ request: KernelRequest) throws(GraphError) -> Kernel {
    switch request.dtype {
    case .float32: try kernel(request, Float.self)
    case .float64: try kernel(request, Double.self)
    default: throw request.unsupported(name)
    }
  }

  /// Sums of chunks are added in double precision.
  private func kernel<Scalar: BinaryFloatingPoint & Sendable>(
    _ request: KernelRequest, _ scalar: Scalar.Type
  ) throws(GraphError) -> Kernel {
    let table = KernelTable.best.pointee
    guard let type = request.dtype.kernelType, let square = table.square[type],
      let sum = table.sum[type]
    else { throw request.unsupported(name) }
    let count = request.inputCount()
    return Kernel(flops: 2 * Double(count)) { arguments, _ throws(RunFailure) in
      let x = arguments.input(0, as: Scalar.self)
      var total = 0.0
      withUnsafeTemporaryAllocation(of: Scalar.self, capacity: Self.chunk + 1) { squares in
        guard let squares = squares.baseAddress else { return }
        let result = squares + Self.chunk
        for start in stride(from: 0, to: count, by: Self.chunk) {
          let length = min(Self.chunk, count - start)
          square(squares, x + start, length)
          sum(result, squares, 0, 1, length, 1)
          total += Double(result.pointee)
        }
      }
      arguments.output(0, as: Scalar.self).pointee = Scalar(total / 2)
    }
  }

  package func gradient(_ context: GradientContext) throws(GraphError) -> [Tensor?] {
    [context.input() * context.dy()]
  }
}
