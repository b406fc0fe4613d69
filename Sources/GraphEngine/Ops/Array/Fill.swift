public import GraphArrays

extension Graph {
  /// Zeros; false for bools, empty strings for strings. TF: `tf.zeros`.
  public func zeros(_ shape: [Int], _ dtype: DType = .float32, name: String? = nil) -> Tensor {
    filled(shape, 0, dtype, name ?? "zeros")
  }

  /// Zeros of the shape that an integer vector gives when the graph runs.
  public func zeros(_ shape: Tensor, _ dtype: DType = .float32, name: String? = nil) -> Tensor {
    filled(shape, 0, dtype, name ?? "zeros")
  }

  /// Ones; true for bools. TF: `tf.ones`.
  public func ones(_ shape: [Int], _ dtype: DType = .float32, name: String? = nil) -> Tensor {
    filled(shape, 1, dtype, name ?? "ones")
  }

  /// Ones of the shape that an integer vector gives when the graph runs.
  public func ones(_ shape: Tensor, _ dtype: DType = .float32, name: String? = nil) -> Tensor {
    filled(shape, 1, dtype, name ?? "ones")
  }

  /// A tensor of this shape whose elements are all `value`. TF: `tf.fill`.
  public func fill(
    _ shape: [Int], _ value: some TensorConvertible, dtype: DType? = nil, name: String? = nil
  ) -> Tensor {
    declare(name ?? "Fill") { name in
      fill(int32(shape, name: "dims"), element(value, dtype), name)
    }
  }

  /// A tensor of the shape that an integer vector gives, whose elements are all `value`.
  public func fill(
    _ shape: Tensor, _ value: some TensorConvertible, dtype: DType? = nil, name: String? = nil
  ) -> Tensor {
    declare(name ?? "Fill") { name in fill(shape, element(value, dtype), name) }
  }

  private func fill(_ shape: Tensor, _ value: Tensor, _ name: String) -> Tensor {
    tensor(Fill(), [shape, value], name: name)
  }

  private func element(_ value: some TensorConvertible, _ dtype: DType?) -> Tensor {
    operand(value, dtype: dtype, name: "value")
  }

  /// Constants below this number of elements are stored in the graph, as in TensorFlow.
  private static let largestConstant = 1000

  private func filled(_ shape: [Int], _ value: Int, _ dtype: DType, _ name: String) -> Tensor {
    // Strings are stored, each of them in memory of its own.
    guard let count = Shape.elementCount(shape), dtype != .string || count <= Int32.max else {
      record(GraphError(.invalidArgument, "no array has the shape \(shape)"), "Fill", name)
      return .invalid(in: innermost)
    }
    if count < Self.largestConstant || dtype == .string {
      let value = value == 0 ? NDArray.zeros(shape, dtype) : NDArray.ones(shape, dtype)
      return constant(value, name: name)
    }
    return declare(name) { name in
      fill(int32(shape, name: "shape_as_tensor"), scalar(value, dtype), name)
    }
  }

  private func filled(_ shape: Tensor, _ value: Int, _ dtype: DType, _ name: String) -> Tensor {
    declare(name) { name in fill(shape, scalar(value, dtype), name) }
  }

  private func scalar(_ value: Int, _ dtype: DType) -> Tensor {
    constant(value == 0 ? NDArray.zeros([], dtype) : NDArray.ones([], dtype), name: "Const")
  }
}

extension Graph {
  /// An operand of an operation without tensors: a tensor as it is, else a constant of `dtype`, or
  /// of the value's own type.
  func operand(_ value: some TensorConvertible, dtype: DType?, name: String) -> Tensor {
    if let tensor = value as? Tensor { return tensor }
    guard let value = value as? any NDArrayConvertible else {
      record(GraphError(.invalidArgument, "\(value) is neither a tensor nor a value"), nil, name)
      return .invalid(in: innermost)
    }
    return constant(value, dtype: dtype, name: name)
  }
}

/// One value in a shape. TF: `Fill`.
package struct Fill: OpDefinition {
  package init() {}
  package var name: String { "Fill" }
  package var specializedInputs: [Int] { [0] }

  package func infer(_ context: InferenceContext) throws(GraphError) -> [TensorType] {
    try context.expect(count: 2)
    try context.expectInteger(0)
    try context.expect(1, rank: 0)
    return [TensorType(context.dtype(1), try context.extents(from: 0))]
  }

  package func knownElements(_ context: InferenceContext) -> [Int?]? {
    guard let value = context.integers(1), value.count == 1,
      let dimensions = try? context.extents(from: 0).dimensions, dimensions.count <= 1
    else { return nil }
    guard let extent = dimensions.first else { return value }
    return extent.map { Array(repeating: value[0], count: min($0, KnownValue.limit + 1)) }
  }

  package func kernel(_ request: KernelRequest) throws(GraphError) -> Kernel {
    try request.requirePlainBytes(name)
    let size = request.outputs[0].dtype.byteSize
    return .elementwise(count: request.outputCount(), flopsPerElement: 0) {
      arguments, range throws(RunFailure) in
      fillElements(arguments.output(), range, with: arguments.input(1), size: size)
    }
  }

  package func gradient(_ context: GradientContext) throws(GraphError) -> [Tensor?] {
    [nil, reduceSum(context.dy())]
  }
}
