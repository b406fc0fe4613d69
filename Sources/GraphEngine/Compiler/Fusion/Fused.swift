internal import GraphArrays

/// Elementwise operations that are executed together, over one pass of memory. The compiler's own
/// operation, which no graph contains.
///
///     Fused(x, y...) {
///       a, b = Split(x)
///       c = Sigmoid(a)
///       d = Mul(c, y)
///       return d
///     }
///
/// All elementwise operations of the body have results of one shape, the group's domain. Parts of
/// operands along the last axis (Split, Slice) and wholes made of results along it (ConcatV2) are
/// views: nothing is copied.
package struct Fused: OpDefinition {
  /// The operations; its parameters are the operands in order.
  package let body: Program

  package init(_ body: Program) { self.body = body }

  package var name: String { "Fused" }
  package var outputCount: Int { body.results.count }

  package static func == (a: Fused, b: Fused) -> Bool { a.body.results == b.body.results }
  package func hash(into hasher: inout Hasher) { hasher.combine(body.results) }

  package func infer(_ context: InferenceContext) throws(GraphError) -> [TensorType] {
    try context.expect(count: body.parameters.count)
    let body = try retyped(context.types)
    return body.results.map { body.type($0) }
  }

  package func kernel(_ request: KernelRequest) throws(GraphError) -> Kernel {
    try FusedKernel(try retyped(request.inputs), request).kernel()
  }

  /// The body for operands of these types.
  private func retyped(_ types: [TensorType]) throws(GraphError) -> Program {
    let positions = Dictionary(
      zip(body.parameters.map(\.value), types), uniquingKeysWith: { first, _ in first })
    return try body.retyped { positions[$0] ?? body.type($0) }
  }
}
