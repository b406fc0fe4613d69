internal import GraphArrays
internal import CKernels
internal import GraphKernels

/// Losses `[batch]` of logits and label distributions `[batch, classes]`, and the gradient of the
/// losses by the logits, `softmax(logits) - labels`. TF: `SoftmaxCrossEntropyWithLogits`.
package struct SoftmaxCrossEntropy: OpDefinition {
  package init() {}
  package var name: String { "SoftmaxCrossEntropyWithLogits" }
  package var outputCount: Int { 2 }

  package func infer(_ context: InferenceContext) throws(GraphError) -> [TensorType] {
    try context.expect(count: 2)
    try context.expectSameDType()
    try context.expect(0, isOneOf: [.float32, .float64])
    try context.expect(0, rank: 2)
    try context.expect(1, rank: 2)
    let shape = try InferenceContext.broadcast(context.shape(0), context.shape(1))
    guard shape[1] != 0 else {
      throw GraphError(.invalidArgument, "Must have at least one class")
    }
    let matrix = shape.rank == nil ? Shape(rank: 2) : shape
    return [TensorType(context.dtype(), [matrix[0]]), TensorType(context.dtype(), matrix)]
  }

  package func kernel(_ request: KernelRequest) throws(GraphError) -> Kernel {
    let loops = KernelTable.best.pointee.dense_cross_entropy
    let loop = request.dtype == .float32 ? loops.f32 : loops.f64
    let size = request.dtype.byteSize
    let shape = request.outputShape(1)
    let shapes = [request.inputShape(0), request.inputShape(1)]
    if shapes.allSatisfy({ $0 == shape }) {
      return .rows(shape) { arguments, rows, columns throws(RunFailure) in
        let start = rows.lowerBound * columns * size
        loop(
          arguments.output(0) + rows.lowerBound * size, arguments.output(1) + start,
          arguments.input(0) + start, arguments.input(1) + start, rows.count, columns)
      }
    }
    guard let type = request.dtype.kernelType,
      let maximum = KernelTable.best.pointee.maximum[type]
    else { throw request.unsupported(name) }
    return .rows(shape) { arguments, rows, columns throws(RunFailure) in
      let memory = UnsafeMutableRawPointer.allocate(
        byteCount: 2 * columns * size, alignment: ArrayStorage.alignment)
      defer { memory.deallocate() }
      /// A row of an operand: its own, or the only one; one value is repeated.
      func values(_ operand: Int, _ row: Int) -> UnsafeRawPointer {
        let (height, width) = (shapes[operand][0], shapes[operand][1])
        let start = arguments.input(operand) + (height == 1 ? 0 : row) * width * size
        if width == columns { return start }
        let repeated = memory + operand * columns * size
        maximum(repeated, start, start, columns, 0, 0)
        return UnsafeRawPointer(repeated)
      }
      for row in rows {
        loop(
          arguments.output(0) + row * size, arguments.output(1) + row * columns * size,
          values(0, row), values(1, row), 1, columns)
      }
    }
  }

  package func gradient(_ context: GradientContext) throws(GraphError) -> [Tensor?] {
    let logits = context.input(0)
    let dloss = expandDims(context.dy(0), axis: -1)
    var dlogits = dloss * context.output(1)
    if let dbackprop = context.outputGradients[1] {
      dlogits = dlogits + SoftmaxCrossEntropy.softmaxGradient(dbackprop, logits)
    }
    return [
      context.isNeeded[0] ? dlogits : nil,
      context.isNeeded[1] ? dloss * -logSoftmax(logits) : nil,
    ]
  }

  /// The gradient of `softmax(logits)`, where `dy` reaches the softmax.
  static func softmaxGradient(_ dy: Tensor, _ logits: Tensor) -> Tensor {
    let y = softmax(logits)
    return (dy - reduceSum(dy * y, axis: -1, keepDims: true)) * y
  }
}

/// Losses `[batch]` of logits `[batch, classes]` and labels `[batch]`, and the gradient of the
/// losses by the logits, `softmax(logits) - oneHot(labels)`.
/// TF: `SparseSoftmaxCrossEntropyWithLogits`.
package struct SparseSoftmaxCrossEntropy: OpDefinition {
  package init() {}
  package var name: String { "SparseSoftmaxCrossEntropyWithLogits" }
  package var outputCount: Int { 2 }
  package var effects: Effects { .canFail }

  package func infer(_ context: InferenceContext) throws(GraphError) -> [TensorType] {
    try context.expect(count: 2)
    try context.expect(0, isOneOf: [.float32, .float64])
    try context.expect(1, isOneOf: [.int32, .int64])
    try context.expect(0, rank: 2)
    try context.expect(1, rank: 1)
    let (rows, labels) = (context.shape(0)[0], context.shape(1)[0])
    if let rows, let labels, rows != labels {
      throw GraphError(
        .invalidArgument,
        "logits and labels must have the same first dimension, got logits shape "
          + "\(context.shape(0)) and labels shape \(context.shape(1))")
    }
    guard context.shape(0)[1] != 0 else {
      throw GraphError(
        .invalidArgument, "Must have at least one class, but got logits shape \(context.shape(0))")
    }
    let matrix: Shape = [rows ?? labels, context.shape(0)[1]]
    return [TensorType(context.dtype(), [matrix[0]]), TensorType(context.dtype(), matrix)]
  }

  package func kernel(_ request: KernelRequest) throws(GraphError) -> Kernel {
    let loops = KernelTable.best.pointee.sparse_cross_entropy
    let isInt64 = request.inputs[1].dtype == .int64
    let loop =
      request.dtype == .float32
      ? isInt64 ? loops.f32_labels_i64 : loops.f32_labels_i32
      : isInt64 ? loops.f64_labels_i64 : loops.f64_labels_i32
    let (size, labelSize) = (request.dtype.byteSize, request.inputs[1].dtype.byteSize)
    let count = request.inputCount(1)
    return .rows(request.inputShape()) { arguments, rows, columns throws(RunFailure) in
      let start = rows.lowerBound * columns * size
      let bad = loop(
        arguments.output(0) + rows.lowerBound * size, arguments.output(1) + start,
        arguments.input(0) + start, arguments.input(1) + rows.lowerBound * labelSize, rows.count,
        columns)
      guard bad == rows.count else {
        let labels = (0..<count).map { index in
          isInt64
            ? Int(arguments.input(1, as: Int64.self)[index])
            : Int(arguments.input(1, as: Int32.self)[index])
        }
        throw Self.failure(labels, classes: columns)
      }
    }
  }

  /// TensorFlow's message, about the first label that is out of range.
  private static func failure(_ labels: [Int], classes: Int) -> RunFailure {
    let first = labels.first { $0 < 0 || $0 >= classes } ?? 0
    let shown = labels.prefix(100).map(String.init).joined(separator: " ")
    return RunFailure(
      .invalidArgument,
      "Received a label value of \(first) which is outside the valid range of [0, \(classes)).  "
        + "Label values: \(shown)\(labels.count > 100 ? " ..." : "")")
  }

  package func overTime(_ all: inout AllTurns) throws(GraphError) -> [Value]? {
    let (logits, labels) = (try all.stack(0), try all.stack(1))
    let (count, classes) = (all.turns * all.extents(0)[0], all.extents(0)[1])
    let rows = try all.reshape(logits, to: [count, classes])
    let results = try all.emitAll(self, [rows, all.reshape(labels, to: [count])])
    return [try all.reshape(asResult: results[0]), try all.reshape(asResult: results[1], 1)]
  }

  package func gradient(_ context: GradientContext) throws(GraphError) -> [Tensor?] {
    var dlogits = expandDims(context.dy(0), axis: -1) * context.output(1)
    if let dbackprop = context.outputGradients[1] {
      dlogits = dlogits + SoftmaxCrossEntropy.softmaxGradient(dbackprop, context.input(0))
    }
    return [dlogits, nil]
  }
}
