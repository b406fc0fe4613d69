package import GraphArrays
internal import CKernels
package import GraphKernels

/// An operation on each element by itself: one record of a table for each.
///
/// Name, loops and derivative stand side by side in `Unary.table`; the dtypes it takes are those
/// that there are loops for.
package struct Unary: ElementwiseDefinition {
  package let name: String
  /// The dtype of results; nil for that of the operand.
  let result: DType?
  @NotCompared var kernel: any KeyPath<sg_kernels, sg_unary> & Sendable
  @NotCompared var derivative: (@Sendable (UnaryPoint) -> Tensor?)?

  /// - Parameter derivative: The gradient of the operand; without it, it is an error to ask for it.
  init(
    _ name: String, _ kernel: any KeyPath<sg_kernels, sg_unary> & Sendable, to result: DType? = nil,
    _ derivative: (@Sendable (UnaryPoint) -> Tensor?)? = nil
  ) {
    self.name = name
    self.result = result
    _kernel = NotCompared(wrappedValue: kernel)
    _derivative = NotCompared(wrappedValue: derivative)
  }

  package func infer(_ context: InferenceContext) throws(GraphError) -> [TensorType] {
    try context.expect(count: 1)
    guard loop(context.dtype()) != nil else {
      throw GraphError(.invalidArgument, "\(name) does not take \(context.dtype())")
    }
    return [TensorType(result ?? context.dtype(), context.shape())]
  }

  package func fused(
    _ operands: [ElementwiseBuilder.Value], _ types: [DType], _ builder: inout ElementwiseBuilder
  ) -> ElementwiseBuilder.Value? {
    builder.unary(kernel, operands[0], to: result?.kernelType)
  }

  package func kernel(_ request: KernelRequest) throws(GraphError) -> Kernel {
    guard let loop = loop(request.dtype) else { throw request.unsupported(name) }
    return .unary(loop, request)
  }

  package var isElementwise: Bool { true }

  package func gradient(_ context: GradientContext) throws(GraphError) -> [Tensor?] {
    guard let derivative else { throw GraphError(.unimplemented, "\(name) has no gradient") }
    guard context.inputType().dtype.isFloating else { return [nil] }
    return [derivative(UnaryPoint(context: context))]
  }

  private func loop(_ dtype: DType) -> UnaryLoop? {
    dtype.kernelType.flatMap { KernelTable.best.pointee[keyPath: kernel][$0] }
  }
}

/// What a derivative is made from: operand, result and the gradient of the result.
///
/// Each is read where it is named: a value that a derivative does not name is not kept for it.
struct UnaryPoint {
  let context: GradientContext

  var x: Tensor { context.input() }
  var y: Tensor { context.output() }
  var dy: Tensor { context.dy() }
  /// Zeros of the operand's shape.
  var zeros: Tensor { context.values.zeros(of: context.operation.inputs[0]) }
}

extension Unary {
  /// The record of an operation of the table.
  static subscript(_ name: String) -> Unary {
    guard let record = byName[name] else { preconditionFailure("no unary operation \(name)") }
    return record
  }

  private static let byName = Dictionary(
    table.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
}

/// The unary operation of this name, applied to `x`.
func unary(_ operation: String, _ x: Tensor, _ name: String? = nil) -> Tensor {
  x.graph.tensor(Unary[operation], [x], name: name)
}
