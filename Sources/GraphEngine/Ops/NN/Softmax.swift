internal import GraphArrays
internal import CKernels
internal import GraphKernels

/// `exp(x) / sum(exp(x))` along `axis`. TF: `tf.nn.softmax`.
///
/// The maximum is subtracted first, so large numbers do no harm; all -infinity gives NaN.
public func softmax(_ x: Tensor, axis: Int = -1, name: String? = nil) -> Tensor {
  alongLastAxis(x, axis, name, SoftmaxRows(isLogarithm: false))
}

/// `x - log(sum(exp(x)))` along `axis`: the logarithm of `softmax`. TF: `tf.nn.log_softmax`.
public func logSoftmax(_ x: Tensor, axis: Int = -1, name: String? = nil) -> Tensor {
  alongLastAxis(x, axis, name, SoftmaxRows(isLogarithm: true))
}

/// Applies a definition that works on the last axis along another one.
private func alongLastAxis(
  _ x: Tensor, _ axis: Int, _ name: String?, _ definition: SoftmaxRows
) -> Tensor {
  guard x.isValid else { return x }
  guard axis != -1, x.shape.rank.map({ axis != $0 - 1 }) ?? true else {
    return x.graph.tensor(definition, [x], name: name)
  }
  guard let rank = x.shape.rank, axis >= -rank, axis < rank else {
    x.graph.record(
      GraphError(.invalidArgument, "axis \(axis) is out of range for \(x.type)"),
      definition.name, name ?? definition.name)
    return .invalid(in: x.graph)
  }
  var order = Array(0..<rank)
  order.swapAt(axis < 0 ? axis + rank : axis, rank - 1)
  let permuted = transpose(x, permutation: order)
  let result = x.graph.tensor(definition, [permuted])
  return transpose(result, permutation: order, name: name ?? definition.name)
}

/// Softmax, or its logarithm, of rows `[..., classes]`. TF: `Softmax`, `LogSoftmax`.
package struct SoftmaxRows: OpDefinition {
  package let isLogarithm: Bool

  package init(isLogarithm: Bool) { self.isLogarithm = isLogarithm }

  package var name: String { isLogarithm ? "LogSoftmax" : "Softmax" }

  package func infer(_ context: InferenceContext) throws(GraphError) -> [TensorType] {
    try context.expect(count: 1)
    try context.expect(0, isOneOf: [.float32, .float64])
    guard context.shape().rank != 0 else {
      throw GraphError(.invalidArgument, "a scalar has no axis to work along")
    }
    return [context[0]]
  }

  package func rowAxes(_ context: RowContext) throws(RowRefusal) -> [Int?] {
    guard context.axes[0] != context.inputShape(0).count - 1 else {
      throw RowRefusal("it sums over rows", operand: 0)
    }
    return context.axes
  }

  package func kernel(_ request: KernelRequest) throws(GraphError) -> Kernel {
    let table = KernelTable.best.pointee
    let loops = isLogarithm ? table.log_softmax : table.softmax
    let loop = request.dtype == .float32 ? loops.f32 : loops.f64
    let size = request.dtype.byteSize
    return .rows(request.inputShape(), inPlace: [0]) {
      arguments, rows, columns throws(RunFailure) in
      let start = rows.lowerBound * columns * size
      loop(arguments.output() + start, arguments.input(0) + start, rows.count, columns)
    }
  }

  package func overTime(_ all: inout AllTurns) throws(GraphError) -> [Value]? {
    [try all.emit(self, [all.operands[0].value])]
  }

  package func gradient(_ context: GradientContext) throws(GraphError) -> [Tensor?] {
    let dy = context.dy()
    let y = context.output()
    if isLogarithm { return [dy - reduceSum(dy, axis: -1, keepDims: true) * exp(y)] }
    return [(dy - reduceSum(dy * y, axis: -1, keepDims: true)) * y]
  }
}

extension Kernel {
  /// A kernel over the rows of `[..., columns]`, cut into blocks of whole rows.
  ///
  /// The body is not called for an empty array.
  static func rows(
    _ shape: [Int], inPlace: [Int] = [],
    _ body:
      @escaping @Sendable (
        _ arguments: Arguments, _ rows: Range<Int>, _ columns: Int
      ) throws(RunFailure) -> Void
  ) -> Kernel {
    let columns = shape.last ?? 1
    let rows = shape.dropLast().reduce(1, *)
    // A row element costs some ten times an elementwise one.
    let perBlock = max(1, Kernel.blockSize / 8 / max(1, columns))
    return Kernel(
      blocks: (rows + perBlock - 1) / perBlock, inPlace: inPlace, flops: 10 * Double(rows * columns)
    ) { arguments, block throws(RunFailure) in
      let first = block * perBlock
      guard columns > 0, first < rows else { return }
      try body(arguments, first..<min(rows, first + perBlock), columns)
    }
  }
}
