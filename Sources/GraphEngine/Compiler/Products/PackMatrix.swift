internal import GraphArrays
internal import GraphKernels

/// A matrix in the layout that products with few rows read fastest. The compiler's own operation,
/// which no graph contains.
///
///     PackMatrix(w [k, n], or [n, k] where transposed)  ->  [elements of the packed form]
package struct PackMatrix: OpDefinition {
  /// Whether the matrix is stored as `[n, k]`.
  package let isTransposed: Bool

  package init(isTransposed: Bool) { self.isTransposed = isTransposed }

  package var name: String { "PackMatrix" }
  package static let attributes = [Attribute(derived: "transposed", \PackMatrix.isTransposed)]

  package func infer(_ context: InferenceContext) throws(GraphError) -> [TensorType] {
    try context.expect(count: 1)
    try context.expect(0, isOneOf: MatMulAdd.dtypes)
    try context.expect(0, rank: 2)
    let dtype = context.dtype()
    guard let stored = context[0].extents else { return [TensorType(dtype, Shape(rank: 1))] }
    let (k, n) = isTransposed ? (stored[1], stored[0]) : (stored[0], stored[1])
    return [TensorType(dtype, exact: [Self.elementCount(dtype, k: k, n: n)])]
  }

  /// The elements of the packed form of `[k, n]`.
  static func elementCount(_ dtype: DType, k: Int, n: Int) -> Int {
    dtype == .float32
      ? PackedMatrix<Float>(k: k, n: n).elementCount : PackedMatrix<Double>(k: k, n: n).elementCount
  }

  package func kernel(_ request: KernelRequest) throws(GraphError) -> Kernel {
    switch request.dtype {
    case .float32: kernel(request, Float.self)
    case .float64: kernel(request, Double.self)
    default: throw request.unsupported(name)
    }
  }

  private func kernel<Scalar: ProductScalar>(
    _ request: KernelRequest, _ type: Scalar.Type
  ) -> Kernel {
    let stored = request.inputShape()
    let (k, n) = isTransposed ? (stored[1], stored[0]) : (stored[0], stored[1])
    let layout = PackedMatrix<Scalar>(k: k, n: n)
    // Some tens of microseconds a block.
    let panels = max(1, Kernel.blockSize / max(1, k * PackedMatrix<Scalar>.panelColumns))
    return .elementwise(
      count: layout.panelCount, flopsPerElement: 0, blockSize: panels
    ) { [isTransposed] arguments, range throws(RunFailure) in
      layout.pack(
        range, of: arguments.input(0, as: type), stride: stored[1], transposed: isTransposed,
        into: arguments.output(0, as: type))
    }
  }
}
