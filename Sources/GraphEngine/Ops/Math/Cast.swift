public import GraphArrays
internal import CKernels
package import GraphKernels

/// The elements in another dtype. TF: `tf.cast`.
///
/// Floating values are truncated towards zero; those that an integer cannot hold, and NaN, give its
/// least value, and uint8 takes the low byte. To bool: whether an element is not zero.
public func cast(_ x: Tensor, to dtype: DType, name: String? = nil) -> Tensor {
  guard x.isValid, x.dtype != dtype else { return x }
  return x.graph.tensor(Cast(dtype), [x], name: name)
}

/// A conversion of elements. TF: `Cast`.
package struct Cast: ElementwiseDefinition {
  /// The dtype of the result.
  package var dtype: DType

  package init(_ dtype: DType) { self.dtype = dtype }

  package var name: String { "Cast" }
  package static let attributes = [Attribute("DstT", \Cast.dtype)]

  package func infer(_ context: InferenceContext) throws(GraphError) -> [TensorType] {
    try context.expect(count: 1)
    guard context.dtype().byteSize > 0, dtype.byteSize > 0 else {
      throw GraphError(.invalidArgument, "\(context.dtype()) cannot be cast to \(dtype)")
    }
    return [TensorType(dtype, context.shape())]
  }

  package func knownElements(_ context: InferenceContext) -> [Int?]? {
    guard dtype == .int64 || context.dtype() == .int32 else { return nil }
    return context.integers(0)
  }

  package func forwardedInput(_ context: () -> InferenceContext, _ output: TensorType) -> Int? {
    context().dtype() == dtype ? 0 : nil
  }

  package func fused(
    _ operands: [ElementwiseBuilder.Value], _ types: [DType], _ builder: inout ElementwiseBuilder
  ) -> ElementwiseBuilder.Value? {
    dtype.kernelType.map { builder.cast(operands[0], to: $0) }
  }

  package func kernel(_ request: KernelRequest) throws(GraphError) -> Kernel {
    guard let from = request.dtype.kernelType, let to = dtype.kernelType else {
      throw request.unsupported(name)
    }
    return .unary(KernelTable.best.cast(from: from, to: to), request)
  }

  package var isElementwise: Bool { true }

  package func gradient(_ context: GradientContext) throws(GraphError) -> [Tensor?] {
    let source = context.inputType().dtype
    guard source.isFloating, dtype.isFloating else { return [nil] }
    return [cast(context.dy(), to: source)]
  }
}
