package import GraphArrays
internal import CKernels
package import GraphKernels

/// `x` with a vector added along the last axis, `[..., channels]` and `[channels]`.
/// TF: `tf.nn.bias_add`.
public func biasAdd(_ x: Tensor, _ bias: Tensor, name: String? = nil) -> Tensor {
  x.graph.tensor(BiasAdd(), [x, bias], name: name)
}

/// Where the channels of BiasAdd and its gradient stand.
private enum ChannelLayout {
  /// The axis of the channels in a tensor of this rank.
  static func axis(_ dataFormat: String, rank: Int) -> Int { dataFormat == "NCHW" ? 1 : rank - 1 }

  static func check(_ dataFormat: String, _ shape: Shape) throws(GraphError) {
    guard dataFormat == "NHWC" || dataFormat == "NCHW" else {
      throw GraphError(.invalidArgument, "data_format is \"\(dataFormat)\", wants NHWC or NCHW")
    }
    if let rank = shape.rank, rank < 2 {
      throw GraphError(.invalidArgument, "operand 0 has rank \(rank), wants at least 2")
    }
  }
}

/// A vector added to each channel. TF: `BiasAdd`.
package struct BiasAdd: ElementwiseDefinition {
  /// "NHWC": the channels are the last axis; "NCHW": the second.
  package var dataFormat: String

  package init(dataFormat: String = "NHWC") { self.dataFormat = dataFormat }

  package var name: String { "BiasAdd" }
  package static let attributes = [Attribute("data_format", \BiasAdd.dataFormat)]

  package func infer(_ context: InferenceContext) throws(GraphError) -> [TensorType] {
    try context.expect(count: 2)
    try context.expectSameDType()
    try context.expect(0, isOneOf: [.float32, .float64, .int32, .int64, .uint8])
    try context.expect(1, rank: 1)
    let shape = context.shape()
    try ChannelLayout.check(dataFormat, shape)
    guard var dimensions = shape.dimensions else { return [context[0]] }
    let axis = ChannelLayout.axis(dataFormat, rank: dimensions.count)
    let biases = context.shape(1)[0]
    if let channels = dimensions[axis], let biases, channels != biases {
      throw GraphError(.invalidArgument, "\(biases) biases for \(channels) channels")
    }
    dimensions[axis] = dimensions[axis] ?? biases
    return [TensorType(context.dtype(), Shape(dimensions: dimensions))]
  }

  /// A bias along an axis that a reshape keeps is added before the reshape, next to the product that
  /// made its operand.
  package func simplify(_ instruction: Instruction, _ rewriter: inout Rewriter) -> Bool {
    let x = instruction.inputs[0]
    guard dataFormat == "NHWC", rewriter.isUsedOnce(x),
      let (_, inputs) = rewriter.maker(x, as: Reshape.self),
      let inner = rewriter.extents(inputs[0]), inner.count >= 2,
      inner.last == rewriter.extents(x)?.last
    else { return false }
    let sum = rewriter.add(self, [inputs[0], instruction.inputs[1]], rewriter.type(inputs[0]))
    return rewriter.finish(Reshape(), [sum, inputs[1]])
  }

  package func rowAxes(_ context: RowContext) throws(RowRefusal) -> [Int?] {
    try context.expectWhole(1)
    let channels = ChannelLayout.axis(dataFormat, rank: context.inputShape(0).count)
    guard context.axes[0] != channels else { throw RowRefusal("rows are channels", operand: 0) }
    return [context.axes[0]]
  }

  package func fused(
    _ operands: [ElementwiseBuilder.Value], _ types: [DType], _ builder: inout ElementwiseBuilder
  ) -> ElementwiseBuilder.Value? {
    dataFormat == "NHWC" ? builder.binary(\.add, operands[0], operands[1]) : nil
  }

  package func kernel(_ request: KernelRequest) throws(GraphError) -> Kernel {
    guard let type = request.dtype.kernelType, let add = KernelTable.best.pointee.add[type]
    else { throw request.unsupported(name) }
    let shape = request.inputShape()
    let axis = ChannelLayout.axis(dataFormat, rank: shape.count)
    let bias = [shape[axis]] + Array(repeating: 1, count: shape.count - 1 - axis)
    let plan = try BroadcastPlan.making(shape, from: [shape, bias])
    let size = request.dtype.byteSize
    return .elementwise(count: plan.count, inPlace: [0]) { arguments, range throws(RunFailure) in
      plan.run(
        add, elements: range, out: arguments.output(), x: arguments.input(0),
        y: arguments.input(1), outputSize: size, operandSize: size)
    }
  }

  package var isElementwise: Bool { dataFormat == "NHWC" }

  package func overTime(_ all: inout AllTurns) throws(GraphError) -> [Value]? {
    guard isElementwise else { return nil }
    if all.isStacked(0), !all.isStacked(1) {
      return [try all.emit(self, all.operands.map(\.value))]
    }
    return try all.broadcast(Binary.add)
  }

  package func gradient(_ context: GradientContext) throws(GraphError) -> [Tensor?] {
    guard context.inputType().dtype.isFloating else { return [nil, nil] }
    let dy = context.dy()
    return [
      dy,
      context.isNeeded[1]
        ? context.operation.graph.tensor(BiasAddGrad(dataFormat: dataFormat), [dy]) : nil,
    ]
  }
}

/// The gradient of a bias: the sum over all axes but that of the channels. TF: `BiasAddGrad`.
package struct BiasAddGrad: OpDefinition {
  package var dataFormat: String

  package init(dataFormat: String = "NHWC") { self.dataFormat = dataFormat }

  package var name: String { "BiasAddGrad" }
  package static let attributes = [Attribute("data_format", \BiasAddGrad.dataFormat)]

  package func infer(_ context: InferenceContext) throws(GraphError) -> [TensorType] {
    try context.expect(count: 1)
    try context.expect(0, isOneOf: [.float32, .float64, .int32, .int64, .uint8])
    let shape = context.shape()
    try ChannelLayout.check(dataFormat, shape)
    let channels = shape.rank.flatMap { shape[ChannelLayout.axis(dataFormat, rank: $0)] }
    return [TensorType(context.dtype(), [channels])]
  }

  package func kernel(_ request: KernelRequest) throws(GraphError) -> Kernel {
    let table = KernelTable.best.pointee
    guard let type = request.dtype.kernelType, let rows = table.sum[type],
      let columns = table.sum_columns[type]
    else { throw request.unsupported(name) }
    let shape = request.inputShape()
    let axis = ChannelLayout.axis(dataFormat, rank: shape.count)
    let plan = ReductionPlan(shape: shape, axes: shape.indices.filter { $0 != axis })
    return plan.kernel(
      ReductionPlan.Loop(rows: rows, columns: columns), elementSize: request.dtype.byteSize)
  }

  package func overTime(_ all: inout AllTurns) throws(GraphError) -> [Value]? {
    guard dataFormat == "NHWC" else { return nil }
    let axes = all.vector(Array(1..<all.rank(0)))
    return [try all.emit(Reduction["Sum"], [all.operands[0].value, axes])]
  }

  package func sumOverTime(_ all: inout AllTurns) throws(GraphError) -> Value? {
    guard dataFormat == "NHWC" else { return nil }
    return try all.emit(self, [all.operands[0].value])
  }

  package func gradient(_ context: GradientContext) throws(GraphError) -> [Tensor?] {
    var dz = context.dy()
    if dataFormat == "NCHW" {
      guard let rank = context.inputType().shape.rank else {
        throw GraphError(.unimplemented, "a gradient of \(name) in NCHW wants a known rank")
      }
      for _ in 0..<max(0, rank - 2) { dz = expandDims(dz, axis: -1) }
    }
    return [broadcast(dz, to: context.inputShape())]
  }
}
