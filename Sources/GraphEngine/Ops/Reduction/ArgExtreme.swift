public import GraphArrays
internal import CKernels
internal import GraphKernels

/// The index of the greatest element along `axis`: the first of equal ones; NaN is passed over.
/// TF: `tf.argmax`.
public func argmax(
  _ x: Tensor, axis: Int = 0, outputType: DType = .int64, name: String? = nil
) -> Tensor {
  argExtreme(.greatest, x, axis, outputType, name)
}

/// The index of the least element along `axis`: the first of equal ones; NaN is passed over.
/// TF: `tf.argmin`.
public func argmin(
  _ x: Tensor, axis: Int = 0, outputType: DType = .int64, name: String? = nil
) -> Tensor {
  argExtreme(.least, x, axis, outputType, name)
}

private func argExtreme(
  _ extreme: ArgExtreme.Extreme, _ x: Tensor, _ axis: Int, _ outputType: DType, _ name: String?
) -> Tensor {
  guard x.isValid else { return x }
  let definition = ArgExtreme(extreme, outputType: outputType)
  let dimension = x.graph.constant(axis, name: "\(name ?? definition.name)/dimension")
  return x.graph.tensor(definition, [x, dimension], name: name)
}

/// The index of an extreme element along an axis. TF: `ArgMax`, `ArgMin`.
package struct ArgExtreme: OpDefinition {
  package enum Extreme: Sendable, Hashable {
    case greatest
    case least
  }

  package let extreme: Extreme
  package var outputType: DType

  package init(_ extreme: Extreme, outputType: DType = .int64) {
    self.extreme = extreme
    self.outputType = outputType
  }

  package var name: String { extreme == .greatest ? "ArgMax" : "ArgMin" }
  package static let attributes = [Attribute("output_type", \ArgExtreme.outputType)]
  package var specializedInputs: [Int] { [1] }

  package func infer(_ context: InferenceContext) throws(GraphError) -> [TensorType] {
    try context.expect(count: 2)
    try context.expect(0, isOneOf: [.float32, .float64, .int32, .int64, .uint8, .bool])
    try context.expect(1, isOneOf: [.int32, .int64])
    try context.expect(1, rank: 0)
    guard outputType == .int32 || outputType == .int64 else {
      throw GraphError(.invalidArgument, "output_type is \(outputType), wants int32 or int64")
    }
    guard var dimensions = context.shape().dimensions else {
      return [TensorType(outputType, .unknown)]
    }
    guard !dimensions.isEmpty else {
      throw GraphError(.invalidArgument, "a scalar has no axis")
    }
    guard let axis = context.integer(1) else {
      return [TensorType(outputType, Shape(rank: dimensions.count - 1))]
    }
    let position = try InferenceContext.axis(axis, rank: dimensions.count)
    if dimensions[position] == 0 {
      let text = context.shape().known.map {
        "[" + $0.map(String.init).joined(separator: ",") + "]"
      }
      throw GraphError(
        .invalidArgument, "Reduction axis \(position) is empty in shape \(text ?? "")")
    }
    dimensions.remove(at: position)
    return [TensorType(outputType, Shape(dimensions: dimensions))]
  }

  package func rowAxes(_ context: RowContext) throws(RowRefusal) -> [Int?] {
    guard let axis = context.axes[0] else { return [nil] }
    let reduced = try context.axis(from: 1, rank: context.inputShape(0).count)
    guard reduced != axis else { throw RowRefusal("it compares rows", operand: 0) }
    return [reduced < axis ? axis - 1 : axis]
  }

  package func kernel(_ request: KernelRequest) throws(GraphError) -> Kernel {
    let shape = request.inputShape()
    let axis = try InferenceContext.axis(try request.integers(1)[0], rank: shape.count)
    let inner = shape[(axis + 1)...].reduce(1, *)
    let outer = shape[..<axis].reduce(1, *)
    let n = shape[axis]
    guard let run = loop(request.dtype) else { throw request.unsupported(name) }
    let rows = max(1, Kernel.blockSize / max(1, n * inner))
    guard outer > 0, inner > 0 else { return Kernel { _, _ throws(RunFailure) in } }
    return Kernel(
      blocks: (outer + rows - 1) / rows, flops: Double(outer * n * inner)
    ) { arguments, block throws(RunFailure) in
      let first = block * rows
      run(arguments.output(), arguments.input(0), first, min(outer, first + rows), n, inner)
    }
  }

  /// The loop for a dtype; bools are compared as the bytes 0 and 1.
  private func loop(_ dtype: DType) -> ArgLoop? {
    let table = KernelTable.best.pointee
    if outputType == .int32 {
      let loops = extreme == .greatest ? table.argmax_i32 : table.argmin_i32
      let loop: sg_arg_i32_fn? =
        switch dtype {
        case .float32: loops.f32
        case .float64: loops.f64
        case .int32: loops.i32
        case .int64: loops.i64
        case .uint8, .bool: loops.u8
        default: nil
        }
      guard let loop else { return nil }
      return { out, x, begin, end, n, inner in
        loop(out.assumingMemoryBound(to: Int32.self), x, begin, end, n, inner)
      }
    }
    let loops = extreme == .greatest ? table.argmax_i64 : table.argmin_i64
    let loop: sg_arg_i64_fn? =
      switch dtype {
      case .float32: loops.f32
      case .float64: loops.f64
      case .int32: loops.i32
      case .int64: loops.i64
      case .uint8, .bool: loops.u8
      default: nil
      }
    guard let loop else { return nil }
    return { out, x, begin, end, n, inner in
      loop(out.assumingMemoryBound(to: Int64.self), x, begin, end, n, inner)
    }
  }

  private typealias ArgLoop =
    @Sendable (
      _ out: UnsafeMutableRawPointer, _ x: UnsafeRawPointer, _ outerBegin: Int, _ outerEnd: Int,
      _ n: Int, _ inner: Int
    ) -> Void

  package func overTime(_ all: inout AllTurns) throws(GraphError) -> [Value]? {
    guard all.isStacked(0), let axis = all.axis(1, rank: all.rank(0)) else { return nil }
    return [try all.emit(self, [all.operands[0].value, all.integer(axis)])]
  }

  package func gradient(_ context: GradientContext) throws(GraphError) -> [Tensor?] { [nil, nil] }
}
