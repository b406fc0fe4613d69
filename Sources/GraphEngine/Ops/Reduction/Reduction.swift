internal import GraphArrays
internal import CKernels
internal import GraphKernels

/// A reduction over axes: one record of a table for each.
///
/// The second operand, an integer scalar or vector, holds the axes; it may be empty, but name no
/// axis twice.
package struct Reduction: OpDefinition {
  package let name: String
  /// Whether reduced axes stay, with extent 1.
  package var keepDims = false
  /// Whether the total is divided by the number of elements.
  let isMean: Bool
  @NotCompared var rows: any KeyPath<sg_kernels, sg_reduction> & Sendable
  @NotCompared var columns: any KeyPath<sg_kernels, sg_column_reduction> & Sendable
  @NotCompared var derivative: (@Sendable (ReductionPoint) -> Tensor?)?

  /// - Parameters:
  ///   - rows: The reduction of the middle axis of three.
  ///   - columns: The reduction of the first of two.
  ///   - derivative: The gradient of the operand; without it, it is an error to ask for it.
  init(
    _ name: String, _ rows: any KeyPath<sg_kernels, sg_reduction> & Sendable,
    _ columns: any KeyPath<sg_kernels, sg_column_reduction> & Sendable, isMean: Bool = false,
    _ derivative: (@Sendable (ReductionPoint) -> Tensor?)? = nil
  ) {
    self.name = name
    self.isMean = isMean
    _rows = NotCompared(wrappedValue: rows)
    _columns = NotCompared(wrappedValue: columns)
    _derivative = NotCompared(wrappedValue: derivative)
  }

  package static let attributes = [Attribute("keep_dims", \Reduction.keepDims)]
  package var specializedInputs: [Int] { [1] }

  /// This reduction with reduced axes kept or not.
  package func keepingDims(_ keepDims: Bool) -> Reduction {
    var result = self
    result.keepDims = keepDims
    return result
  }

  package func infer(_ context: InferenceContext) throws(GraphError) -> [TensorType] {
    try context.expect(count: 2)
    try context.expect(1, isOneOf: [.int32, .int64])
    let dtype = context.dtype()
    guard loop(dtype) != nil, !isMean || dtype != .uint8 else {
      throw GraphError(.invalidArgument, "\(name) does not take \(dtype)")
    }
    guard context.shape(1).rank.map({ $0 <= 1 }) ?? true else {
      throw GraphError(.invalidArgument, "axes must be a scalar or a vector")
    }
    return [TensorType(dtype, try reducedShape(context))]
  }

  private func reducedShape(_ context: InferenceContext) throws(GraphError) -> Shape {
    guard var dimensions = context.shape().dimensions else { return .unknown }
    guard let axes = context.allIntegers(1) else {
      if keepDims { return Shape(rank: dimensions.count) }
      guard let count = context[1].count else { return .unknown }
      guard count <= dimensions.count else {
        throw GraphError(.invalidArgument, "\(count) axes of a tensor of rank \(dimensions.count)")
      }
      return Shape(rank: dimensions.count - count)
    }
    let reduced = try Self.positions(axes, rank: dimensions.count)
    for axis in reduced.reversed() {
      if keepDims {
        dimensions[axis] = 1
      } else {
        dimensions.remove(at: axis)
      }
    }
    return Shape(dimensions: dimensions)
  }

  /// The axes counted from 0, ascending.
  ///
  /// - Throws: `GraphError` with TensorFlow's message where one is out of range or named twice.
  static func positions(_ axes: [Int], rank: Int) throws(GraphError) -> [Int] {
    var result: [Int] = []
    for axis in axes {
      guard axis >= -rank, axis < rank else {
        throw GraphError(
          .invalidArgument,
          "Invalid reduction dimension (\(axis) for input with \(rank) dimension(s))")
      }
      let position = axis < 0 ? axis + rank : axis
      guard !result.contains(position) else {
        throw GraphError(
          .invalidArgument,
          "Invalid reduction arguments: Axes contains duplicate dimension: \(position)")
      }
      result.append(position)
    }
    return result.sorted()
  }

  /// A reduction over nothing but extents of 1 is a copy.
  package func forwardedInput(_ context: () -> InferenceContext, _ output: TensorType) -> Int? {
    let context = context()
    guard output == context[0], let shape = context.shape().known,
      let axes = context.allIntegers(1), axes.allSatisfy({ context.shape()[$0] == 1 }),
      axes.count <= shape.count
    else { return nil }
    return 0
  }

  // The order of a sum depends on the shape.
  package var isRowExact: Bool { false }

  package func rowAxes(_ context: RowContext) throws(RowRefusal) -> [Int?] {
    guard let axis = context.axes[0] else { return [nil] }
    let rank = context.inputShape(0).count
    let reduced = try context.integers(1).map { $0 < 0 ? $0 + rank : $0 }
    guard !reduced.contains(axis) else { throw RowRefusal("it reduces over rows", operand: 0) }
    return [keepDims ? axis : axis - reduced.count { $0 < axis }]
  }

  package func kernel(_ request: KernelRequest) throws(GraphError) -> Kernel {
    let shape = request.inputShape()
    let axes = try Self.positions(try request.integers(1), rank: shape.count)
    guard let loop = loop(request.dtype) else { throw request.unsupported(name) }
    let plan = ReductionPlan(shape: shape, axes: axes)
    return plan.kernel(
      loop, elementSize: request.dtype.byteSize,
      finish: isMean ? try division(by: plan.reducedCount, request) : nil)
  }

  /// Divides totals by `count`; integers are rounded towards zero, 0 over nothing.
  private func division(
    by count: Int, _ request: KernelRequest
  ) throws(GraphError) -> ReductionPlan.Finish {
    let dtype = request.dtype
    let table = KernelTable.best.pointee
    let divisor = NDArray(count, dtype: dtype)
    guard let type = dtype.kernelType,
      let divide = (dtype.isFloating ? table.div : table.truncate_div)[type]
    else { throw request.unsupported(name) }
    return { results, count in
      divisor.withUnsafeBytes { bytes in
        guard let divisor = bytes.baseAddress else { return }
        divide(results, results, divisor, count, 1, 0)
      }
    }
  }

  package func overTime(_ all: inout AllTurns) throws(GraphError) -> [Value]? {
    guard all.isStacked(0), let axes = all.integers(1) else { return nil }
    let positions = try Self.positions(axes, rank: all.rank(0)).map { $0 + 1 }
    return [try all.emit(self, [all.operands[0].value, all.vector(positions)])]
  }

  package func sumOverTime(_ all: inout AllTurns) throws(GraphError) -> Value? {
    guard name == "Sum", all.isStacked(0), let axes = all.integers(1) else { return nil }
    let positions = try [0] + Self.positions(axes, rank: all.rank(0)).map { $0 + 1 }
    let sum = try all.emit(
      keepingDims(false), [all.operands[0].value, all.vector(positions)])
    return try all.reshape(sum, to: all.results[0].extents ?? [])
  }

  package func gradient(_ context: GradientContext) throws(GraphError) -> [Tensor?] {
    guard let derivative else { throw GraphError(.unimplemented, "\(name) has no gradient") }
    guard context.inputType().dtype.isFloating else { return [nil, nil] }
    return [derivative(ReductionPoint(context: context, keepDims: keepDims)), nil]
  }

  private func loop(_ dtype: DType) -> ReductionPlan.Loop? {
    let table = KernelTable.best.pointee
    guard let type = dtype.kernelType, let rows = table[keyPath: rows][type],
      let columns = table[keyPath: columns][type]
    else { return nil }
    return ReductionPlan.Loop(rows: rows, columns: columns)
  }
}

extension Reduction {
  /// The record of a reduction of the table.
  static subscript(_ name: String) -> Reduction {
    guard let record = table.first(where: { $0.name == name }) else {
      preconditionFailure("no reduction \(name)")
    }
    return record
  }

  package static let table: [Reduction] = [
    Reduction("Sum", \.sum, \.sum_columns) { $0.spread($0.dy) },
    Reduction("Mean", \.sum, \.sum_columns, isMean: true) { $0.spread($0.dy / $0.reducedCount) },
    Reduction("Prod", \.prod, \.prod_columns) { $0.spread($0.dy) * $0.productOfOthers },
    Reduction("Max", \.max, \.max_columns) { $0.sharedByEqual },
    Reduction("Min", \.min, \.min_columns) { $0.sharedByEqual },
    Reduction("All", \.all, \.all_columns) { _ in nil },
    Reduction("Any", \.any, \.any_columns) { _ in nil },
  ]
}
