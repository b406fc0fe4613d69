internal import GraphArrays
internal import GraphKernels

/// Running sums along `axis`: `[a, b, c]` gives `[a, a + b, a + b + c]`. TF: `tf.cumsum`.
///
/// - Parameters:
///   - exclusive: Whether an element is the sum of those before it only: `[0, a, a + b]`.
///   - reverse: Whether sums run from the end: `[a + b + c, b + c, c]`.
public func cumsum(
  _ x: Tensor, axis: Int = 0, exclusive: Bool = false, reverse: Bool = false, name: String? = nil
) -> Tensor {
  cumulative(Cumulative(.sum, exclusive: exclusive, reverse: reverse), x, axis, name)
}

/// Running products along `axis`: `[a, b, c]` gives `[a, a b, a b c]`. TF: `tf.cumprod`.
///
/// - Parameters:
///   - exclusive: Whether an element is the product of those before it only: `[1, a, a b]`.
///   - reverse: Whether products run from the end: `[a b c, b c, c]`.
public func cumprod(
  _ x: Tensor, axis: Int = 0, exclusive: Bool = false, reverse: Bool = false, name: String? = nil
) -> Tensor {
  cumulative(Cumulative(.product, exclusive: exclusive, reverse: reverse), x, axis, name)
}

private func cumulative(
  _ definition: Cumulative, _ x: Tensor, _ axis: Int, _ name: String?
) -> Tensor {
  guard x.isValid else { return x }
  let axis = x.graph.constant(axis, name: "\(name ?? definition.name)/axis")
  return x.graph.tensor(definition, [x, axis], name: name)
}

/// Running totals along an axis. TF: `Cumsum`, `Cumprod`.
package struct Cumulative: OpDefinition {
  package enum Total: Sendable, Hashable {
    case sum
    case product
  }

  package let total: Total
  package let exclusive: Bool
  package let reverse: Bool

  package init(_ total: Total, exclusive: Bool = false, reverse: Bool = false) {
    self.total = total
    self.exclusive = exclusive
    self.reverse = reverse
  }

  package var name: String { total == .sum ? "Cumsum" : "Cumprod" }
  package static let attributes = [
    Attribute("exclusive", \Cumulative.exclusive), Attribute("reverse", \.reverse),
  ]
  package var specializedInputs: [Int] { [1] }

  package func infer(_ context: InferenceContext) throws(GraphError) -> [TensorType] {
    try context.expect(count: 2)
    try context.expect(0, isOneOf: [.float32, .float64, .int32, .int64, .uint8])
    try context.expect(1, isOneOf: [.int32, .int64])
    try context.expect(1, rank: 0)
    if let rank = context.shape().rank, let axis = context.integer(1) {
      guard axis >= -rank, axis < rank else {
        throw GraphError(
          .invalidArgument,
          "ScanOp: Expected scan axis in the range [\(-rank), \(rank)), but got \(axis)")
      }
    }
    return [context[0]]
  }

  package func kernel(_ request: KernelRequest) throws(GraphError) -> Kernel {
    switch request.dtype {
    case .float32: try floating(request, Float.self)
    case .float64: try floating(request, Double.self)
    case .int32: try integer(request, Int32.self)
    case .int64: try integer(request, Int64.self)
    case .uint8: try integer(request, UInt8.self)
    default: throw request.unsupported(name)
    }
  }

  private func floating<Scalar: BinaryFloatingPoint & Sendable>(
    _ request: KernelRequest, _ type: Scalar.Type
  ) throws(GraphError) -> Kernel {
    let (n, inner) = try extents(request)
    let (isSum, exclusive, reverse) = (total == .sum, exclusive, reverse)
    return blocks(request, n * inner) { arguments, rows throws(RunFailure) in
      let (out, x) = (arguments.output(0, as: Scalar.self), arguments.input(0, as: Scalar.self))
      if isSum {
        Sequences.accumulate(
          out: out, x: x, outer: rows, n: n, inner: inner, initial: 0, exclusive: exclusive,
          reverse: reverse
        ) { $0 + $1 }
      } else {
        Sequences.accumulate(
          out: out, x: x, outer: rows, n: n, inner: inner, initial: 1, exclusive: exclusive,
          reverse: reverse
        ) { $0 * $1 }
      }
    }
  }

  private func integer<Scalar: FixedWidthInteger & Sendable>(
    _ request: KernelRequest, _ type: Scalar.Type
  ) throws(GraphError) -> Kernel {
    let (n, inner) = try extents(request)
    let (isSum, exclusive, reverse) = (total == .sum, exclusive, reverse)
    return blocks(request, n * inner) { arguments, rows throws(RunFailure) in
      let (out, x) = (arguments.output(0, as: Scalar.self), arguments.input(0, as: Scalar.self))
      if isSum {
        Sequences.accumulate(
          out: out, x: x, outer: rows, n: n, inner: inner, initial: 0, exclusive: exclusive,
          reverse: reverse
        ) { $0 &+ $1 }
      } else {
        Sequences.accumulate(
          out: out, x: x, outer: rows, n: n, inner: inner, initial: 1, exclusive: exclusive,
          reverse: reverse
        ) { $0 &* $1 }
      }
    }
  }

  /// The extent of the axis, and the product of those after it.
  private func extents(_ request: KernelRequest) throws(GraphError) -> (n: Int, inner: Int) {
    let shape = request.inputShape()
    let axis = try InferenceContext.axis(try request.integers(1)[0], rank: shape.count)
    return (shape[axis], shape[(axis + 1)...].reduce(1, *))
  }

  /// Blocks of whole indices of the axes before, each of which has `area` elements.
  private func blocks(
    _ request: KernelRequest, _ area: Int,
    _ body: @escaping @Sendable (Arguments, Range<Int>) throws(RunFailure) -> Void
  ) -> Kernel {
    let outer = area == 0 ? 0 : request.inputCount() / area
    let rows = max(1, Kernel.blockSize / max(1, area))
    return Kernel(
      blocks: (outer + rows - 1) / rows, inPlace: [0], flops: Double(request.inputCount())
    ) { arguments, block throws(RunFailure) in
      let first = min(outer, block * rows)
      try body(arguments, first..<min(outer, first + rows))
    }
  }

  package func overTime(_ all: inout AllTurns) throws(GraphError) -> [Value]? {
    guard all.isStacked(0), let axis = all.axis(1, rank: all.rank(0)) else { return nil }
    return [try all.emit(self, [all.operands[0].value, all.integer(axis)])]
  }

  package func gradient(_ context: GradientContext) throws(GraphError) -> [Tensor?] {
    guard context.inputType().dtype.isFloating else { return [nil, nil] }
    let (graph, axis) = (context.operation.graph, context.input(1))
    let sums = Cumulative(.sum, exclusive: exclusive, reverse: !reverse)
    switch total {
    case .sum:
      return [graph.tensor(sums, [context.dy(), axis]), nil]
    case .product:
      let weighted = graph.tensor(sums, [context.output() * context.dy(), axis])
      return [weighted / context.input(0), nil]
    }
  }
}
